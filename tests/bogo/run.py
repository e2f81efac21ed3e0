"""Runs the tests of BoringSSL's runner that concern TLS 1.2. TLS12_BOGO names the folder where
the runner was built."""
import argparse
import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# Tests that concern a stack with TLS 1.2 and nothing else; the configuration says of each other one
# why it does not.
SETS = {"of March 2024": 888, "added until August 2024": 110}
ADDED = (
    "CertificateSelection-*",
    "*-SignDefault-*",
    "*RSA_PKCS1_SHA256_LEGACY*",
    "*CheckClientCertificateTypes",
    "*CheckECDSACurve*",
)
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tools"))

import readme  # noqa: E402


def run(folder, shim, patterns, extra_flags):
    """The outcome of each test that was run: PASS, FAIL or SKIP (a flag that the shim does not
    have)."""
    with tempfile.NamedTemporaryFile(suffix=".json") as results:
        command = [
            "./runner",
            "-shim-path",
            shim,
            "-shim-config",
            str(HERE / "config.json"),
            "-json-output",
            results.name,
            "-allow-unimplemented",
            "-pipe",
        ]
        command += ["-shim-extra-flags", extra_flags] if extra_flags else []
        if patterns:
            command += ["-test", ";".join(patterns)]
        with open(os.environ.get("TLS12_BOGO_LOG", os.devnull), "a", encoding="utf-8") as log:
            subprocess.run(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        return {name: result["actual"] for name, result in json.load(results)["tests"].items()}


def run_over_both(folder, shim, patterns):
    """The same, over Engine and over Conn: a test passes if it passes over both."""
    outcomes = run(folder, shim, patterns, "")
    for name, outcome in run(folder, shim, patterns, "-over-conn").items():
        if outcome == "FAIL":
            outcomes[name] = outcome
    return outcomes


def count(outcomes, complete):
    """For each set of tests: how many passed, failed and were left out."""
    counts = {}
    for (name, size), is_added in zip(SETS.items(), (False, True)):
        values = [
            outcome
            for test, outcome in outcomes.items()
            if any(fnmatch.fnmatchcase(test, pattern) for pattern in ADDED) == is_added
        ]
        passed, failed = values.count("PASS"), values.count("FAIL")
        counts[name] = (passed, failed, (size if complete else len(values)) - passed - failed)
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shim", type=os.path.abspath)
    parser.add_argument(
        "patterns", nargs="*", metavar="PATTERN", help="which tests to run; without: all"
    )
    parser.add_argument(
        "--readme", action="store_true", help="write the counts into README.md of this folder"
    )
    options = parser.parse_args()
    shim, patterns = options.shim, options.patterns
    folder = os.environ.get("TLS12_BOGO", "")
    if not os.access(os.path.join(folder, "runner"), os.X_OK):
        print(
            f"skipped: {sum(SETS.values())} tests of BoringSSL's runner: TLS12_BOGO names no "
            "folder that has it"
        )
        return 77
    outcomes = run_over_both(folder, shim, patterns)
    for name, outcome in sorted(outcomes.items()):
        if outcome != "SKIP":
            print(f"ok: {name}" if outcome == "PASS" else f"FAILED: {name}")
    counts = count(outcomes, not patterns)
    passed, failed, left_out = (sum(column) for column in zip(*counts.values()))
    print(f"skipped: {left_out} that config.json leaves out, or whose flags the shim does not have")
    for name, (a, b, c) in counts.items():
        print(f"BoGo: of {a + b + c} tests {name} {a} passed, {b} failed, {c} left out")
    if options.readme and not patterns:
        rows = "".join(f"\n| {name} | {a} | {b} | {c} |" for name, (a, b, c) in counts.items())
        readme.replace(
            HERE / "README.md",
            "bogo",
            f"| tests | passed | failed | left out |\n|---|---|---|---|{rows}",
        )
    return 1 if failed or not passed else 0


sys.exit(main())
