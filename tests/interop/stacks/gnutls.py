"""GnuTLS's own commands."""
import functools
import re
import subprocess

from registry import ALERTS, CURVES, SUITES, key_exchange, protection
from stacks.base import EVERYTHING, COMMAND, Client, Server, on_free_port, request

EXCHANGES = {
    "ECDHE_ECDSA": "ECDHE-ECDSA",
    "ECDHE_RSA": "ECDHE-RSA",
    "DHE_RSA": "DHE-RSA",
    "RSA": "RSA",
    "PSK": "PSK",
    "DHE_PSK": "DHE-PSK",
    "ECDHE_PSK": "ECDHE-PSK",
}
PSK_PARTS = ("PSK", "DHE-PSK", "ECDHE-PSK")


def name_of(suite):
    """As `gnutls-cli --list` has it."""
    name = suite.replace("_WITH", "").replace("TLS_PSK_DHE", "TLS_DHE_PSK")
    return re.sub(r"_SHA$", "_SHA1", name.replace("CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305"))


@functools.lru_cache(None)
def known():
    listed = subprocess.run(
        ["gnutls-cli", "--list"], capture_output=True, text=True, check=False
    ).stdout.split()
    return frozenset(suite for suite in SUITES.values() if name_of(suite) in listed)


def scheme_name(scheme):
    kind, _, size = scheme.upper().rpartition("_SHA")
    return (
        {
            "RSA_PKCS1": "SIGN-RSA",
            "RSA_PSS_RSAE": "SIGN-RSA-PSS-RSAE",
            "RSA_PSS_PSS": "SIGN-RSA-PSS",
        }.get(kind, "SIGN-ECDSA")
        + "-SHA"
        + size
    )


def priority(setting):
    parts = ["NORMAL", "-VERS-ALL", *("+VERS-TLS" + version for version in setting.versions)]
    if setting.suites:
        ciphers = {protection(suite) for suite in setting.suites}
        parts += [
            "-KX-ALL",
            *sorted({"+" + EXCHANGES[key_exchange(suite)] for suite in setting.suites}),
        ]
        parts += ["-CIPHER-ALL", *sorted({"+" + cipher.replace("_", "-") for cipher, _ in ciphers})]
        parts += [
            "-MAC-ALL",
            *sorted(
                {
                    "+" + {"SHA": "SHA1"}.get(mac, mac) if "CBC" in cipher else "+AEAD"
                    for cipher, mac in ciphers
                }
            ),
        ]
    if setting.groups:
        parts += ["-GROUP-ALL", *("+GROUP-" + group.upper() for group in setting.groups)]
    if setting.schemes:
        parts += ["-SIGN-ALL", *("+" + scheme_name(scheme) for scheme in setting.schemes)]
    if setting.raw:
        parts += [
            "-CTYPE-ALL",
            *(
                f"+CTYPE-{name}-{'RAWPK' if end in setting.raw else 'X509'}"
                for end, name in (("client", "CLI"), ("server", "SRV"))
            ),
        ]
    if not setting.ems:
        parts.append("%NO_SESSION_HASH")
    if not setting.etm:
        parts.append("%NO_ETM")
    return ":".join(parts)


def _options(stage, role, setting):
    options = ["--priority", priority(setting), "--debug", "5"]
    for protocol in setting.alpn:
        options += ["--alpn", protocol]
    for identity in setting.identities if role in setting.raw else ():
        options += ["--rawpkkeyfile", identity.key, "--rawpkfile", stage.public_key(identity)]
    for identity in setting.identities if role not in setting.raw else ():
        options += ["--x509certfile", identity.chain, "--x509keyfile", identity.key]
    if setting.trust:
        options += ["--x509cafile", setting.trust]
    if setting.record_size_limit:
        options += ["--recordsize", setting.record_size_limit]
    if setting.export:
        label, length = setting.export.split(":")
        options += ["--keymatexport", label, "--keymatexportsize", length]
    if setting.sessions in ("session-ids", "no-resumption"):
        options.append("--noticket")
    return options


