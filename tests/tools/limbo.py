"""x509-limbo (github.com/C2SP/x509-limbo), whose limbo.json the environment variable TLS12_LIMBO names, through `tls12 verify --batch`.
Every case must have the verdict that limbo expects, but for those below. usage: limbo.py TLS12"""
import datetime
import json
import os
import re
import subprocess
import sys

# A pattern of ids, the verdict that we give, and the rule we give it by.
DIFFERENCES = [
    (r"rfc5280::eku::ee-without-eku", "invalid", "conflicts with webpki::eku::ee-without-eku, the stricter: CA/Browser Forum BR 7.1.2.7.10"),
    (r"rfc5280::ca-as-leaf", "invalid", "conflicts with webpki::ca-as-leaf, the stricter: CA/Browser Forum BR 7.1.2.7.8"),
    (r"pathlen::validation-ignores-pathlen-in-leaf", "invalid", "its server is a CA; for no other reason is webpki::ca-as-leaf to be refused: CA/Browser Forum BR 7.1.2.7.8"),
    (r"webpki::nc::permitted-dns-match-noncritical", "invalid", "conflicts with rfc5280::nc::permitted-dns-match-noncritical, the stricter: RFC 5280 §4.2.1.10"),
]
PURPOSES = {"serverAuth": "server", "clientAuth": "client", "anyExtendedKeyUsage": "any"}


def lines_of(case):
    """One a name that is wanted: `verify` takes one."""
    names = [case["expected_peer_name"]] if case["expected_peer_name"] else case["expected_peer_names"] or [None]
    kind = case["validation_kind"].lower()
    usage = case["extended_key_usage"]
    for name in names:
        yield {
            "id": case["id"], "trusted": case["trusted_certs"], "untrusted": case["untrusted_intermediates"], "leaf": case["peer_certificate"], "crls": case["crls"],
            "peer_name": name, "time": case["validation_time"] and int(datetime.datetime.fromisoformat(case["validation_time"]).timestamp()), "kind": kind,
            "purpose": PURPOSES[usage[0]] if usage else kind, "max_chain_depth": case["max_chain_depth"],
        }


def main():
    path = os.environ.get("TLS12_LIMBO", "")
    if not os.path.exists(path):
        print("skipped: 1 suite, x509-limbo: TLS12_LIMBO names no limbo.json")
        return 77
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)["testcases"]
    text = "".join(json.dumps(line) + "\n" for case in cases for line in lines_of(case))
    done = subprocess.run([sys.argv[1], "verify", "--batch", "-"], input=text, stdout=subprocess.PIPE, text=True, check=False)
    verdicts = {}
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        if verdicts.get(answer["id"], ("valid",))[0] == "valid":
            verdicts[answer["id"]] = (answer["verdict"], answer["reason"])
    wrong = agreed = 0
    for case in cases:
        verdict, reason = verdicts[case["id"]]
        if verdict == {"SUCCESS": "valid", "FAILURE": "invalid"}[case["expected_result"]]:
            agreed += 1
            continue
        known = [why for pattern, ours, why in DIFFERENCES if ours == verdict and re.fullmatch(pattern, case["id"])]
        wrong += not known
        print("differs:" if known else "FAILED:", case["id"], "is", verdict, "here:", *known, reason)
    print(f"x509-limbo: {agreed} of {len(cases)} agree, {len(cases) - agreed - wrong} differ as they should, {wrong} as they should not")
    return 1 if wrong or done.returncode else 0


sys.exit(main())
