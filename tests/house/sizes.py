#!/usr/bin/env python3
"""No line has more than 100 columns, no file of C++ or Python more than 500 lines, and no folder
of lib or tools more than 30 files. Lines end without white space, and files with a line end.
usage: sizes.py ROOT. Prints each violation, and fails if there is one."""
import collections
import os
import pathlib
import subprocess
import sys

COLUMNS, LINES, FILES = 100, 500, 30
ENDINGS = (".awk .build .c .cpp .go .h .hpp .java .js .md .py .sh .txt .yml").split()
# Text for people without such an ending.
NAMES = {"check", "format", "try", ".clang-format", ".clang-tidy", ".editorconfig", ".gitignore"}


def listed():
    """The files that git knows, or without git all but those of build trees."""
    try:
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        known = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
        return [pathlib.Path(name) for name in known if name and os.path.isfile(name)]
    except (OSError, subprocess.CalledProcessError):
        paths = (path for path in pathlib.Path(".").rglob("*") if path.is_file())
        return [path for path in paths if not path.parts[0].startswith(("build", ".git"))]


def faults_of_lines(path, lines):
    in_code = False
    for number, line in enumerate(lines, 1):
        # In Markdown a table's row cannot be wrapped, and a block of code may be output.
        in_code ^= path.suffix == ".md" and line.startswith("```")
        is_free = path.suffix == ".md" and (in_code or line.startswith("|"))
        if len(line) > COLUMNS and not is_free:
            yield f"{path}:{number}: {len(line)} columns"
        if line != line.rstrip() and path.suffix != ".md":
            yield f"{path}:{number}: white space at the end of the line"


def faults(paths):
    for path in paths:
        if (path.suffix not in ENDINGS and path.name not in NAMES) or "corpus" in path.parts:
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        lines = text.split("\n")
        if lines.pop():
            yield f"{path}: the last line has no end"
        yield from faults_of_lines(path, lines)
        if path.suffix in (".cpp", ".hpp", ".py") and len(lines) > LINES:
            yield f"{path}: {len(lines)} lines"
    folders = collections.Counter(path.parent for path in paths)
    for folder, count in sorted(folders.items()):
        if folder.parts[:1] in (("lib",), ("tools",)) and count > FILES:
            yield f"{folder}: {count} files"


def main():
    os.chdir(sys.argv[1])
    found = list(faults(sorted(listed())))
    for fault in found:
        print(fault)
    return 1 if found else 0


sys.exit(main())
