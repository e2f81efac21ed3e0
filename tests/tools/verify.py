"""What scripts rely on in `tls12 verify`: exit codes, one line of reason, JSON, and batches.
usage: verify.py TLS12"""
import json
import select
import subprocess
import sys
import tempfile
import time

from certificates import CA, LEAF
from served import PATIENCE, collected, expect, main
from verify_stage import Stage

TESTS, test = collected()


@test("a chain is told from the certificate to the trusted one")
def chain(stage):
    words = stage.valid(*stage.trusting(stage.leaf))
    expect(
        words
        == "valid: CN=leaf.example, issued by CN=issuing.example, issued by CN=root.example\n",
        words,
    )


@test(
    "intermediates may lie behind the leaf in its file, in any order, among others, repeated, or "
    "in DER"
)
def places(stage):
    forge = stage.forge
    both = forge.write(
        "both.pem", forge.read("leaf.pem") + forge.read("stranger.pem") + forge.read("issuing.pem")
    )
    stage.valid("--trust", stage.root, both)
    stage.valid("--trust", stage.root, "--untrusted", forge.der("issuing"), forge.der("leaf"))
    stage.valid(
        "--trust",
        stage.root,
        "--untrusted",
        stage.stranger,
        "--untrusted",
        stage.issuing,
        "--untrusted",
        stage.issuing,
        stage.leaf,
    )


@test(
    "untrusted certificates that are unusable make a chain fail only if it needs them, or under "
    "--policy strict"
)
def malformed_untrusted(stage):
    forge = stage.forge
    broken = forge.write(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\nMIIB!\n-----END CERTIFICATE-----\n-----BEGIN "
        "CERTIFICATE-----\nMAMCAQA=\n"
        "-----END CERTIFICATE-----\n" + forge.read("issuing.pem"),
    )
    stage.valid("--trust", stage.root, "--untrusted", stage.junk, "--untrusted", broken, stage.leaf)
    with_leaf = forge.write("with-leaf.pem", forge.read("leaf.pem") + forge.read("broken.pem"))
    stage.valid("--trust", stage.root, with_leaf)
    stage.valid("--policy", "legacy", "--trust", stage.root, with_leaf)
    reason = stage.invalid("--policy", "strict", "--trust", stage.root, with_leaf)
    expect("certificate 2 of those that came cannot be used: " in reason, reason)
    cut = forge.write(
        "cut.pem", forge.read("leaf.pem") + forge.read("issuing.pem").replace("M", "N", 1)
    )
    reason = stage.invalid("--trust", stage.root, cut)
    expect(
        "no usable certificate of its issuer, CN=issuing.example, came with it" in reason
        and "certificate 2 of those that came cannot be used: " in reason,
        reason,
    )


@test(
    "several --trust add up, a folder is all its certificates, and an unusable one beside others "
    "is reported and skipped"
)
def trust(stage):
    stage.valid("--trust", stage.stranger, *stage.trusting(stage.leaf))
    stage.invalid("--trust", stage.stranger, "--untrusted", stage.issuing, stage.leaf)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("root.pem", "stranger.pem"):
            with open(f"{folder}/{name}", "w", encoding="ascii") as file:
                file.write(
                    stage.forge.read(name)
                    + "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n"
                )
        stage.valid("--trust", folder, "--untrusted", stage.issuing, stage.leaf)
        done = stage.verify(
            "--trust", f"{folder}/root.pem", "--untrusted", stage.issuing, stage.leaf
        )
        expect(
            done.returncode == 0
            and done.stderr.startswith("tls12: skipped: ")
            and f"{folder}/root.pem: certificate 2: " in done.stderr
            and done.stderr.count("\n") == 1,
            done,
        )


@test("a leaf that is malformed is invalid, and what else cannot be used is exit code 2")
def unusable(stage):
    empty = stage.forge.write("empty.pem", "nothing but a text\n")
    stage.invalid(*stage.trusting(stage.junk))
    cut = stage.forge.write("cut.der", open(stage.forge.der("leaf"), "rb").read()[:-1])
    stage.invalid(*stage.trusting(cut))
    for arguments in (
        [*stage.trusting("absent.pem")],
        ["--trust", "absent.pem", stage.leaf],
        ["--trust", empty, stage.leaf],
        ["--trust", stage.root],
        [*stage.trusting("--untrusted", "absent.pem", stage.leaf)],
        [*stage.trusting("--crl", "absent.pem", stage.leaf)],
        [*stage.trusting("--crl", empty, stage.leaf)],
        [*stage.trusting("--time", "yesterday", stage.leaf)],
        [*stage.trusting("--purpose", "mail", stage.leaf)],
        [*stage.trusting("--max-depth", "-1", stage.leaf)],
        [*stage.trusting("--frobnicate", stage.leaf)],
        [stage.leaf],
        [],
    ):
        stage.invalid(*arguments, code=2)


