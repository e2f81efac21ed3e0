"""TLS 1.2 with stacks that others wrote, in both roles.

Prints a line for every trial, what was skipped, and the matrix: features by peers."""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import textwrap

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "tools"), str(HERE.parent / "support")]

import bulk  # noqa: E402
import closing  # noqa: E402
import extensions  # noqa: E402
import keylog  # noqa: E402
import negotiation  # noqa: E402
import own_options  # noqa: E402
import pinning  # noqa: E402
import rawkeys  # noqa: E402
import readme  # noqa: E402
import refusals  # noqa: E402
import renegotiation  # noqa: E402
from matrix import LEGEND, Cell, Matrix, in_columns, in_markdown, table  # noqa: E402
from pki import Pki  # noqa: E402
from stacks import all_peers  # noqa: E402
from stacks.programs import absent_programs  # noqa: E402
from stage import Process  # noqa: E402

MODULES = [
    negotiation,
    extensions,
    own_options,
    rawkeys,
    pinning,
    refusals,
    closing,
    bulk,
    renegotiation,
    keylog,
]
JOBS = 6  # cells mostly wait for their peers


def play(tls12, cells, folder):
    """The matrix of these cells, all played, with what they leave behind in this folder."""

    def interrupted(*_):
        try:
            Process.end_all()
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os._exit(1)

    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    matrix = Matrix(tls12, Pki(tls12, folder), folder, shutil.which)
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(matrix.play, cells))
    return matrix


def markdown(cells, matrix):
    tables = [in_markdown(table(cells, role)) for role in ("server", "client")]
    legend = "; ".join(f"`{code}` {words}" for code, words in LEGEND.items())
    counts = (
        f"{matrix.passed} connections and conversations passed, {matrix.failed} failed. {legend}."
    )
    return "\n".join([textwrap.fill(counts, 100), "", tables[0], "", tables[1]])


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tls12", help="the command under test")
    parser.add_argument(
        "--programs", default="", help="peers.json of the build: other libraries, as programs"
    )
    parser.add_argument("--only", default="", help="cells whose title matches this expression")
    parser.add_argument("--part", default="", help="K/N: the K-th of N parts of the cells")
    parser.add_argument("--markdown", action="store_true", help="the tables in Markdown")
    parser.add_argument(
        "--readme", action="store_true", help="write them into README.md of this folder"
    )
    return parser.parse_args()


def main():
    asked = options()
    cells = [
        Cell(row, peer)
        for module in MODULES
        for row in module.ROWS
        for peer in all_peers(asked.programs)
    ]
    cells = [cell for cell in cells if re.search(asked.only, cell.title())]
    if asked.part:
        part, parts = map(int, asked.part.split("/"))
        cells = cells[part - 1 :: parts]
    with tempfile.TemporaryDirectory(prefix="tls12-interop-", ignore_cleanup_errors=True) as folder:
        matrix = play(
            os.path.realpath(asked.tls12), [cell for cell in cells if cell.trials], folder
        )
    for program, count in matrix.skipped.items():
        print(f"skipped: {count} trials, for {program} is not installed")
    for name in absent_programs(asked.programs):
        print(f"skipped: 1 peer, for the program of {name} was not built")
    for role in ("server", "client"):
        print("\n" + in_columns(table(cells, role)))
    print("\n" + "; ".join(f"{code}: {words}" for code, words in LEGEND.items()))
    if asked.markdown:
        print("\n" + markdown(cells, matrix))
    if asked.readme:
        readme.replace(HERE / "README.md", "matrix", markdown(cells, matrix))
    return 1 if matrix.failed or not matrix.passed else 0


sys.exit(main())
