"""Runs the tests of BoringSSL's runner that concern TLS 1.2. TLS12_BOGO names the folder where the runner was built."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# Tests that concern a stack with TLS 1.2 and nothing else; the configuration says of each other one why it does not.
ALL = 888
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tools"))

import readme  # noqa: E402


def run(folder, shim, patterns):
    """The outcome of each test that was run: PASS, FAIL or SKIP (a flag that the shim does not have)."""
    with tempfile.NamedTemporaryFile(suffix=".json") as results:
        command = ["./runner", "-shim-path", shim, "-shim-config", str(HERE / "config.json"), "-json-output", results.name, "-allow-unimplemented", "-pipe"]
        if patterns:
            command += ["-test", ";".join(patterns)]
        with open(os.environ.get("TLS12_BOGO_LOG", os.devnull), "w", encoding="utf-8") as log:
            subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False)
        return {name: result["actual"] for name, result in json.load(results)["tests"].items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shim", type=os.path.abspath)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="which tests to run; without: all")
    parser.add_argument("--readme", metavar="FILE", type=pathlib.Path, help="put the counts between their two marker lines in FILE")
    options = parser.parse_args()
    shim, patterns = options.shim, options.patterns
    folder = os.environ.get("TLS12_BOGO", "")
    if not os.access(os.path.join(folder, "runner"), os.X_OK):
        print(f"skipped: {ALL} tests of BoringSSL's runner: TLS12_BOGO names no folder that has it")
        return 77
    outcomes = run(folder, shim, patterns)
    for name, outcome in sorted(outcomes.items()):
        if outcome != "SKIP":
            print(f"ok: {name}" if outcome == "PASS" else f"FAILED: {name}")
    values = list(outcomes.values())
    passed, failed = values.count("PASS"), values.count("FAIL")
    left_out = (len(values) if patterns else ALL) - passed - failed
    print(f"skipped: {left_out} that config.json leaves out, or whose flags the shim does not have")
    print(f"BoGo: of {passed + failed + left_out} tests {passed} passed, {failed} failed, {left_out} left out")
    if options.readme and not patterns:
        readme.replace(options.readme, "bogo", f"| passed | failed | left out |\n|---|---|---|\n| {passed} | {failed} | {left_out} |")
    return 1 if failed or not passed else 0


sys.exit(main())
