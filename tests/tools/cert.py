"""What `tls12 cert` makes passes the strictest checks of others and of our own, and does what
its options say. usage: cert.py TLS12"""
import json
import os
import sys

from cert_stage import Stage
from served import collected, expect, main

TESTS, test = collected()
SERVER, CLIENT = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
ALGORITHMS = ("p256", "p384", "p521", "ed25519", "rsa", "rsa-pss", "rsa --pss --hash sha384")


def chains_are_strict(algorithm):
    @test(f"{algorithm}: OpenSSL verifies the chain strictly, for servers and for clients")
    def openssl(stage):
        out = stage.make_chain(algorithm)
        for leaf, purpose in (
            ("www.example.org", ("sslserver", "-verify_hostname", "a.web.example.org")),
            ("www.example.org", ("sslserver", "-verify_ip", "2001:db8::1")),
            ("alice", ("sslclient", "-verify_email", "alice@example.org")),
        ):
            trust = ("-CAfile", f"{out}/root.pem", "-untrusted", f"{out}/{leaf}.pem")
            done = stage.peer(
                "openssl",
                "verify",
                "-x509_strict",
                "-policy_check",
                "-purpose",
                *purpose,
                *trust,
                f"{out}/{leaf}.pem",
            )
            expect(done.returncode == 0, done.stderr)
        expect(
            not stage.openssl_verifies("-purpose", "sslserver", *trust, f"{out}/alice.pem"),
            "a client's certificate is a server's",
        )

    @test(f"{algorithm}: GnuTLS verifies the chain by its high profile")
    def gnutls(stage):
        out = stage.make_chain(algorithm)
        for leaf, purpose, name in (
            ("www.example.org", SERVER, ("--verify-hostname", "www.example.org")),
            ("alice", CLIENT, ("--verify-email", "alice@example.org")),
        ):
            done = stage.peer(
                "certtool",
                "--verify",
                "--verify-profile",
                "high",
                "--verify-purpose",
                purpose,
                *name,
                "--load-ca-certificate",
                f"{out}/root.pem",
                "--infile",
                f"{out}/{leaf}.pem",
            )
            expect(
                done.returncode == 0 and "Verified. The certificate is trusted." in done.stdout,
                done.stdout,
                done.stderr,
            )
        whole = os.path.join(stage.folder, out, "whole.pem")
        with open(whole, "w", encoding="ascii") as file:
            for part in ("www.example.org.pem", "root.pem"):
                with open(os.path.join(stage.folder, out, part), encoding="ascii") as one:
                    file.write(one.read())
        done = stage.peer(
            "certtool", "--verify-chain", "--verify-profile", "high", "--infile", whole
        )
        expect(
            done.returncode == 0
            and "Chain verification output: Verified. The certificate is trusted." in done.stdout,
            done.stdout,
            done.stderr,
        )

    @test(f"{algorithm}: we verify the chain by the strict policy")
    def ours(stage):
        out = stage.make_chain(algorithm)
        for leaf, options in (
            ("www.example.org", ("--name", "www.example.org", "--name", "192.0.2.1")),
            ("alice", ("--purpose", "client", "--name", "alice@example.org")),
        ):
            done = stage.run(
                stage.tls12,
                "verify",
                "--policy",
                "strict",
                "--trust",
                f"{out}/root.pem",
                *options,
                f"{out}/{leaf}.pem",
            )
            expect(done.returncode == 0, done.stderr)


for each in ALGORITHMS:
    chains_are_strict(each)


@test("a subject has its attributes, and a leaf's file the intermediates above it")
def subject(stage):
    out = stage.make_chain("p256")
    leaf, issuer = stage.shown(f"{out}/www.example.org.pem")
    expect(
        leaf["issuer"]
        == issuer["subject"]
        == "CN=Example CA,O=Example \\, Inc.,L=Ghent,ST=East Flanders,C=BE",
        leaf,
        issuer,
    )
    expect(
        leaf["names"] == ["www.example.org", "*.web.example.org", "192.0.2.1", "2001:db8::1"], leaf
    )
    expect([one["subject"] for one in stage.shown(f"{out}/root.pem")] == ["CN=Example Root"])


