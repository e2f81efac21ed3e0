"""`tls12 show` beside `openssl asn1parse`: the same elements at the same places, each byte once,
and the words. usage: show.py TLS12"""
import json
import os
import re
import subprocess
import sys

from certificates import CA, LEAF, Forge
from served import Skipped, collected, expect, main

TESTS, test = collected()
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
EVERYTHING = LEAF.replace(
    "subjectAltName=DNS:leaf.example",
    "subjectAltName=URI:https://leaf.example/,otherName:1.2.3.4;UTF8:odd,dirName:dir,RID:1.2.3.5,"
    "DNS:leaf.example",
) + (
    "issuerAltName=email:ca@root.example\ncertificatePolicies=1.3.6.1.4.1.99999.1,@rules\n"
    "crlDistributionPoints=point\n"
    "freshestCRL=URI:http://root.example/delta.crl\nauthorityInfoAccess="
    "OCSP;URI:http://ocsp.root.example/,caIssuers;URI:http://root.example/ca.cer\n"
    "subjectInfoAccess=caRepository;URI:http://leaf.example/all\ntlsfeature=status_request\n"
    "noCheck=ignored\n1.3.6.1.4.1.99999.7=DER:04:03:01:02:03\n"
    "2.5.29.9=DER:30:0f:30:0d:06:03:55:04:03:31:06:0c:04:6d:6f:72:65\n"
    "[dir]\nO=Directory\nCN=Entry\n"
    "[rules]\npolicyIdentifier=1.3.6.1.4.1.99999.2\nCPS.1=http://root.example/cps\n"
    "userNotice.1=@notice\n"
    "[notice]\nexplicitText=UTF8:read this\norganization=Example\nnoticeNumbers=1,2\n"
    "[point]\nfullname=URI:http://root.example/ca.crl\nreasons=keyCompromise,CACompromise\n"
    "CRLissuer=dirName:dir\n"
)
CONSTRAINED = CA.replace("CA:true", "CA:true,pathlen:2") + (
    "nameConstraints=critical,permitted;DNS:example,permitted;IP:192.0.2.0/255.255.255.0,"
    "excluded;email:bad.example,excluded;dirName:dir\n"
    "policyConstraints=requireExplicitPolicy:1,inhibitPolicyMapping:0\n"
    "policyMappings=1.3.6.1.4.1.99999.1:1.3.6.1.4.1.99999.2\ninhibitAnyPolicy=3\n"
    "[dir]\nO=Elsewhere\n"
)


