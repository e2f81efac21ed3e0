"""Whom `tls12 connect` and `tls12 serve` believe: raw public keys (RFC 7250), and what
certificates may be signed with. usage: peer_keys.py TLS12"""
import json
import os
import subprocess
import sys

from certificates import Forge
from served import PATIENCE, Server, Stage, collected, expect, main

TESTS, test = collected()


class Keys(Stage):
    """A stage whose server, and somebody else, have their public keys in files."""

    def __init__(self, tls12):
        super().__init__(tls12)
        self.run("cert", "--out", self.path("pki"), "--for", "server,client", "somebody")
        forge = Forge(self.path("pki"))
        for name in ("localhost", "somebody"):
            forge.run("pkey", "-in", name + "-key.pem", "-pubout", "-out", name + "-public.pem")
        self.server_key, self.somebodys_key = self.path("pki/localhost-public.pem"), self.path(
            "pki/somebody-public.pem"
        )
        self.as_somebody = [
            "--cert",
            self.path("pki/somebody.pem"),
            "--key",
            self.path("pki/somebody-key.pem"),
        ]


def connect(server, *options):
    """What our client tells of a connection on which it says a line."""
    done = subprocess.run(
        [
            server.stage.tls12,
            "connect",
            f"127.0.0.1:{server.port}",
            "--json",
            "--half-close",
            "--servername",
            "localhost",
            "--timeout",
            "10",
            *options,
        ],
        input="a line\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    told = json.loads(done.stderr.splitlines()[-1])
    expect(told["ok"] == (done.returncode == 0), done.stderr)
    expect(done.stdout == ("a line\n" if told["ok"] else ""), done.stdout)
    return told


def failed(told, rule, alert=None):
    expect(
        not told["ok"]
        and told["error"]["rule"] == rule
        and alert in (None, told["error"].get("alert")),
        f"not {rule}:",
        told,
    )


def public_key_in(path):
    """In hexadecimal, as --json has it."""
    return subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", path, "-outform", "DER"],
        check=True,
        capture_output=True,
    ).stdout.hex()


@test("a server that shows its key raw is believed by who knows the key, without any certificate")
def _(stage):
    with Server(stage, "--echo", "--raw-key", www=False) as server:
        told = connect(server, "--peer-key", stage.server_key)
        expect(told["ok"] and told["verified"] and told["peer_certificates"] == [], told)
        expect(told["peer_raw_public_key"] == public_key_in(stage.server_key), "another key:", told)
        failed(connect(server, "--peer-key", stage.somebodys_key), "raw_public_key_refused")
        told = connect(server, "--peer-key", stage.somebodys_key, "--peer-key", stage.server_key)
        expect(told["ok"], "not either of two keys:", told)


@test(
    "with --ca, a server may show a certificate or its key; without, a server that shows "
    "certificates alone is refused"
)
def _(stage):
    with Server(stage, "--echo", www=False) as server:
        told = connect(server, "--peer-key", stage.server_key, "--ca", stage.ca)
        expect(
            told["ok"]
            and told["peer_raw_public_key"] == ""
            and len(told["peer_certificates"]) == 1,
            told,
        )
        told = connect(server, "--peer-key", stage.server_key)
        expect(not told["ok"], "a certificate was taken for a key:", told)
    with Server(stage, "--echo", "--raw-key", www=False) as server:
        told = connect(server, "--ca", stage.ca)
        expect(
            told["ok"] and told["peer_raw_public_key"] == "",
            "who does not know of raw keys was shown one:",
            told,
        )


@test("a client that shows its key raw is believed by a server that knows the key")
def _(stage):
    for policy in ("require-any", "request"):
        with Server(
            stage,
            "--echo",
            "--json",
            "--client-auth",
            policy,
            "--peer-key",
            stage.somebodys_key,
            www=False,
        ) as server:
            told = connect(server, "--ca", stage.ca, *stage.as_somebody, "--raw-key")
            expect(told["ok"] and told["client_signature_scheme"], "the key was not shown:", told)
            line = json.loads(server.logged("peer_raw_public_key")[0])
            expect(
                line["peer_raw_public_key"] == public_key_in(stage.somebodys_key)
                and line["verified"],
                line,
            )
            stranger = [
                "--cert",
                stage.path("pki/localhost.pem"),
                "--key",
                stage.path("pki/localhost-key.pem"),
            ]
            failed(
                connect(server, "--ca", stage.ca, *stranger, "--raw-key"),
                "peer_alert",
                "certificate_unknown",
            )