@test("a CA's constraints bind what it issues")
def constraints(stage):
    stage.cert(
        "--ca",
        "Narrow",
        "--out",
        "narrow",
        "--file",
        "ca",
        "--permit",
        "example.org",
        "--permit",
        "192.0.2.0/24",
        "--exclude",
        "bad.example.org",
    )
    for name, is_right in (
        ("www.example.org", True),
        ("192.0.2.7", True),
        ("bad.example.org", False),
        ("example.com", False),
        ("198.51.100.1", False),
    ):
        stage.cert(
            name,
            "--subject",
            "O=Example",
            "--issuer",
            "narrow/ca",
            "--file",
            "leaf",
            "--out",
            "narrow",
        )
        expect(stage.we_verify("--trust", "narrow/ca.pem", "narrow/leaf.pem") == is_right, name)
        expect(
            stage.openssl_verifies("-CAfile", "narrow/ca.pem", "narrow/leaf.pem") == is_right,
            "OpenSSL:",
            name,
        )


@test("a request is made where the key is, and signed elsewhere")
def request(stage):
    stage.cert("--ca", "CA", "--out", "asked", "--file", "ca")
    stage.cert(
        "--request",
        "mail.example.org",
        "192.0.2.1",
        "--for",
        "server,client",
        "--must-staple",
        "--out",
        "asked",
        "--key-type",
        "ed25519",
    )
    expect(
        "wrote asked/mail.example.org.pem\n"
        == stage.cert(
            "--sign", "asked/mail.example.org-request.pem", "--issuer", "asked/ca", "--out", "asked"
        )
    )
    made = stage.shown("asked/mail.example.org.pem")[0]
    expect(
        made["names"] == ["mail.example.org", "192.0.2.1"]
        and made["subject"] == "CN=mail.example.org"
        and made["key"] == "Ed25519",
        made,
    )
    for purpose in ("server", "client"):
        expect(
            stage.we_verify(
                "--trust",
                "asked/ca.pem",
                "--purpose",
                purpose,
                "--name",
                "mail.example.org",
                "asked/mail.example.org.pem",
            ),
            purpose,
        )
    stage.cert(
        "other.example.org",
        "--sign",
        "asked/mail.example.org-request.pem",
        "--issuer",
        "asked/ca",
        "--for",
        "server",
        "--out",
        "asked",
    )
    expect(stage.shown("asked/other.example.org.pem")[0]["names"] == ["other.example.org"])
    expect(
        not stage.we_verify(
            "--trust", "asked/ca.pem", "--purpose", "client", "asked/other.example.org.pem"
        ),
        "options overrule a request",
    )
    expect(
        stage.peer(
            "openssl", "req", "-verify", "-noout", "-in", "asked/mail.example.org-request.pem"
        ).returncode
        == 0
    )


@test("a request that somebody changed is refused")
def forged(stage):
    stage.cert("--ca", "CA", "--out", "forged", "--file", "ca")
    stage.cert("--request", "mail.example.org", "--out", "forged")
    with open(
        os.path.join(stage.folder, "forged/mail.example.org-request.pem"), encoding="ascii"
    ) as file:
        lines = file.read().split("\n")
    lines[-3] = lines[-3][:-6] + ("A" if lines[-3][-6] != "A" else "B") + lines[-3][-5:]
    with open(os.path.join(stage.folder, "forged/changed.pem"), "w", encoding="ascii") as file:
        file.write("\n".join(lines))
    expect(
        "changed.pem"
        in stage.refused("--sign", "forged/changed.pem", "--issuer", "forged/ca", "--out", "forged")
    )