@test("--name is a DNS name, an IP address or an e-mail address of subjectAltName; of several, all")
def names(stage):
    for name in ("leaf.example", "LEAF.example", "192.0.2.7", "someone@leaf.example"):
        stage.valid(*stage.trusting("--name", name, stage.leaf))
    for name in ("other.example", "192.0.2.8", "another@leaf.example", "xleaf.example"):
        reason = stage.invalid(*stage.trusting("--name", name, stage.leaf))
        expect(name in reason, "the reason does not name it:", reason)
    stage.valid(*stage.trusting("--name", "leaf.example", "--name", "192.0.2.7", stage.leaf))
    stage.invalid(*stage.trusting("--name", "leaf.example", "--name", "192.0.2.8", stage.leaf))


@test("--time is RFC 3339 with any offset, or seconds since 1970")
def times(stage):
    now = int(time.time())
    stage.valid(*stage.trusting("--time", str(now + 3600), stage.leaf))
    stage.valid(
        *stage.trusting(
            "--time", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + 3600)), stage.leaf
        )
    )
    # Twenty hours before the certificates begin, whatever the clock there says.
    east = time.strftime("%Y-%m-%dT%H:%M:%S+23:00", time.gmtime(now + 3 * 3600))
    early = json.loads(stage.verify(*stage.trusting("--time", east, "--json", stage.leaf)).stdout)
    expect(early.get("rule") == "certificate_not_yet_valid", early)
    stage.invalid(*stage.trusting("--time", str(now + 31 * 86400), stage.leaf))
    for text in (
        "2030-02-30T00:00:00Z",
        "2030-01-01T24:00:00Z",
        "2030-01-01",
        "12x",
        "99999999999999999999",
    ):
        stage.invalid(*stage.trusting("--time", text, stage.leaf), code=2)


@test("--purpose is a server's unless it is said")
def purposes(stage):
    client = stage.forge.issue("client", LEAF.replace("serverAuth", "clientAuth"), "issuing")
    stage.invalid(*stage.trusting(client))
    stage.valid(*stage.trusting("--purpose", "client", client))
    stage.valid(*stage.trusting("--purpose", "any", client))
    stage.invalid(*stage.trusting("--purpose", "client", stage.leaf))


@test("--max-depth counts what stands between the certificate and the trusted one")
def depth(stage):
    stage.valid(*stage.trusting("--max-depth", "1", stage.leaf))
    stage.invalid(*stage.trusting("--max-depth", "0", stage.leaf))
    stage.valid("--trust", stage.issuing, "--max-depth", "0", stage.leaf)


@test(
    "--policy strict asks for what an issuer should have written; standard, the default, and "
    "legacy do not"
)
def policies(stage):
    bare = stage.forge.issue(
        "bare",
        LEAF.replace("authorityKeyIdentifier=keyid", "authorityKeyIdentifier=none"),
        "issuing",
    )
    stage.valid(*stage.trusting(bare))
    stage.valid(*stage.trusting("--policy", "standard", bare))
    stage.valid(*stage.trusting("--policy", "legacy", bare))
    stage.invalid(*stage.trusting("--policy", "strict", bare))
    code, got = answers(stage, [{"leaf": stage.base64("bare")}], *stage.trusting())
    expect(code == 0 and got[0]["verdict"] == "valid", got)
    code, got = answers(
        stage, [{"leaf": stage.base64("bare")}], *stage.trusting("--policy", "strict")
    )
    expect(code == 0 and got[0]["verdict"] == "invalid", got)


@test("--require-policy wants one of the chain's certificate policies")
def certificate_policies(stage):
    forge = stage.forge
    forge.issue("rules", CA + "certificatePolicies=1.3.6.1.4.1.99999.1\n", "root")
    leaf = forge.issue("ruled", LEAF + "certificatePolicies=1.3.6.1.4.1.99999.1\n", "rules")
    trusting = ("--trust", stage.root, "--untrusted", forge.path("rules.pem"))
    stage.valid(*trusting, "--require-policy", "1.3.6.1.4.1.99999.1", leaf)
    stage.invalid(*trusting, "--require-policy", "1.3.6.1.4.1.99999.2", leaf)
    stage.valid(
        *trusting,
        "--require-policy",
        "1.3.6.1.4.1.99999.2",
        "--require-policy",
        "1.3.6.1.4.1.99999.1",
        leaf,
    )
    stage.invalid(*stage.trusting("--explicit-policy", stage.leaf))


