"""x509-limbo (github.com/C2SP/x509-limbo), whose limbo.json the environment variable TLS12_LIMBO
names, through `tls12 verify --batch`. Every case must have the verdict that limbo expects, but
for those below. The policy `standard` also accepts the chains that break rules for issuers
alone. usage: limbo.py TLS12"""
import collections
import datetime
import json
import os
import re
import subprocess
import sys

# A pattern of ids, the verdict that we give, and the rule we give it by.
DIFFERENCES = [
    (
        r"rfc5280::eku::ee-without-eku",
        "invalid",
        "conflicts with webpki::eku::ee-without-eku, the stricter: CA/Browser Forum BR 7.1.2.7.10",
    ),
    (
        r"rfc5280::ca-as-leaf",
        "invalid",
        "conflicts with webpki::ca-as-leaf, the stricter: CA/Browser Forum BR 7.1.2.7.8",
    ),
    (
        r"pathlen::validation-ignores-pathlen-in-leaf",
        "invalid",
        "its server is a CA; for no other reason is webpki::ca-as-leaf to be refused: CA/Browser "
        "Forum BR 7.1.2.7.8",
    ),
    (
        r"webpki::nc::permitted-dns-match-noncritical",
        "invalid",
        "conflicts with rfc5280::nc::permitted-dns-match-noncritical, the stricter: RFC 5280 "
        "§4.2.1.10",
    ),
]
PURPOSES = {"serverAuth": "server", "clientAuth": "client", "anyExtendedKeyUsage": "any"}


def lines_of(case):
    """One a name that is wanted: `verify` takes one."""
    names = (
        [case["expected_peer_name"]]
        if case["expected_peer_name"]
        else case["expected_peer_names"] or [None]
    )
    kind = case["validation_kind"].lower()
    usage = case["extended_key_usage"]
    for name in names:
        yield {
            "id": case["id"],
            "trusted": case["trusted_certs"],
            "untrusted": case["untrusted_intermediates"],
            "leaf": case["peer_certificate"],
            "crls": case["crls"],
            "peer_name": name,
            "time": case["validation_time"]
            and int(datetime.datetime.fromisoformat(case["validation_time"]).timestamp()),
            "kind": kind,
            "purpose": PURPOSES[usage[0]] if usage else kind,
            "max_chain_depth": case["max_chain_depth"],
        }


def verdicts_of(tls12, policy, text):
    """The verdict, reason and rule of each id: of several names, those of the first that is
    invalid."""
    done = subprocess.run(
        [tls12, "verify", "--policy", policy, "--json", "--batch", "-"],
        input=text,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    verdicts = {}
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        if verdicts.get(answer["id"], ("valid",))[0] == "valid":
            verdicts[answer["id"]] = (answer["verdict"], answer["reason"], answer.get("rule"))
    return verdicts, done.returncode


def report(policy, cases, verdicts, explain):
    agreed, known, wrong = 0, collections.Counter(), 0
    for case in cases:
        verdict, reason, _ = verdicts[case["id"]]
        if verdict == {"SUCCESS": "valid", "FAILURE": "invalid"}[case["expected_result"]]:
            agreed += 1
            continue
        why = explain(case, verdict)
        known[verdict] += bool(why)
        wrong += not why
        print(
            f"{policy}:",
            "differs:" if why else "FAILED:",
            case["id"],
            "is",
            verdict,
            "here:",
            why,
            reason,
        )
    print(
        f"x509-limbo, {policy}: {agreed} of {len(cases)} agree; accepted or rejected otherwise, as "
        "they should: "
        f"{known['valid']} and {known['invalid']}; as they should not: {wrong}"
    )
    return wrong


def main():
    path = os.environ.get("TLS12_LIMBO", "")
    if not os.path.exists(path):
        print("skipped: 1 suite, x509-limbo: TLS12_LIMBO names no limbo.json")
        return 77
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)["testcases"]
    text = "".join(json.dumps(line) + "\n" for case in cases for line in lines_of(case))

    def difference(case, verdict):
        return next(
            (
                why
                for pattern, ours, why in DIFFERENCES
                if ours == verdict and re.fullmatch(pattern, case["id"])
            ),
            "",
        )

    strict, code = verdicts_of(sys.argv[1], "strict", text)
    wrong = report("strict", cases, strict, difference)

    def of_profile(case, verdict):
        """Rules for issuers, which strict alone checks; and CRLs that cannot be used, which
        strict alone refuses."""
        rule = strict[case["id"]][2]
        if verdict == "valid" and rule in ("certificate_profile", "certificate_status_unknown"):
            return f"strict refuses it: {rule}"
        return difference(case, verdict)

    standard, other_code = verdicts_of(sys.argv[1], "standard", text)
    wrong += report("standard", cases, standard, of_profile)
    return 1 if wrong or code or other_code else 0


sys.exit(main())