@test("what a CRL revokes is refused, and the next CRL goes on from it")
def revocation(stage):
    stage.cert("--ca", "CA", "--out", "revoked", "--file", "ca")
    for name in ("a", "b", "c"):
        stage.cert(
            f"{name}.example.org", "--issuer", "revoked/ca", "--file", name, "--out", "revoked"
        )
    crl = ("--crl", "revoked/ca.crl", "--issuer", "revoked/ca")

    def is_good(name):
        ours = stage.we_verify(
            "--trust", "revoked/ca.pem", "--crl", "revoked/ca.crl", f"revoked/{name}.pem"
        )
        expect(
            stage.openssl_verifies(
                "-crl_check",
                "-CAfile",
                "revoked/ca.pem",
                "-CRLfile",
                "revoked/ca.crl",
                f"revoked/{name}.pem",
            )
            == ours,
            name,
        )
        return ours

    expect(
        "(revoked: 1)" in stage.cert(*crl, "--revoke", "revoked/a.pem", "--reason", "keyCompromise")
    )
    expect([is_good(name) for name in "abc"] == [False, True, True])
    expect(json.loads(stage.cert(*crl, "--revoke", "revoked/b.pem", "--json"))["revoked"] == 2)
    expect([is_good(name) for name in "abc"] == [False, False, True])
    expect("(revoked: 2)" in stage.cert(*crl))
    stage.refused(*crl, "--revoke", "revoked/ca-key.pem")


@test("validity is what was asked for, and by default ends with the issuer's")
def validity(stage):
    stage.cert(
        "--ca",
        "CA",
        "--out",
        "times",
        "--file",
        "ca",
        "--not-before",
        "2026-01-01T00:00:00Z",
        "--not-after",
        "2056-07-01T12:00:00Z",
    )
    stage.cert(
        "a.example.org",
        "--issuer",
        "times/ca",
        "--out",
        "times",
        "--not-before",
        "2026-02-03T04:05:06Z",
        "--days",
        "10",
    )
    stage.cert("b.example.org", "--issuer", "times/ca", "--out", "times", "--days", "36500")
    made = stage.shown("times/a.example.org.pem")[0]
    expect(
        (made["not_before"], made["not_after"])
        == ("2026-02-03 04:05:06 UTC", "2026-02-13 04:05:06 UTC"),
        made,
    )
    expect(stage.shown("times/b.example.org.pem")[0]["not_after"] == "2056-07-01 12:00:00 UTC")


@test("a key, a serial number and other extensions are the caller's to choose")
def choices(stage):
    stage.cert("--ca", "CA", "--out", "chosen", "--file", "ca", "--path-length", "3")
    stage.cert(
        "a.example.org",
        "--issuer",
        "chosen/ca",
        "--out",
        "chosen",
        "--serial",
        "01:23:ab",
        "--must-staple",
        "--issuer-url",
        "http://example.org/ca.cer",
    )
    stage.cert(
        "b.example.org",
        "--issuer",
        "chosen/ca",
        "--out",
        "chosen",
        "--key",
        "chosen/a.example.org-key.pem",
    )
    expect(
        not os.path.exists(os.path.join(stage.folder, "chosen/b.example.org-key.pem")),
        "a given key is written again",
    )
    text = stage.openssl_text(
        "chosen/a.example.org.pem", "-serial", "-ext", "tlsfeature,authorityInfoAccess"
    )
    expect(
        "serial=0123AB" in text
        and "status_request" in text
        and "CA Issuers - URI:http://example.org/ca.cer" in text,
        text,
    )
    expect(
        stage.openssl_text("chosen/a.example.org.pem", "-pubkey")
        == stage.openssl_text("chosen/b.example.org.pem", "-pubkey")
    )
    expect("pathlen:3" in stage.openssl_text("chosen/ca.pem", "-ext", "basicConstraints"))
    stage.cert(
        "ocsp", "--subject", "CN=ocsp", "--for", "ocsp", "--issuer", "chosen/ca", "--out", "chosen"
    )
    expect(
        stage.openssl_verifies(
            "-purpose", "ocsphelper", "-CAfile", "chosen/ca.pem", "chosen/ocsp.pem"
        )
    )


sys.exit(main(TESTS, "cert", lambda folder: Stage(sys.argv[1], folder)))