class Log:
    """What `--debug 5` tells on standard error."""

    def saw_alert(self, process, alert):
        process.err.until(rf"Alert\[[12]\|{ALERTS[alert]}\] - [^\n]* - was received")

    def selected(self, process):
        text = process.err.until(r"Selected cipher suite: GNUTLS_(\S+)")[1]
        return next((suite for suite in SUITES.values() if name_of(suite)[4:] == text), text)


# Its record size goes into record_size_limit, both ways.
FEATURES = EVERYTHING - {"max-fragment", "small-records"} | {"raw-keys"}
LACKS = {"max-fragment": COMMAND, "small-records": COMMAND}


class GnutlsServer(Log, Server):
    name, programs = "GnuTLS", ("gnutls-serv",)
    features, lacks = FEATURES, LACKS
    groups = frozenset((*CURVES, "ffdhe2048", "ffdhe3072", "ffdhe4096"))
    question, answer = b"hello over there\n", r"^hello over there\n"

    @property
    def suites(self):
        return known()

    def serve(self, stage, setting, mode="talk", file=None, **_):
        """talk: gives every line back. files: an HTTP server whose every answer is this file."""
        options = {"talk": ["--echo"], "files": ["--http", "--httpdata", file]}[mode]
        options += {
            "none": ["--disable-client-cert"],
            "request": [],
            "require": ["--require-client-cert", "--verify-client-cert"],
        }[setting.client_auth]
        if "client" in setting.raw:
            options.remove("--verify-client-cert")  # it has nobody to ask about keys
        if setting.alpn:
            options.append("--alpn-fatal")
        if setting.psk:
            options += ["--pskpasswd", stage.write("psk.txt", setting.psk.encode() + b"\n")]
        if setting.staple:
            options += ["--ocsp-response", setting.staple, "--ignore-ocsp-response-errors"]
        if setting.sessions in ("tickets", "no-resumption"):
            options.append("--nodb")
        options += _options(stage, self.role, setting)
        return on_free_port(
            lambda port: stage.start("gnutls-serv", "--port", port, *options),
            r"listening on IPv4 0\.0\.0\.0 port \d+\.\.\.done",
        )

    def seen(self, process, _connections=1):
        material = re.search(r"Key material: ([0-9a-f]+)", process.out.text())
        return {"suite": self.selected(process), "exported": material[1] if material else None}


class GnutlsClient(Log, Client):
    name, programs = "GnuTLS", ("gnutls-cli",)
    features, lacks = FEATURES, {**LACKS, "DHE_PSK": COMMAND, "ECDHE_PSK": COMMAND}

    @property
    def suites(self):
        # Behind a handshake with an ephemeral key and a shared one, the command dies of a fault of
        # its own, with gnutls-serv too.
        return frozenset(
            suite for suite in known() if key_exchange(suite) not in ("DHE_PSK", "ECDHE_PSK")
        )

    def start(self, stage, port, setting, *more):
        name = (
            ["--sni-hostname", setting.name, "--verify-hostname", setting.name]
            if setting.name
            else ["--disable-sni", "--verify-hostname", "127.0.0.1"]
        )
        if not setting.trust:
            more = ["--insecure", *more]
        if setting.psk:
            identity, key = setting.psk.split(":")
            more = ["--pskusername", identity, "--pskkey", key, *more]
        if setting.connections > 1:
            more = ["--resume", *more]
        process = stage.start(
            "gnutls-cli",
            "--port",
            port,
            "--logfile",
            "gnutls-cli.log",
            *name,
            *_options(stage, self.role, setting),
            *more,
            "127.0.0.1",
        )
        process.log = stage.path("gnutls-cli.log")
        return process

    def connect(self, stage, port, setting):
        return self.start(stage, port, setting).feed(request(setting.page))

    def log(self, process):
        with open(process.log, encoding="utf-8") as file:
            return file.read()

    def finish(self, process):
        super().finish(process)
        material = re.findall(r"Key material: ([0-9a-f]+)", self.log(process) + process.out.text())
        return {"suite": self.selected(process), "exported": material[-1] if material else None}
