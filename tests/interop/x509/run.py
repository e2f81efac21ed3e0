"""Verdicts on generated certificates, beside OpenSSL's and GnuTLS's. usage: run.py TLS12 CASES
PEERS [--seed N] [--count N] [--keep FOLDER]

Whoever disagrees with the policy `strict` must have its row in disagreements.py, and every row
must be met. `standard` accepts more, for the reasons of is_of_profile()."""
import argparse
import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from disagreements import ROWS  # noqa: E402

DEFAULT_SEED, DEFAULT_COUNT = 1, 6000
JOBS = 2
SHOWN = 20  # of the unexplained cases


def answers(command, path):
    """What the command says of each case in the file, by id."""
    with open(path, encoding="ascii") as cases:
        output = subprocess.run(command, stdin=cases, stdout=subprocess.PIPE, check=True).stdout
    read = [json.loads(line) for line in output.decode("utf-8", "replace").splitlines()]
    return {answer["id"]: answer for answer in read}


def play(options, folder, part):
    """Makes a part of the cases, and has them judged: our answers, and theirs."""
    path = os.path.join(folder, f"cases{part}.jsonl")
    with open(path, "wb") as file:
        subprocess.run(
            [options.cases, str(options.seed), str(options.count), str(part), str(JOBS)],
            stdout=file,
            check=True,
        )
    ours = [
        answers([options.tls12, "verify", "--policy", policy, "--batch", "-", "--json"], path)
        for policy in ("strict", "standard")
    ]
    return *ours, answers([options.peers], path)


def row_for(peer, tags, ours, reason):
    """The row that explains why the peer differs; `reason` is empty where it accepts."""
    for row in ROWS:
        if peer in row.peers and row.tag in tags and row.explains(ours, reason):
            return row
    return None


def is_of_profile(strict, standard):
    """Whether the policies differ as they should: strict refuses by rules for issuers, or
    because of a CRL or a certificate beside the chain that cannot be used."""
    return standard["verdict"] == "valid" and (
        strict.get("rule") in ("certificate_profile", "certificate_status_unknown")
        or "of those that came cannot be used" in strict["reason"]
    )


def compare(ours, theirs, strict=None):
    """How often each row was met, and what none explains. `strict`: the answers of the other
    policy."""
    met, unexplained = collections.Counter(), []
    for case, answer in ours.items():  # "123, shape + break"
        tags = case.split(", ", 1)[1].split(" + ")
        for peer in ("openssl", "gnutls"):
            reason = theirs[case][peer]
            if (answer["verdict"] == "valid") == (reason == ""):
                continue
            row = row_for(peer, tags, answer, reason)
            if row:
                met[row, peer] += 1
            elif strict and is_of_profile(strict[case], answer):
                met["profile", peer] += 1
            else:
                unexplained.append(
                    f"{case}: we say {answer['reason'] or 'valid'}; {peer} says {reason or 'valid'}"
                )
    return met, unexplained


def in_words(row):
    verdict = row.verdict + ("s" if len(row.peers) == 1 else "")
    return f"{' and '.join(row.peers)} {verdict} \"{row.tag}\": {row.why} ({row.section})"


def differences_of_policies(strict, standard):
    return [
        f"{case}: strict says {answer['reason'] or 'valid'}; standard says "
        f"{standard[case]['reason'] or 'valid'}"
        for case, answer in strict.items()
        if answer["verdict"] != standard[case]["verdict"]
        and not is_of_profile(answer, standard[case])
    ]


def report_standard(strict, standard, theirs):
    met, unexplained = compare(standard, theirs, strict)
    failures = unexplained + differences_of_policies(strict, standard)
    for failure in failures[:SHOWN]:
        print("FAILED: standard:", failure)
    valid = sum(answer["verdict"] == "valid" for answer in standard.values())
    profile = sum(is_of_profile(strict[case], answer) for case, answer in standard.items())
    print(
        f"standard: {valid} of {len(standard)} cases are valid, {profile} of them refused by "
        "strict alone; the peers differ in "
        f"{sum(met.values()) + len(unexplained)} verdicts, {len(unexplained)} unexplained"
    )
    return 1 if failures else 0


def report(ours, met, unexplained, is_default):
    valid = sum(answer["verdict"] == "valid" for answer in ours.values())
    failures = unexplained[:SHOWN]
    if len(unexplained) > SHOWN:
        failures.append(f"{len(unexplained) - SHOWN} more that no row explains")
    if is_default:  # other cases may not meet what is rare
        failures += [
            f"no case of {peer} meets the row: {in_words(row)}"
            for row in ROWS
            for peer in row.peers
            if not met[row, peer]
        ]
    if not len(ours) / 5 < valid < len(ours) * 4 / 5:
        failures.append(f"{valid} of {len(ours)} cases are valid: that is no test")
    for failure in failures:
        print("FAILED:", failure)
    for row in ROWS:
        counts = ", ".join(f"{peer} {met[row, peer]}" for peer in row.peers)
        print(f"ok: {in_words(row)}; {counts}")
    print(
        f"{len(ours)} cases, {valid} of them valid; the peers differ in "
        f"{sum(met.values()) + len(unexplained)} verdicts, {len(unexplained)} unexplained"
    )
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tls12")
    parser.add_argument("cases")
    parser.add_argument("peers")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--count", type=int, default=DEFAULT_COUNT)
    parser.add_argument("--keep", help="a folder for the cases")
    options = parser.parse_args()
    if not options.peers:
        print(
            "skipped: 1 comparison, for the development files of OpenSSL or GnuTLS are not "
            "installed"
        )
        return 77
    ours, standard, theirs = {}, {}, {}
    with tempfile.TemporaryDirectory(
        prefix="tls12-x509-"
    ) as temporary, concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for our_part, standard_part, their_part in pool.map(
            lambda part: play(options, options.keep or temporary, part), range(JOBS)
        ):
            ours.update(our_part)
            standard.update(standard_part)
            theirs.update(their_part)
    met, unexplained = compare(ours, theirs)
    failed = report(
        ours, met, unexplained, (options.seed, options.count) == (DEFAULT_SEED, DEFAULT_COUNT)
    )
    return report_standard(ours, standard, theirs) or failed


sys.exit(main())
