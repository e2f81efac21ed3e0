"""The command under test: `tls12 connect` and `tls12 serve` with a setting."""
import json

from stage import Failed, expect


def _common(setting):
    options = []
    for option, value in (("--suites", setting.suite), ("--groups", setting.group), ("--schemes", setting.scheme), ("--alpn", ",".join(setting.alpn))):
        if value:
            options += [option, value]
    return options


def connect(stage, port, setting, *more):
    """Started with its standard input open; report() tells how it went."""
    name = ["--servername", setting.name] if setting.name else []
    return stage.start(stage.tls12, "connect", f"127.0.0.1:{port}", "--ca", setting.trust, *name, "--json", "--timeout", 20, *_common(setting), *more)


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
    expect(len(client.err.text().splitlines()) == 1, "the reason is not one line:", client.err.text())
    expect(client.out.bytes() == b"", "something was delivered:", client.out.text())
    expect(rule in (None, error.get("rule")), f"not the rule {rule}:", error)
    expect(alert in (None, error.get("alert")), f"not the alert {alert}:", error)


def serve(stage, setting, *mode):
    """A server that listens; its port is in `port`, a line for every connection that ended in `err`."""
    identities = []
    for identity in setting.identities:
        identities += ["--cert", identity.chain, "--key", identity.key]
    server = stage.start(stage.tls12, "serve", "--listen", "127.0.0.1:0", "--timeout", 20, *identities, *_common(setting), *mode)
    server.port = int(server.out.until(r"listening on 127\.0\.0\.1:(\d+)\n")[1])
    return server
