"""TLS 1.2 with stacks that others wrote, in both roles. usage: run.py TLS12 [PART_OF_A_TITLE]

Prints a line for every case, what was skipped, and the matrix: features by peers."""
import concurrent.futures
import os
import shutil
import signal
import sys
import tempfile

sys.dont_write_bytecode = True

import closing  # noqa: E402
import keylog  # noqa: E402
import negotiation  # noqa: E402
import refusals  # noqa: E402
import renegotiation  # noqa: E402
from matrix import Matrix  # noqa: E402
from pki import Pki  # noqa: E402
from stage import Process  # noqa: E402

MODULES = [negotiation, refusals, closing, renegotiation, keylog]
JOBS = 4  # cases mostly wait for their peers


def run(tls12, cases, folder):
    """The matrix of these cases, all played, with what they leave behind in this folder."""

    def interrupted(*_):
        Process.end_all()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    matrix = Matrix(tls12, Pki(tls12, folder), folder, shutil.which)
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(matrix.run, cases))
    return matrix


def main(arguments):
    wanted = arguments[2] if len(arguments) > 2 else ""
    cases = [case for module in MODULES for case in module.cases() if wanted in case.title()]
    with tempfile.TemporaryDirectory(prefix="tls12-interop-") as folder:
        matrix = run(os.path.realpath(arguments[1]), cases, folder)
    for program, count in matrix.skipped.items():
        print(f"skipped: {count} cases, for {program} is not installed")
    print()
    print(matrix.table(list(dict.fromkeys(case.feature for case in cases))))
    return 1 if matrix.failures or not cases else 0


sys.exit(main(sys.argv))