@test("--crl refuses what is on it, and --revocation require what nothing is known of")
def revocation(stage):
    forge = stage.forge
    gone = forge.issue("gone", LEAF, "issuing")
    crl = forge.list_of_revoked("crl", "issuing", ["gone"])
    roots = forge.list_of_revoked("roots-crl", "root")
    expect("revoked" in (reason := stage.invalid(*stage.trusting("--crl", crl, gone))), reason)
    stage.valid(*stage.trusting("--crl", crl, stage.leaf))
    stage.valid(
        *stage.trusting("--crl", crl, "--crl", roots, "--revocation", "require", stage.leaf)
    )
    stage.invalid(*stage.trusting("--revocation", "require", stage.leaf))
    stage.valid(*stage.trusting("--crl", crl, "--revocation", "off", gone))
    reason = stage.invalid(*stage.trusting("--crl", crl, "--max-crl-size", "100", stage.leaf))
    expect("larger than 100 bytes" in reason, reason)
    stage.valid(*stage.trusting("--crl", crl, "--max-crl-size", "100000", stage.leaf))


@test("a CRL of version 2 without a CRL number revokes; strict does not use it")
def without_number(stage):
    forge = stage.forge
    forge.issue("old", LEAF, "issuing")
    crl = forge.list_of_revoked("no-number", "issuing", ["old"], number=False)
    expect("CRL Number" not in forge.run("crl", "-in", crl, "-noout", "-text"), "it has a number")
    expect(
        "revoked"
        in (reason := stage.invalid(*stage.trusting("--crl", crl, forge.path("old.pem")))),
        reason,
    )
    stage.valid(*stage.trusting("--crl", crl, stage.leaf))
    reason = stage.invalid(*stage.trusting("--policy", "strict", "--crl", crl, stage.leaf))
    expect("a CRL of version 2 without a CRL number" in reason, reason)


@test("--json tells the chain, or the certificate, the rule, the section and the reason")
def as_json(stage):
    good = stage.verify(*stage.trusting("--json", stage.leaf))
    answer = json.loads(good.stdout)
    expect(
        good.returncode == 0
        and answer["verdict"] == "valid"
        and answer["chain"][0]["names"] == ["leaf.example", "192.0.2.7"],
        answer,
    )
    expect(
        [one["subject"] for one in answer["chain"]]
        == ["CN=leaf.example", "CN=issuing.example", "CN=root.example"],
        answer,
    )
    bad = stage.verify(*stage.trusting("--json", "--time", "2020-01-01T00:00:00Z", stage.leaf))
    answer = json.loads(bad.stdout)
    expect(
        bad.returncode == 1
        and bad.stderr == ""
        and answer["verdict"] == "invalid"
        and answer["rule"] == "certificate_not_yet_valid",
        answer,
    )
    expect(
        answer["section"].startswith("RFC 5280 §")
        and "CN=" in answer["subject"]
        and isinstance(answer["depth"], int)
        and answer["reason"],
        answer,
    )


def case(stage, number, **more):
    return {
        "id": number,
        "trusted": [stage.base64("root")],
        "untrusted": [stage.base64("issuing")],
        "leaf": stage.base64("leaf"),
        "crls": [],
        "peer_name": {"kind": "DNS", "value": "leaf.example"},
        "time": None,
        "kind": "server",
        "purpose": "server",
        **more,
    }