@test("with --raw-key, the key of a client needs no certificate")
def _(stage):
    key = stage.as_somebody[2:]
    with Server(
        stage,
        "--echo",
        "--client-auth",
        "require-any",
        "--peer-key",
        stage.somebodys_key,
        www=False,
    ) as server:
        told = connect(server, "--ca", stage.ca, *key, "--raw-key")
        expect(told["ok"] and told["client_signature_scheme"], "the key was not shown:", told)
    done = subprocess.run(
        [stage.tls12, "connect", "localhost:443", *key],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    expect(done.returncode == 2 and "--raw-key" in done.stderr, done.stderr)


@test(
    "a server that takes keys alone takes no certificate for one, and with --client-ca takes either"
)
def _(stage):
    with Server(
        stage,
        "--echo",
        "--client-auth",
        "require-any",
        "--peer-key",
        stage.somebodys_key,
        www=False,
    ) as server:
        failed(
            connect(server, "--ca", stage.ca, *stage.as_somebody),
            "peer_alert",
            "unsupported_certificate",
        )
    with Server(
        stage,
        "--echo",
        "--client-auth",
        "verify",
        "--client-ca",
        stage.ca,
        "--peer-key",
        stage.somebodys_key,
        www=False,
    ) as server:
        for more in ([], ["--raw-key"]):
            expect(
                connect(server, "--ca", stage.ca, *stage.as_somebody, *more)["ok"],
                "not either:",
                *more,
            )


@test("both ends show keys alone")
def _(stage):
    with Server(
        stage,
        "--echo",
        "--json",
        "--raw-key",
        "--client-auth",
        "require-any",
        "--peer-key",
        stage.somebodys_key,
        www=False,
    ) as server:
        told = connect(server, "--peer-key", stage.server_key, *stage.as_somebody, "--raw-key")
        expect(told["ok"] and told["verified"] and told["client_certificate_requested"], told)
        line = json.loads(server.logged("peer_raw_public_key")[0])
        expect(line["peer_raw_public_key"] == public_key_in(stage.somebodys_key), line)


@test(
    "keys that are none, or that nobody asks for, are refused before anything else, with one line"
)
def _(stage):
    serve = [stage.tls12, "serve", "--listen", "127.0.0.1:0"]
    for arguments, code, words in (
        ([*serve, "--peer-key", stage.somebodys_key], 2, "--client-auth"),
        ([*serve, "--client-auth", "request", "--peer-key", stage.ca], 1, "ca.pem"),
        (
            [stage.tls12, "connect", "127.0.0.1:1", "--peer-key", stage.path("absent.pem")],
            1,
            "absent.pem",
        ),
        (
            [
                stage.tls12,
                "connect",
                "127.0.0.1:1",
                "--peer-key",
                stage.path("pki/localhost-key.pem"),
            ],
            1,
            "no PUBLIC KEY",
        ),
        ([stage.tls12, "connect", "127.0.0.1:1", "--raw-key", "--insecure"], 1, "no identity"),
    ):
        done = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        reason = [
            line
            for line in done.stderr.splitlines()
            if "WARNING" not in line and "made on the spot" not in line
        ]
        expect(
            done.returncode == code and len(reason) == 1 and words in reason[0],
            arguments,
            done.returncode,
            done.stderr,
        )


@test("--cert-schemes asks a server for certificates that are signed so, or none (RFC 8446 §4.2.3)")
def _(stage):
    with Server(stage, "--echo", www=False) as server:  # of a CA with a P-256 key
        told = connect(
            server, "--ca", stage.ca, "--cert-schemes", "ecdsa_secp256r1_sha256,rsa_pss_rsae_sha256"
        )
        expect(told["ok"], told)
        failed(
            connect(server, "--ca", stage.ca, "--cert-schemes", "rsa_pkcs1_sha256"),
            "peer_alert",
            "handshake_failure",
        )
        # What signs the handshake is another matter.
        failed(
            connect(
                server,
                "--ca",
                stage.ca,
                "--schemes",
                "rsa_pss_rsae_sha256",
                "--cert-schemes",
                "ecdsa_secp256r1_sha256",
            ),
            "peer_alert",
            "handshake_failure",
        )


@test("--cert-schemes holds for the certificates that clients show, too")
def _(stage):
    for schemes, ok in (("ecdsa_secp256r1_sha256", True), ("rsa_pkcs1_sha256", False)):
        with Server(
            stage,
            "--echo",
            "--client-auth",
            "verify",
            "--client-ca",
            stage.ca,
            "--cert-schemes",
            schemes,
            www=False,
        ) as server:
            told = connect(server, "--ca", stage.ca, *stage.as_somebody)
            expect(told["ok"] == ok, schemes, told)


sys.exit(main(TESTS, "peers' keys", lambda _: Keys(os.path.realpath(sys.argv[1])), threads=4))
