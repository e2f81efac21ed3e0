#!/usr/bin/env python3
"""Which test shows which rule. A file NUMBER.toml beside this script holds the rules (MUST and
SHOULD) of one RFC in our own words; a test cites those that it shows in a comment right above
itself, `Shows RFC 5246 7.4.1.2-3, 7.4.1.2-4; RFC 5746 3.4-1`, which goes on in the next line
behind a comma or a semicolon. Fails for a MUST without a test, a citation of no rule, and rules
that are not well formed."""
import argparse
import collections
import pathlib
import re
import sys
import textwrap
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import readme  # noqa: E402

TITLES = {
    5246: "TLS 1.2",
    5746: "renegotiation",
    5077: "tickets",
    6066: "extensions",
    7301: "ALPN",
    7366: "encrypt-then-MAC",
    7627: "extended master secret",
    8422: "elliptic curves",
    5288: "AES-GCM",
    5289: "AES-GCM with curves",
    6655: "AES-CCM",
    7251: "AES-CCM with curves",
    7905: "ChaCha20-Poly1305",
    4279: "pre-shared keys",
    5487: "pre-shared keys, AES-GCM",
    5489: "pre-shared keys with curves",
    7919: "finite fields",
    7250: "raw public keys",
    8449: "record size limit",
    7507: "fallback",
    5705: "exporters",
    5929: "channel bindings",
    9266: "tls-exporter",
    6962: "certificate transparency, §3.3",
}
LEVELS = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT")
ROLES = ("client", "server", "both", "other")
STATUSES = ("deviates", "not ours", "cannot be observed")
COLUMNS = (
    "rules",
    "with a test",
    "deviations",
    "not ours",
    "cannot be observed",
    "MUST without a test",
    "SHOULD without a test",
)

COMMENT = re.compile(r"^\s*(?://+|#)\s*(.*)$")
RULE_ID = re.compile(r"^[0-9A-F](?:[0-9.]*)-[0-9]+$")
TEST_NAME = re.compile(
    r'TEST_CASE\w*\(\s*"((?:[^"\\]|\\.)*)"|def (\w+)|^\s*(\w+)\(\)|"((?:[^"\\]|\\.)*)"'
)
CODE_CITATION = re.compile(r"RFC (\d{4}) §([0-9A-F][0-9.]*[0-9])")


class Rule:
    def __init__(self, rfc, entry):
        self.rfc, self.tests = rfc, []
        self.id, self.level, self.who, self.says = (
            entry.get(key, "") for key in ("id", "level", "who", "says")
        )
        self.status, self.why = entry.get("status"), entry.get("why", "")
        self.unknown_keys = set(entry) - {"id", "level", "who", "says", "status", "why"}

    def section(self):
        return self.id.rpartition("-")[0]

    def fate(self):
        """The column of the summary in which this rule counts."""
        if self.status == "deviates":
            return "deviations"
        if self.status:
            return self.status
        if self.who == "other":
            return "not ours"
        if self.tests:
            return "with a test"
        return "MUST without a test" if self.level.startswith("MUST") else "SHOULD without a test"

    def faults(self):
        if not RULE_ID.match(self.id):
            yield "its id is not a section and a number"
        if self.level not in LEVELS or self.who not in ROLES or not self.says:
            yield "level, who or says is missing or unknown"
        if self.unknown_keys:
            yield "unknown keys: " + ", ".join(sorted(self.unknown_keys))
        if self.status is not None and self.status not in STATUSES:
            yield f"unknown status: {self.status}"
        if bool(self.status) != bool(self.why):
            yield "a status needs a why, and a why a status"


def read_rules(folder):
    """Rules by (RFC, id), in the order in which they stand, and what is wrong with them."""
    rules, faults = {}, []
    for path in sorted(folder.glob("*.toml")):
        rfc = int(path.stem)
        for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("rule", []):
            rule = Rule(rfc, entry)
            faults += [f"RFC {rfc} {rule.id}: {fault}" for fault in rule.faults()]
            if (rfc, rule.id) in rules:
                faults.append(f"RFC {rfc} {rule.id}: there are two of this id")
            rules[rfc, rule.id] = rule
    return rules, faults


def cited(text):
    """What follows `Shows`, as (RFC, id)."""
    rfc = None
    for part in re.split(r"[,;]\s*", text.strip().rstrip(".,;")):
        words = part.split()
        if len(words) == 3 and words[0] == "RFC" and words[1].isdigit():
            rfc, words = int(words[1]), words[2:]
        yield (rfc, words[0]) if rfc and len(words) == 1 else (
            rfc,
            f"`{part}`, which is no citation",
        )


