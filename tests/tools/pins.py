"""`--pin` and `--peer-key` of the command: which peer is accepted, and what is reported. usage:
pins.py TLS12"""
import base64
import contextlib
import json
import os
import socket
import ssl
import subprocess
import sys
import threading

from certificates import Forge
from served import PATIENCE, Server, Stage, collected, expect, main

TESTS, test = collected()


class Pinned(Stage):
    """A stage with a second identity, and the pins of both as OpenSSL computes them."""

    def __init__(self, tls12):
        super().__init__(tls12)
        self.run("cert", "--out", self.path("pki"), "--for", "server,client", "other")
        self.forge = Forge(self.path("pki"))
        self.key, self.certificate = self.pins("localhost")
        self.other_key, self.other_certificate = self.pins("other")

    def pins(self, name):
        """By key and by certificate."""
        self.forge.run("pkey", "-in", name + "-key.pem", "-pubout", "-out", name + "-public.pem")
        self.forge.run(
            "pkey",
            "-pubin",
            "-in",
            name + "-public.pem",
            "-outform",
            "DER",
            "-out",
            name + "-public.der",
        )
        digest = self.forge.run("dgst", "-sha256", name + "-public.der").split()[-1]
        fingerprint = (
            self.forge.run("x509", "-in", name + ".pem", "-noout", "-fingerprint", "-sha256")
            .strip()
            .split("=")[1]
        )
        return (
            "sha256//" + base64.b64encode(bytes.fromhex(digest)).decode(),
            "certificate:" + fingerprint,
        )

    def pki(self, name):
        return self.path("pki/" + name)


def run(stage, *arguments, env=None):
    return subprocess.run(
        [stage.tls12, *arguments],
        input="a line\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, **(env or {})},
    )


def connect(stage, port, *options, env=None):
    """The exit code, and the report of a connection on which our client sends a line."""
    done = run(
        stage,
        "connect",
        f"127.0.0.1:{port}",
        "--json",
        "--half-close",
        "--servername",
        "localhost",
        "--timeout",
        "10",
        *options,
        env=env,
    )
    return done.returncode, json.loads(done.stderr.splitlines()[-1]), done.stdout


def accepted(outcome):
    code, report, output = outcome
    expect(code == 0 and report["ok"] and report["verified"] and output == "a line\n", outcome)
    return report


def refused(outcome, rule, alert="certificate_unknown"):
    code, report, output = outcome
    expect(code == 1 and not report["ok"] and output == "", outcome)
    expect(report["error"]["rule"] == rule and report["error"]["alert"] == alert, outcome)
    expect(not report.get("verified"), outcome)