class Stage:
    def __init__(self, tls12, folder):
        self.tls12 = tls12
        self.forge = forge = Forge(folder)
        self.root = forge.issue("root", CA)
        self.constrained = forge.issue("constrained", CONSTRAINED, "root")
        self.leaf = forge.issue("leaf", EVERYTHING, "root")
        self.gone = forge.issue("gone", LEAF, "root")
        self.crl = forge.list_of_revoked("crl", "root", ["gone"])
        self.request = forge.request(
            "wish", "/CN=wish.example/O=Wishes", "subjectAltName=DNS:wish.example\n"
        )
        self.ocsp = forge.path("ocsp.der")
        forge.run(
            "ocsp",
            "-index",
            "index.txt",
            "-rsigner",
            "root.pem",
            "-rkey",
            "root-key.pem",
            "-CA",
            "root.pem",
            "-issuer",
            "root.pem",
            "-cert",
            "gone.pem",
            "-respout",
            self.ocsp,
        )

    def show(self, path, *options, code=0):
        done = subprocess.run(
            [self.tls12, "show", path, *options],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        expect(done.returncode == code, f"not exit code {code}:", done)
        return done.stdout if code == 0 or done.stdout else done.stderr

    def tree(self, path, code=0):
        return json.loads(self.show(path, "--json", code=code))


def nodes(node):
    yield node
    for part in node.get("parts", []):
        yield from nodes(part)


def leaves_no_gap(node):
    """The parts follow each other, from behind the header to the end."""
    parts = node.get("parts", [])
    at = node["offset"] + node["header"]
    for part in parts:
        expect(part["offset"] == at, "a gap before", part, "in", node["field"])
        at += part["size"]
        leaves_no_gap(part)
    expect(not parts or at == node["offset"] + node["size"], "a gap at the end of", node)


def as_openssl_has_it(stage, path, node, form="PEM"):
    parsed = stage.forge.run("asn1parse", "-in", path, "-inform", form)
    elements = [
        tuple(map(int, found))
        for found in re.findall(r"^ *(\d+):d=\d+ +hl=(\d+) +l= *(\d+)", parsed, re.M)
    ]
    ours = {one["offset"]: one["size"] for one in reversed(list(nodes(node)))}
    for offset, header, size in elements:
        expect(
            ours.get(offset) == header + size,
            "openssl has an element at",
            offset,
            "of",
            header + size,
            "where we have",
            ours.get(offset),
        )


@test("certificates, lists, responses and requests are told apart, in DER and in PEM")
def kinds(stage):
    forge = stage.forge
    for path, kind in (
        (stage.leaf, "certificate"),
        (forge.der("leaf"), "certificate"),
        (stage.crl, "certificate revocation list"),
        (forge.der("crl", "crl"), "certificate revocation list"),
        (stage.ocsp, "OCSP response"),
        (stage.request, "certificate request"),
    ):
        (shown,) = stage.tree(path)
        expect(shown["kind"] == kind and shown["fault"] == "", path, shown["kind"], shown["fault"])
    forge.run("req", "-in", stage.request, "-outform", "DER", "-out", "wish.der")
    expect(
        stage.tree(forge.path("wish.der"))[0]["kind"] == "certificate request", "a request in DER"
    )


@test("every element stands where openssl has it, and every byte belongs to one")
def places(stage):
    for path, form in (
        (stage.root, "PEM"),
        (stage.constrained, "PEM"),
        (stage.leaf, "PEM"),
        (stage.crl, "PEM"),
        (stage.request, "PEM"),
        (stage.ocsp, "DER"),
    ):
        structure = stage.tree(path)[0]["structure"]
        leaves_no_gap(structure)
        as_openssl_has_it(stage, path, structure, form)


@test("nothing that a sound file holds is told to be wrong")
def sound(stage):
    for path in (stage.root, stage.constrained, stage.leaf, stage.crl, stage.request, stage.ocsp):
        wrong = [one for one in nodes(stage.tree(path)[0]["structure"]) if "problem" in one]
        expect(not wrong, path, wrong)


def values(stage, path):
    return [one.get("value", "") for one in nodes(stage.tree(path)[0]["structure"])]


@test("each extension of RFC 5280 is told in words")
def extensions(stage):
    said = values(stage, stage.leaf) + values(stage, stage.constrained)
    for wanted in (
        "digitalSignature",
        "id-kp-serverAuth (1.3.6.1.5.5.7.3.1)",
        '"https://leaf.example/"',
        "CN=Entry,O=Directory",
        "1.2.3.5",
        "192.0.2.7",
        '"ca@root.example"',
        "1.3.6.1.4.1.99999.2",
        '"http://root.example/cps"',
        '"read this"',
        "keyCompromise, cACompromise",
        '"http://root.example/delta.crl"',
        "id-ad-ocsp (1.3.6.1.5.5.7.48.1)",
        '"http://leaf.example/all"',
        "status_request",
        '"more"',
        "a CA, with at most 2 more below it",
        "192.0.2.0, mask 255.255.255.0",
        '"bad.example"',
        "O=Elsewhere",
        "keyCertSign, cRLSign",
    ):
        expect(wanted in said, "nothing says", wanted)
    for name in (
        "authorityKeyIdentifier",
        "subjectKeyIdentifier",
        "keyUsage, critical",
        "certificatePolicies",
        "policyMappings",
        "subjectAltName",
        "issuerAltName",
        "subjectDirectoryAttributes",
        "basicConstraints, critical",
        "nameConstraints, critical",
        "policyConstraints",
        "extKeyUsage",
        "cRLDistributionPoints",
        "inhibitAnyPolicy",
        "freshestCRL",
        "authorityInfoAccess",
        "subjectInfoAccess",
        "tlsFeature",
        "id-pkix-ocsp-nocheck",
    ):
        expect(any(one.startswith(name + ": ") for one in said), "no extension", name)


@test("an extension that is not known is shown by its identifier and bytes")
def unknown_extension(stage):
    words = stage.show(stage.leaf)
    expect(re.search(r"Extension +1\.3\.6\.1\.4\.1\.99999\.7$", words, re.M), words)
    expect("04 05 04 03 01 02 03" in words, words)


@test("a list tells who was revoked, when and why")
def revocation_list(stage):
    said = values(stage, stage.crl)
    serial = (
        stage.forge.run("x509", "-in", "gone.pem", "-noout", "-serial")
        .strip()
        .removeprefix("serial=")
        .lower()
    )
    expect(
        any(one.lstrip("0") == serial.lstrip("0") for one in said) and "keyCompromise (1)" in said,
        said,
    )


@test("an OCSP response tells its status, who answers, and the certificate's status")
def ocsp_response(stage):
    fields = {
        one["field"]: one.get("value") for one in nodes(stage.tree(stage.ocsp)[0]["structure"])
    }
    expect(fields["responseStatus"] == "successful (0)" and "certStatus, revoked" in fields, fields)


@test("all bytes of a field are shown, or with --brief the first")
def brief(stage):
    whole, brief_words = stage.show(stage.leaf), stage.show(stage.leaf, "--brief")
    shown = "".join(re.findall(r"^ *\d+  ((?:[0-9a-f]{2} ?)+)", whole, re.M)).replace(" ", "")
    with open(stage.forge.der("leaf"), "rb") as file:
        expect(sorted(shown) == sorted(file.read().hex()), "not all bytes are shown")
    expect(
        len(brief_words.splitlines()) < len(whole.splitlines())
        and "…" in brief_words
        and "…" not in whole,
        brief_words,
    )


@test("what is malformed is shown as far as it goes, and why it is refused: exit code 1")
def malformed(stage):
    with open(stage.forge.der("leaf"), "rb") as file:
        der = file.read()
    for name, content in (
        ("cut.der", der[:-40]),
        ("longer.der", der + b"\x00"),
        ("tag.der", der[:4] + b"\x31" + der[5:]),
        ("noise.der", der[:60] + os.urandom(40) + der[100:]),
    ):
        (shown,) = stage.tree(stage.forge.write(name, content), code=1)
        expect(shown["fault"], name, shown)
    expect(
        any(
            "problem" in one
            for one in nodes(stage.tree(stage.forge.path("cut.der"), code=1)[0]["structure"])
        ),
        "a cut is no problem",
    )
    for path in (
        stage.forge.write("text", "no PEM"),
        stage.forge.write("key", stage.forge.read("leaf-key.pem")),
        "absent.pem",
        stage.forge.write("nothing", ""),
    ):
        expect(stage.show(path, code=1).count("\n") == 1, "not one line of reason for", path)


@test("whatever a certificate is cut to or changed to, something is shown")
def mangled(stage):
    with open(stage.forge.der("constrained"), "rb") as file:
        der = file.read()
    for at in range(0, len(der), 7):
        path = stage.forge.write(
            "mangled.der", der[:at] + bytes([der[at] ^ (1 << at % 8)]) + der[at + 1 :]
        )
        done = subprocess.run(
            [stage.tls12, "show", "--json", path],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        expect(done.returncode in (0, 1), at, done)


@test("the certificates of the system's bundle hold nothing unexpected")
def bundle(stage):
    if not os.path.exists(BUNDLE):
        raise Skipped(f"{BUNDLE} is not there")
    shown = json.loads(
        subprocess.run(
            [stage.tls12, "show", "--json", BUNDLE],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        ).stdout
    )
    with open(BUNDLE, encoding="utf-8") as file:
        expect(len(shown) == file.read().count("BEGIN CERTIFICATE"), len(shown))
    for one in shown:
        leaves_no_gap(one["structure"])
        wrong = [node for node in nodes(one["structure"]) if "problem" in node]
        expect(not wrong, wrong)


sys.exit(main(TESTS, "show", lambda folder: Stage(sys.argv[1], folder)))