def answers(stage, lines, *arguments):
    done = stage.verify(
        "--batch",
        "-",
        *arguments,
        text="\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        + "\n",
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@test("a batch answers each case with its id, verdict and reason, whatever the others are")
def batch(stage):
    now = int(time.time())
    cases = [
        (case(stage, 1), "valid"),
        (case(stage, "two", peer_name={"kind": "DNS", "value": "other.example"}), "invalid"),
        (case(stage, 3, peer_name={"kind": "IP", "value": "192.0.2.7"}), "valid"),
        (case(stage, 4, peer_name={"kind": "RFC822", "value": "someone@leaf.example"}), "valid"),
        (case(stage, 5, peer_name={"kind": "DNS", "value": "192.0.2.7"}), "invalid"),
        (case(stage, 6, peer_name=None), "valid"),
        (case(stage, 7, time=now + 60), "valid"),
        (case(stage, 8, time=now + 86400 * 365), "invalid"),
        (case(stage, 9, purpose="client"), "invalid"),
        (case(stage, 10, purpose="any", kind="client"), "valid"),
        (case(stage, 11, leaf="AAAA"), "invalid"),
        (case(stage, 12, leaf="no base64!"), "invalid"),
        (case(stage, 13, trusted=["AAAA"]), "invalid"),
        (case(stage, 14, trusted=[]), "invalid"),
        (
            case(stage, 15, untrusted=["AAAA", stage.base64("stranger"), stage.base64("issuing")]),
            "valid",
        ),
        (case(stage, 16, untrusted=[]), "invalid"),
        (case(stage, 17, something_else={"unknown": True}), "valid"),
        (case(stage, 18, max_chain_depth=0), "invalid"),
        (case(stage, 20, time=now + 60.5), "valid"),
        (case(stage, 21, time="2020-01-01T00:00:00Z"), "invalid"),
        (case(stage, 22, max_chain_depth=1000), "valid"),
        (case(stage, 19, leaf=stage.forge.read("leaf.pem")), "valid"),
    ]
    code, got = answers(stage, [one for one, _ in cases])
    expect(code == 0 and [one["id"] for one in got] == [one["id"] for one, _ in cases], code, got)
    for (one, verdict), answer in zip(cases, got):
        expect(
            set(answer) == {"id", "verdict", "reason"} and answer["verdict"] == verdict,
            one["id"],
            answer,
        )
        expect(
            (answer["reason"] == "") == (verdict == "valid") and "\n" not in answer["reason"],
            answer,
        )


@test("a line that is no case is answered as an error, and the next one is judged")
def no_case(stage):
    code, got = answers(
        stage,
        [
            "no JSON",
            "[]",
            {"id": "no leaf"},
            case(stage, 4, time="soon"),
            case(stage, 4, time=1e300),
            case(stage, 5, purpose="mail"),
            "",
            case(stage, 6),
        ],
    )
    expect(code == 2 and [one["verdict"] for one in got] == ["invalid"] * 6 + ["valid"], code, got)
    expect(
        all(one["error"] is True and one["reason"] for one in got[:6])
        and "error" not in got[6]
        and got[2]["id"] == "no leaf",
        got,
    )
    expect(stage.verify("--batch", "absent.jsonl").returncode == 2, "an absent file is usable")


@test("an empty name is an error, and any name is accepted where a case asks for it")
def empty_names(stage):
    for name in (
        "",
        {"value": ""},
        {"kind": "DNS", "value": ""},
        {"kind": "IP", "value": ""},
        {"kind": "RFC822", "value": ""},
        {"kind": "DNS"},
        {"kind": "ANY", "value": "x"},
        {},
        0,
    ):
        code, got = answers(stage, [case(stage, 1, peer_name=name)])
        expect(
            code == 2
            and got[0]["verdict"] == "invalid"
            and got[0]["error"] is True
            and "peer_name" in got[0]["reason"],
            name,
            code,
            got,
        )
    for name in (
        ".",
        " ",
        "\n",
        {"kind": "DNS", "value": " "},
        {"kind": "DNS", "value": "."},
        {"kind": "RFC822", "value": "@"},
    ):
        code, got = answers(stage, [case(stage, 1, peer_name=name)])
        expect(code == 0 and got[0]["verdict"] == "invalid", name, code, got)
    code, got = answers(
        stage, [case(stage, 1, peer_name={"kind": "ANY"})], "--name", "other.example"
    )
    expect(code == 0 and got[0]["verdict"] == "valid", code, got)
    expect(
        "--name" in stage.invalid(*stage.trusting("--name", "", stage.leaf), code=2),
        "--name is not named",
    )
    for name in (".", " ", "\n", "example.org "):
        stage.invalid(*stage.trusting("--name", name, stage.leaf))


@test("options hold for the cases of a batch that say nothing of their own")
def batch_options(stage):
    bare = {"leaf": stage.base64("leaf")}
    code, got = answers(
        stage,
        [bare, {**bare, "peer_name": "other.example"}],
        *stage.trusting("--name", "leaf.example", "--json"),
    )
    expect(code == 0 and [one["verdict"] for one in got] == ["valid", "invalid"], code, got)
    expect(
        got[0]["chain"][2]["subject"] == "CN=root.example"
        and got[1]["rule"] == "certificate_name_mismatch",
        got,
    )


@test("each answer of a batch is there before the next case is asked for")
def interactive(stage):
    with subprocess.Popen(
        [stage.tls12, "verify", "--batch", "/dev/stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for number in range(3):
            process.stdin.write(json.dumps(case(stage, number)) + "\n")
            process.stdin.flush()
            expect(select.select([process.stdout], [], [], PATIENCE)[0], "no answer to", number)
            expect(json.loads(process.stdout.readline())["id"] == number, number)
        process.stdin.close()
        expect(process.wait(60) == 0, process.returncode)


sys.exit(main(TESTS, "verify", lambda folder: Stage(sys.argv[1], folder)))
