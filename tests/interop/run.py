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


def end_all(*_):
    for process in list(Process.running):
        process.clear()
    os._exit(1)


def main(arguments):
    tls12 = os.path.realpath(arguments[1])
    wanted = arguments[2] if len(arguments) > 2 else ""
    signal.signal(signal.SIGTERM, end_all)
    signal.signal(signal.SIGINT, end_all)
    cases = [case for module in MODULES for case in module.cases() if wanted in case.title()]
    with tempfile.TemporaryDirectory(prefix="tls12-interop-pki-") as folder, concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        matrix = Matrix(tls12, Pki(tls12, folder), shutil.which)
        list(pool.map(matrix.run, cases))
    for program, count in matrix.skipped.items():
        print(f"skipped: {count} cases, for {program} is not installed")
    print()
    print(matrix.table(list(dict.fromkeys(case.feature for case in cases))))
    return 1 if matrix.failures or not cases else 0


sys.exit(main(sys.argv))
