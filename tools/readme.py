"""Replaces what stands between `<!-- NAME: begin ... -->` and `<!-- NAME: end -->` in a file."""
import re


def replace(path, name, text):
    old = path.read_text(encoding="utf-8")
    between = re.compile(
        rf"(<!-- {re.escape(name)}: begin.*?-->\n).*?(\n<!-- {re.escape(name)}: end -->)", re.DOTALL
    )
    new, places = between.subn(
        lambda found: found[1] + "\n" + text.strip("\n") + "\n" + found[2], old
    )
    if places != 1:
        raise SystemExit(f"{path}: {places} places are marked with {name}")
    path.write_text(new, encoding="utf-8")
