#!/usr/bin/env python3
"""Counts the instructions of each worst case with callgrind, and compares them with its steps:
work_cost.py PROGRAM [CASE ...]"""
import re
import subprocess
import sys
import tempfile

# What Work (lib/base/work.hpp) says of a step; and what a verdict costs before its first.
MOST_PER_STEP = 4_000
MOST_TO_BEGIN = 1_000_000


def instructions_of(program, case):
    with tempfile.NamedTemporaryFile() as out:
        done = subprocess.run(
            [
                'valgrind',
                '--tool=callgrind',
                '--collect-atstart=no',
                '--toggle-collect=judge_worst_case',
                f'--callgrind-out-file={out.name}',
                program,
                str(case),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    return int(done.stdout), int(re.search(r'Collected : (\d+)', done.stderr)[1])


def main():
    program = sys.argv[1]
    names = subprocess.run(
        [program], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    cases = [int(case) for case in sys.argv[2:]] or range(len(names))
    failed = False
    for case in cases:
        steps, instructions = instructions_of(program, case)
        too_many = instructions > MOST_TO_BEGIN + MOST_PER_STEP * steps
        failed |= too_many
        print(
            f'{names[case]}: {steps} steps, {instructions} instructions, '
            f'{instructions / steps:.0f} a step' + (' (TOO MANY)' if too_many else ''),
            flush=True,
        )
    sys.exit(failed)


if __name__ == '__main__':
    main()
