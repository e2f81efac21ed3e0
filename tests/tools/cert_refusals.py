"""What `tls12 cert` refuses, and names that are odd, long or unusable.
usage: cert_refusals.py TLS12"""
import json
import os
import shlex
import sys

from cert_stage import Stage
from served import collected, expect, main

TESTS, test = collected()


@test("what makes no sense is one line of reason")
def refusals(stage):
    stage.cert("--ca", "CA", "--out", "odd", "--file", "ca", "--path-length", "0")
    stage.cert("leaf.example.org", "--issuer", "odd/ca", "--file", "leaf", "--out", "odd")
    for arguments, reason in (
        (("x.org", "--issuer", "odd/leaf"), "no CA"),
        (("--ca", "below", "--issuer", "odd/ca"), "path length"),
        (("--ca", "again", "--file", "ca"), "there already"),
        (("x.org", "--issuer", "odd/absent"), "absent.pem"),
        (("x.org", "--issuer", "odd/ca", "--issuer-key", "odd/leaf-key.pem"), "key"),
        (("a b", "--issuer", "odd/ca"), "a b"),
        (("x.org", "--subject", "X", "--issuer", "odd/ca"), "'='"),
        (("x.org", "--permit", "x.org", "--issuer", "odd/ca"), "name constraints"),
        (("--sign", "odd/leaf.pem", "--issuer", "odd/ca"), "CERTIFICATE REQUEST"),
        (("x.org", "--hash", "sha256", "--pss", "--issuer", "odd/ca"), "PSS"),
        (
            (
                "--crl",
                "odd/crl",
                "--revoke",
                "odd/ca.pem",
                "--reason",
                "because",
                "--issuer",
                "odd/ca",
            ),
            "because",
        ),
    ):
        expect(reason in stage.refused(*arguments, "--out", "odd"), arguments)
    for arguments in (
        ("--sign", "x"),
        ("--revoke", "x"),
        ("--for", "fun"),
        ("--serial", "xyz"),
        ("--not-after", "soon"),
        ("--rsa-bits", "1024"),
        ("--request", "--ca"),
        ("--issuer-key", "x"),
        ("--hash", "md5"),
        ("--days", "0"),
    ):
        stage.refused(*arguments, code=2)


@test("a name that cannot be used leaves no file behind")
def unusable(stage):
    for number, arguments in enumerate(
        (
            ("a b",),
            ("good.example.org", "a b"),
            ("a..b",),
            ("b\u00fccher.example",),
            ("1.2.3",),
            ("--request", "a b"),
            ("good.example.org", "--subject", "X"),
            ("good.example.org", "--key", "absent.pem"),
        )
    ):
        folder = f"unusable{number}"
        stage.refused(*arguments, "--out", folder)
        expect(not os.path.exists(os.path.join(stage.folder, folder)), arguments, "left something")


@test(
    "a certificate for an IPv6 address with a zone is for the address: no other machine knows the "
    "zone"
)
def zone(stage):
    expect(
        json.loads(stage.cert("fe80::1%eth0", "--out", "zone", "--json"))["leaf"]["names"]
        == ["fe80::1"]
    )


@test("a name that is as long as a name may be has files")
def long_name(stage):
    name = ".".join(("a" * 63, "b" * 63, "c" * 63, "d" * 61))
    made = json.loads(stage.cert(name, "--out", "long", "--json"))
    expect(stage.we_verify("--trust", "long/ca.pem", "--name", name, made["certificate"]), made)


@test("the hint is a command for what was made, as a shell reads it")
def hints(stage):
    def hint(*arguments):
        lines = [line for line in stage.cert(*arguments).splitlines() if line.startswith("try:")]
        expect(len(lines) <= 1, lines)
        return shlex.split(lines[0][4:]) if lines else []

    expect(
        hint("www.example.org", "--out", "hint")
        == [
            "tls12",
            "serve",
            "--listen",
            "127.0.0.1:8443",
            "--cert",
            "hint/www.example.org.pem",
            "--key",
            "hint/www.example.org-key.pem",
        ]
    )
    expect(
        hint("alice@example.org", "--for", "client", "--out", "hint")
        == [
            "tls12",
            "connect",
            "HOST:PORT",
            "--cert",
            "hint/alice@example.org.pem",
            "--key",
            "hint/alice@example.org-key.pem",
        ]
    )
    given = hint(
        "www.example.org",
        "--key",
        "hint/www.example.org-key.pem",
        "--file",
        "again",
        "--out",
        "hint",
    )
    expect(
        given[4:] == ["--cert", "hint/again.pem", "--key", "hint/www.example.org-key.pem"], given
    )
    expect(
        json.loads(
            stage.cert(
                "www.example.org",
                "--key",
                "hint/www.example.org-key.pem",
                "--out",
                "hint",
                "--json",
            )
        )["key"]
        == "hint/www.example.org-key.pem"
    )
    odd = hint("www.example.org", "--out", "it's a folder")
    expect(
        odd[4:]
        == [
            "--cert",
            "it's a folder/www.example.org.pem",
            "--key",
            "it's a folder/www.example.org-key.pem",
        ],
        odd,
    )
    expect(hint("ocsp", "--subject", "CN=ocsp", "--for", "ocsp", "--out", "hint") == [])


sys.exit(main(TESTS, "refusals of cert", lambda folder: Stage(sys.argv[1], folder)))