def citations(path):
    """(name of the test, RFC, id), for each citation in a file of tests."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    waiting, unfinished = [], None
    for number, line in enumerate(lines):
        comment = COMMENT.match(line)
        if comment:
            if unfinished is not None:
                unfinished += " " + comment[1]
            elif comment[1].startswith("Shows RFC "):
                unfinished = comment[1].removeprefix("Shows ")
            if unfinished is not None and not unfinished.rstrip().endswith((",", ";")):
                waiting += cited(unfinished)
                unfinished = None
            continue
        if unfinished is not None:  # ends in a comma, and nothing follows
            waiting += cited(unfinished)
            unfinished = None
        if waiting:
            found = TEST_NAME.search(" ".join(lines[number : number + 2]))
            name = next((group for group in found.groups() if group), None) if found else None
            yield from ((name or line.strip(), rfc, rule) for rfc, rule in waiting)
            waiting = []


def scan_tests(root, rules):
    faults = []
    for path in sorted((root / "tests").rglob("*")):
        if path.suffix not in (".cpp", ".hpp", ".py", ".sh") or path.parent == HERE:
            continue
        where = path.relative_to(root)
        for name, rfc, rule in citations(path):
            if (rfc, rule) in rules:
                rules[rfc, rule].tests.append((str(where), name))
            else:
                faults.append(f'{where}: "{name}" cites RFC {rfc} {rule}: there is no such rule')
    return faults


def scan_code(root):
    """Which files of the library cite a section: {(RFC, section): [file]}."""
    places = collections.defaultdict(list)
    for folder in ("include", "lib"):
        for path in sorted((root / folder).rglob("*.?pp")):
            for rfc, section in sorted(
                set(CODE_CITATION.findall(path.read_text(encoding="utf-8")))
            ):
                places[int(rfc), section].append(str(path.relative_to(root)))
    return places


def counts(rules):
    """{RFC: {column: number}}, in the order of TITLES."""
    table = {
        rfc: collections.Counter()
        for rfc in TITLES
        if any(rule.rfc == rfc for rule in rules.values())
    }
    for rule in rules.values():
        table.setdefault(rule.rfc, collections.Counter()).update(["rules", rule.fate()])
    return table


def summary(rules):
    """The table, and the deviations, as Markdown."""
    lines = ["| RFC | " + " | ".join(COLUMNS) + " |", "|---|" + "---|" * len(COLUMNS)]
    for rfc, row in counts(rules).items():
        lines.append(
            f"| {rfc}, {TITLES.get(rfc, '')} | "
            + " | ".join(str(row[column] or "–") for column in COLUMNS)
            + " |"
        )
    deviations = [rule for rule in rules.values() if rule.status == "deviates"]
    if deviations:
        lines += ["", "Where we deviate on purpose:", ""]
        for rule in deviations:
            item = f"- RFC {rule.rfc} §{rule.section()} ({rule.level}): *{rule.says}* {rule.why}"
            lines.append(textwrap.fill(item, 100, subsequent_indent="  ", break_on_hyphens=False))
    return "\n".join(lines)


def full_report(rules, places):
    lines = ["# The rules, one by one", "", summary(rules)]
    section = None
    for rule in rules.values():
        if section != (rule.rfc, rule.section()):
            section = (rule.rfc, rule.section())
            lines += ["", f"## RFC {rule.rfc} §{rule.section()}"]
            if places.get(section):
                lines += [
                    "",
                    "In the code: " + ", ".join(f"`{place}`" for place in places[section]),
                ]
            lines.append("")
        status = f" *{rule.status}: {rule.why}*" if rule.status else ""
        lines.append(f"- **{rule.id}** {rule.level} ({rule.who}): {rule.says}{status}")
        lines += [f"  - `{file}`: {name}" for file, name in rule.tests]
    return "\n".join(lines)


def plain_table(rules):
    rows = [("RFC", *COLUMNS)] + [
        (str(rfc), *(str(row[column] or "-") for column in COLUMNS))
        for rfc, row in counts(rules).items()
    ]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows
    )


def main():
    parser = argparse.ArgumentParser(description="Which test shows which rule of the RFCs.")
    parser.add_argument("--markdown", action="store_true", help="every rule with its tests")
    parser.add_argument(
        "--readme", action="store_true", help="write the summary into README.md of this folder"
    )
    parser.add_argument(
        "--rules",
        metavar="FOLDER",
        type=pathlib.Path,
        default=HERE,
        help="where the .toml files are",
    )
    parser.add_argument(
        "--root",
        metavar="FOLDER",
        type=pathlib.Path,
        default=ROOT,
        help="the project, whose tests/ and lib/ are searched",
    )
    options = parser.parse_args()

    rules, faults = read_rules(options.rules)
    faults += scan_tests(options.root, rules)
    untested = [rule for rule in rules.values() if rule.fate().endswith("without a test")]
    faults += [
        f"RFC {rule.rfc} {rule.id}: no test shows this {rule.level}"
        for rule in untested
        if rule.level.startswith("MUST")
    ]

    if options.readme:
        readme.replace(HERE / "README.md", "rules", summary(rules))
    elif options.markdown:
        print(full_report(rules, scan_code(options.root)))
    else:
        print(plain_table(rules))
        for rule in untested:
            print(
                f"without a test: RFC {rule.rfc} {rule.id} {rule.level} ({rule.who}): {rule.says}"
            )
    for fault in faults:
        print("FAILED: " + fault, file=sys.stderr)
    return 1 if faults else 0


sys.exit(main())