@contextlib.contextmanager
def openssl_echo(stage):
    """A server of the ssl module: it shows its certificate, and does not know raw public keys
    (RFC 7250). The port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(stage.pki("localhost.pem"), stage.pki("localhost-key.pem"))
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE)

    def serve():
        with contextlib.suppress(OSError):
            plain, _ = listener.accept()
            plain.settimeout(PATIENCE)
            with context.wrap_socket(plain, server_side=True) as tls:
                while data := tls.recv(4096):
                    tls.sendall(data)
                tls.unwrap()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join()


@test(
    "--peer-key refuses a server that does not answer the extension and shows a certificate of a "
    "trusted CA"
)
def _(stage):
    trusting = {"SSL_CERT_FILE": stage.ca}
    with openssl_echo(stage) as port:
        accepted(connect(stage, port, env=trusting))
    with openssl_echo(stage) as port:
        refused(
            connect(stage, port, "--peer-key", stage.pki("localhost-public.pem"), env=trusting),
            "certificate_type_not_offered",
            "unsupported_certificate",
        )


@test("--pin accepts the server with that key or certificate without a CA, and no other")
def _(stage):
    with openssl_echo(stage) as port:
        accepted(connect(stage, port, "--pin", stage.key))
    with Server(stage, "--echo", www=False) as server:
        for pin in (
            stage.certificate,
            stage.pki("localhost.pem"),
            stage.pki("localhost-public.pem"),
            stage.pki("localhost-public.der"),
        ):
            report = accepted(connect(stage, server.port, "--pin", pin))
            expect(len(report["peer_certificates"]) == 1, report)
        accepted(
            connect(
                stage, server.port, "--pin", stage.other_key, "--pin", stage.key, "--resume", "1"
            )
        )
        for pin in (stage.other_key, stage.other_certificate, stage.pki("other.pem")):
            refused(
                connect(stage, server.port, "--pin", pin, env={"SSL_CERT_FILE": stage.ca}),
                "certificate_not_pinned",
            )


@test("the pin that connect reports is the pin that it accepts")
def _(stage):
    with Server(stage, "--echo", www=False) as server:
        pin = accepted(connect(stage, server.port, "--ca", stage.ca))["peer_pin"]
        expect(
            bytes.fromhex(pin.removeprefix("key:"))
            == base64.b64decode(stage.key.removeprefix("sha256//")),
            pin,
            stage.key,
        )
        accepted(connect(stage, server.port, "--pin", pin))


@test("--pin with --ca asks for both")
def _(stage):
    stage.run("cert", "--out", stage.path("strange"), "localhost")
    with Server(stage, "--echo", www=False) as server:
        accepted(connect(stage, server.port, "--pin", stage.key, "--ca", stage.ca))
        refused(
            connect(stage, server.port, "--pin", stage.other_key, "--ca", stage.ca),
            "certificate_not_pinned",
        )
        code, report, _ = connect(
            stage, server.port, "--pin", stage.key, "--ca", stage.path("strange/ca.pem")
        )
        expect(code == 1 and not report["ok"] and not report.get("verified"), report)


@test("--pin accepts the key as a raw public key, too")
def _(stage):
    with Server(stage, "--echo", "--raw-key", www=False) as server:
        report = accepted(connect(stage, server.port, "--pin", stage.key))
        expect(report["peer_raw_public_key"] and not report["peer_certificates"], report)
        refused(connect(stage, server.port, "--pin", stage.other_key), "raw_public_key_refused")


@test("serve --pin accepts the client with that key, shown either way, and no other")
def _(stage):
    def shows(name):
        return [
            "--ca",
            stage.ca,
            "--cert",
            stage.pki(name + ".pem"),
            "--key",
            stage.pki(name + "-key.pem"),
        ]

    with Server(
        stage, "--echo", "--client-auth", "verify", "--pin", stage.other_key, www=False
    ) as server:
        for more in ([], ["--raw-key"]):
            accepted(connect(stage, server.port, *shows("other"), *more))
            refused(connect(stage, server.port, *shows("localhost"), *more), "peer_alert")


@test(
    "verify --pin: alone it suffices, with --trust it is asked for as well, and nothing is skipped "
    "silently"
)
def _(stage):
    leaf = stage.pki("localhost.pem")
    for code, options in (
        (0, ["--pin", stage.key]),
        (0, ["--pin", stage.certificate, "--trust", stage.ca, "--name", "localhost"]),
        (1, ["--pin", stage.other_key]),
        (1, ["--pin", stage.other_key, "--trust", stage.ca]),
        (1, ["--pin", stage.key, "--trust", stage.pki("other.pem")]),
        (2, ["--pin", stage.key, "--name", "localhost"]),
        (2, ["--pin", stage.key, "--revocation", "require"]),
        (2, []),
    ):
        done = run(stage, "verify", leaf, *options)
        expect(done.returncode == code, options, done)
        expect(
            code != 1
            or stage.other_key not in options
            or "does not match any of the pins" in done.stderr,
            done,
        )


@test("pins that cannot be read or would have no effect are refused, with one line")
def _(stage):
    target = ["connect", "127.0.0.1:1"]
    for arguments, code, words in (
        ([*target, "--pin", "sha256//short"], 1, "not a pin: sha256//short"),
        ([*target, "--pin", stage.path("absent")], 1, "absent"),
        ([*target, "--pin", stage.pki("localhost-key.pem")], 1, "no certificate and no public key"),
        ([*target, "--pin", stage.key, "--insecure"], 2, "--insecure"),
        ([*target, "--peer-key", stage.pki("localhost-public.pem"), "--insecure"], 2, "--insecure"),
        (
            [*target, "--pin", stage.key, "--psk", "me:01"],
            1,
            "verify.pins has no effect beside find_psk",
        ),
        (["serve", "--listen", "127.0.0.1:0", "--pin", stage.key], 2, "--client-auth"),
        (
            ["serve", "--listen", "127.0.0.1:0", "--client-ca", stage.ca],
            1,
            "client_trust has no effect beside client_authentication none",
        ),
        (
            ["serve", "--listen", "127.0.0.1:0", "--client-auth", "request", "--pin", stage.key],
            1,
            "client_authentication request",
        ),
    ):
        done = run(stage, *arguments)
        reason = [line for line in done.stderr.splitlines() if "made on the spot" not in line]
        expect(done.returncode == code and len(reason) == 1 and words in reason[0], arguments, done)


sys.exit(main(TESTS, "pins", lambda _: Pinned(os.path.realpath(sys.argv[1])), threads=4))
