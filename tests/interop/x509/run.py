"""Verdicts on generated certificates, beside OpenSSL's and GnuTLS's.
usage: run.py TLS12 CASES PEERS [--seed N] [--count N] [--keep FOLDER]

Whoever disagrees with us must have its row in disagreements.py, and every row must be met."""
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
        subprocess.run([options.cases, str(options.seed), str(options.count), str(part), str(JOBS)], stdout=file, check=True)
    return answers([options.tls12, "verify", "--batch", "-", "--json"], path), answers([options.peers], path)


def row_for(peer, tags, ours, reason):
    """The row that explains why the peer differs; `reason` is empty where it accepts."""
    for row in ROWS:
        if peer in row.peers and row.tag in tags and row.explains(ours, reason):
            return row
    return None


def compare(ours, theirs):
    """How often each row was met, and what none explains."""
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
            else:
                unexplained.append(f"{case}: we say {answer['reason'] or 'valid'}; {peer} says {reason or 'valid'}")
    return met, unexplained


def in_words(row):
    return f"{' and '.join(row.peers)} {row.verdict}{'s' if len(row.peers) == 1 else ''} \"{row.tag}\": {row.why} ({row.section})"


def report(ours, met, unexplained, is_default):
    valid = sum(answer["verdict"] == "valid" for answer in ours.values())
    failures = unexplained[:SHOWN]
    if len(unexplained) > SHOWN:
        failures.append(f"{len(unexplained) - SHOWN} more that no row explains")
    if is_default:  # other cases may not meet what is rare
        failures += [f"no case of {peer} meets the row: {in_words(row)}" for row in ROWS for peer in row.peers if not met[row, peer]]
    if not len(ours) / 5 < valid < len(ours) * 4 / 5:
        failures.append(f"{valid} of {len(ours)} cases are valid: that is no test")
    for failure in failures:
        print("FAILED:", failure)
    for row in ROWS:
        counts = ", ".join(f"{peer} {met[row, peer]}" for peer in row.peers)
        print(f"ok: {in_words(row)}; {counts}")
    print(f"{len(ours)} cases, {valid} of them valid; the peers differ in {sum(met.values()) + len(unexplained)} verdicts, {len(unexplained)} unexplained")
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
        print("skipped: 1 comparison, for the development files of OpenSSL or GnuTLS are not installed")
        return 77
    ours, theirs = {}, {}
    with tempfile.TemporaryDirectory(prefix="tls12-x509-") as temporary, concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for our_part, their_part in pool.map(lambda part: play(options, options.keep or temporary, part), range(JOBS)):
            ours.update(our_part)
            theirs.update(their_part)
    met, unexplained = compare(ours, theirs)
    return report(ours, met, unexplained, (options.seed, options.count) == (DEFAULT_SEED, DEFAULT_COUNT))


sys.exit(main())
