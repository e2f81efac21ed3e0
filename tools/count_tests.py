"""Counts test cases in meson's logs. A doctest program counts as the cases of its own summary,
any other program by its lines `ok:`, `FAILED:` and `skipped: N ...`, or else as one. A program
that died counts as one failure more."""
import json
import re
import sys

SUMMARY = re.compile(r"\[doctest\] test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed")
SKIPPED = re.compile(r"^skipped: (\d+)\b", re.MULTILINE)
PLAIN_OK = re.compile(r"^ok: ", re.MULTILINE)
PLAIN_FAILED = re.compile(r"^FAILED: ", re.MULTILINE)


def count(test):
    output = re.sub(
        r"\x1b\[[0-9;]*m", "", (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
    )
    skipped = sum(int(n) for n in SKIPPED.findall(output))
    summary = SUMMARY.search(output)
    if summary:
        passed, failed = int(summary[2]), int(summary[3])
    else:
        passed, failed = len(PLAIN_OK.findall(output)), len(PLAIN_FAILED.findall(output))
    if test["result"] == "SKIP":
        return passed, failed, max(skipped, 1)
    if test["result"] not in ("OK", "EXPECTEDFAIL") and failed == 0:
        failed = 1
    if passed + failed + skipped == 0:
        passed = 1
    return passed, failed, skipped


def tests_in(path):
    """The tests of a log of meson's; any other file is the output of one program."""
    with open(path, encoding="utf-8") as log:
        if path.endswith(".json"):
            return [json.loads(line) for line in log]
        output = log.read()
    has_counts = any(pattern.search(output) for pattern in (SKIPPED, PLAIN_OK, PLAIN_FAILED))
    return [{"result": "OK" if has_counts else "FAIL", "stdout": output}]


def main(arguments):
    broken = int(arguments[1])
    totals = [0, broken, 0]
    for argument in arguments[2:]:
        title, path = argument.rsplit("=", 1)
        sums = [0, 0, 0]
        try:
            for test in tests_in(path):
                sums = [a + b for a, b in zip(sums, count(test))]
        except FileNotFoundError:
            sums[1] += 1
        print("%s: %d passed, %d failed, %d skipped" % (title, *sums))
        totals = [a + b for a, b in zip(totals, sums)]
    print("%d passed, %d failed, %d skipped" % tuple(totals))
    return 1 if totals[1] or not totals[0] else 0


sys.exit(main(sys.argv[1:]))
