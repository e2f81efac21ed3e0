"""The command under test: `tls12 connect` and `tls12 serve` with a setting."""
import json
import re

from registry import CURVES, FFDHE
from stage import Failed, expect


def _common(setting):
    options = []
    # The default policy has no groups for DHE, as it has no such suites.
    if not setting.groups and any(
        "DHE" in suite and "ECDHE" not in suite for suite in setting.suites
    ):
        setting = setting.but(groups=(*CURVES, *FFDHE))
    for option, value in (
        ("--suites", ",".join(setting.suites)),
        ("--groups", ",".join(setting.groups)),
        ("--schemes", ",".join(setting.schemes)),
        ("--cert-schemes", ",".join(setting.certificate_schemes)),
        ("--alpn", ",".join(setting.alpn)),
        ("--psk", setting.psk),
        ("--peer-key", setting.peer_key),
        ("--pin", setting.pin),
        ("--record-size-limit", setting.record_size_limit),
        ("--export", setting.export),
        ("--max-send-fragment", setting.max_send_fragment),
    ):
        if value:
            options += [option, value]
    for identity in setting.identities:
        options += [
            *([] if setting.key_only else ["--cert", identity.chain]),
            "--key",
            identity.key,
        ]
    for schemes in setting.key_schemes:
        options += ["--key-schemes", ",".join(schemes)]
    return options


def connect(stage, port, setting, *more, tally=False, half_close=True):
    """Started with its standard input open, at whose end it closes its direction; report() tells
    how it went."""
    name = ["--servername", setting.name] if setting.name else []
    fragment = ["--max-fragment", setting.max_fragment] if setting.max_fragment else []
    resume = ["--resume", setting.connections - 1] if setting.connections > 1 else []
    trust = (
        ["--ca", setting.trust]
        if setting.trust
        else []
        if setting.peer_key or setting.pin
        else ["--insecure"]
    )
    raw = ["--raw-key"] * ("client" in setting.raw) + ["--half-close"] * half_close
    return stage.start(
        stage.tls12,
        "connect",
        f"127.0.0.1:{port}",
        *trust,
        *name,
        *fragment,
        *resume,
        "--json",
        "--timeout",
        20,
        *raw,
        *_common(setting),
        *more,
        tally=tally,
    )


def report(client):
    """What was negotiated, and how it ended, once it has."""
    client.wait()
    try:
        return json.loads(client.err.text().strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise Failed("connect tells no JSON:\n" + client.err.text()) from None


def refused(client, *, rule=None, alert=None):
    """The connection failed for this reason, which is one line, and nothing came out."""
    told = report(client)
    client.exits(1)
    error = told.get("error", {})
    expect(
        len(client.err.text().splitlines()) == 1, "the reason is not one line:", client.err.text()
    )
    expect(client.out.bytes() == b"", "something was delivered:", client.out.text())
    expect(rule in (None, error.get("rule")), f"not the rule {rule}:", error)
    expect(alert in (None, error.get("alert")), f"not the alert {alert}:", error)
    return error


# What a server of ours does about clients' certificates, in the words that peers have for it.
CLIENT_AUTH = {"none": "none", "request": "verify-if-given", "require": "verify"}


def serve(stage, setting, *mode):
    """A server that listens; its port is in `port`, a line for every connection that ended in
    `err`."""
    sessions = {
        "": [],
        "session-ids": ["--no-tickets"],
        "tickets": ["--session-cache", 0],
        "no-resumption": ["--no-tickets", "--session-cache", 0],
    }
    clients = (
        ["--client-auth", CLIENT_AUTH[setting.client_auth], "--client-ca", setting.trust]
        if setting.client_auth != "none"
        else []
    )
    if setting.peer_key:
        clients = ["--client-auth", "require-any"]
    clients += ["--raw-key"] * ("server" in setting.raw)
    clients += ["--no-client-ca-names"] * (not setting.ca_names) + ["--no-dynamic-records"] * (
        not setting.dynamic_records
    )
    staple = ["--staple", setting.staple] if setting.staple else []
    server = stage.start(
        stage.tls12,
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--timeout",
        20,
        "--handshake-time",
        20,
        *clients,
        *staple,
        *sessions[setting.sessions],
        *_common(setting),
        *mode,
    )
    server.port = int(server.out.until(r"listening on 127\.0\.0\.1:(\d+)\n")[1])
    return server


def connection_from(server, port):
    """Of a server with --json: what it says of the connection from there, whichever ended first."""
    told = json.loads(server.err.until(r'\{"peer":"127\.0\.0\.1:%d",[^\n]*\}\n' % port)[0])
    expect("cipher_suite" in told, "the handshake failed:", told)
    return told


def last_connection(server, number=1, others=False):
    """Of a server with --json: what it says of so many connections, when it has; the last. There
    may be others that came to nothing."""
    found = server.err.until(
        r"(?:\{[^\n]*%s[^\n]*\}\n[^{]*){%d}" % ("cipher_suite" if others else "", number)
    )
    told = json.loads(re.findall(r"\{.*\}", found[0])[-1])
    expect("cipher_suite" in told, "the handshake failed:", told)
    return told
