"""A server among 1,000 peers that stall, trickle, are cut or reset at every point of a
conversation, and a client whose server does so.

usage: run.py [TLS12 STALLER] [--peers N] [--timeout SECONDS] [--compare [--readme]]

--compare prints other people's servers among the same peers, as a table; --readme also writes it
into README.md of this folder.
"""
import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import clients  # noqa: E402
import readme  # noqa: E402
import servers  # noqa: E402
from measure import (
    CONTENT,
    Client,
    Stallers,
    held_at_rest,
    held_by,
    latency,
    wait_until_gone,
)  # noqa: E402

ROUNDS, ROUND = 5, 0.5  # of measuring, in seconds each
FACTOR, MARGIN = 5, 50  # by how much the latency of others may grow: times, and milliseconds more
MEMORY, MORE_MEMORY = (
    10,
    3,
)  # MiB that may stay resident behind the first crowd, and behind the second


LINGER = 2  # seconds that a server gives the close
LOADED = 5  # seconds that a loaded machine may add


def gone_within(timeout):
    """Seconds in which everybody is gone: for the handshake, for a request, for the close."""
    return 2 * timeout + LINGER


class Site:
    """A folder to be served, whose certificate is for localhost."""

    def __init__(self, tls12, staller, folder):
        self.tls12, self.staller, self.folder = tls12, staller, folder
        self.www = os.path.join(folder, "www")
        os.makedirs(self.www)
        with open(os.path.join(self.www, "small.txt"), "wb") as file:
            file.write(CONTENT)
        with open(os.path.join(self.www, "big.bin"), "wb") as file:
            file.truncate(16 << 20)
        subprocess.run(
            [tls12, "cert", "--out", folder, "localhost", "127.0.0.1"],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        self.chain, self.key, self.ca = (
            os.path.join(folder, name) for name in ("localhost.pem", "localhost-key.pem", "ca.pem")
        )


class Checks:
    def __init__(self):
        self.failures = 0

    def __call__(self, good, what, *why):
        print(("ok: " if good else "FAILED: ") + what, flush=True)
        if not good:
            self.failures += 1
            print(*("    " + str(line) for line in why), sep="\n", flush=True)


def observe(server, client, site, options, check):
    """One crowd comes, stays, and goes, and what must hold is checked. The latency among it,
    what is held afterwards, and what became of it."""
    before = held_at_rest(server)
    print(f"before: {before}")
    crowd = Stallers(site, server.port, options.peers, patience=ROUNDS * ROUND, settle=20)
    among = held_by(server)
    print(f"among {options.peers} peers: {among}")
    during = latency(client, ROUNDS, ROUND)
    print(f"among them: {during}; at its end {held_by(server)}")
    limit = gone_within(options.timeout) + LOADED
    gone = wait_until_gone(
        server,
        crowd,
        lambda held: held.descriptors <= before.descriptors and held.threads <= before.threads,
        limit,
    )
    after = held_by(server)
    print(f"after: {after}" + ("" if gone is None else f", {gone:.1f} s behind their arrival"))
    fates = crowd.end()
    kept = [fate for fate in fates if fate.released < fate.reached and fate.act != "reset"]
    check(
        crowd.ready == options.peers,
        f"all {options.peers} peers reach their point",
        *(
            f"{fate.point}, {fate.act}: {fate.failure}"
            for fate in fates
            if fate.reached < fate.count
        ),
    )
    check(
        among.descriptors >= before.descriptors + 0.9 * options.peers,
        "the server holds them all",
        among,
    )
    check(not during.failures, "a well-behaved client never fails among them", *during.failures)
    check(
        gone is not None,
        f"nothing of them is left within {limit} s, though they hold on: descriptors and threads "
        "as before",
        after,
        *(
            f"{fate.point}, {fate.act}: {fate.released} of {fate.count} seen to be released"
            for fate in kept
        ),
    )
    return during, after, fates


def print_fates(fates):
    print("seconds until a peer sees that the server let go of it (stall, trickle):")
    for fate in fates:
        if fate.act == "stall":
            trickled = next(
                (other for other in fates if (other.point, other.act) == (fate.point, "trickle")),
                None,
            )
            times = [
                f"{each.longest:5.1f}" if each and each.released else "    -"
                for each in (fate, trickled)
            ]
            print(f"    {fate.point:28}" + "  ".join(times))


def check_our_server(site, options, check):
    server = servers.Ours(site, options.timeout)
    try:
        client = Client(site, server.port)
        latency(client, 1, 0.3)
        alone, before = latency(client, ROUNDS, ROUND), held_at_rest(server)
        print(f"alone: {alone}")
        check(not alone.failures, "a well-behaved client never fails alone", *alone.failures)
        first, after_first, fates = observe(server, client, site, options, check)
        print_fates(fates)
        second, after_second, _ = observe(server, client, site, options, check)
        for which, during in (("first", first), ("second", second)):
            check(
                during.p99 <= FACTOR * alone.p99 + MARGIN,
                f"the {which} crowd leaves others their latency: p99 within {FACTOR} times + "
                f"{MARGIN} ms",
                f"{alone.p99:.1f} ms alone, {during.p99:.1f} ms among them",
            )
        check(
            after_first.memory <= before.memory + MEMORY,
            f"a crowd leaves no more than {MEMORY} MiB resident",
            before,
            after_first,
        )
        check(
            after_second.memory <= after_first.memory + MORE_MEMORY,
            f"a second crowd adds no more than {MORE_MEMORY} MiB to that",
            after_first,
            after_second,
        )
        check(server.stop() == 0, "the server ends well", server.log_text())
    finally:
        server.stop()


def row_of(kind, site, options):
    """What the comparison tells of one server: whether it did all that ours must, and the line."""
    server = kind(site, options.timeout)
    try:
        client = Client(site, server.port, timeout=2)
        latency(client, 1, 0.2)
        alone, before = latency(client, 3, 0.3), held_at_rest(server)
        # Who serves one at a time lets nobody reach a point behind the handshake.
        crowd = Stallers(
            site, server.port, options.peers, patience=2, settle=2 + options.peers / 250
        )
        among = held_by(server)
        during = latency(client, 3, 0.3)
        # A runtime may keep the threads that it made.
        limit = gone_within(options.timeout) + LOADED / 2
        gone = wait_until_gone(
            server, crowd, lambda held: held.descriptors <= before.descriptors, limit
        )
        after = held_by(server)
        crowd.end()
        columns = [
            f"{getattr(before, what):.0f} / {getattr(among, what):.0f} / {getattr(after, what):.0f}"
            for what in ("descriptors", "threads", "memory")
        ]
        answered = during.requests - len(during.failures)
        return not during.failures and gone is not None, [
            kind.title,
            f"{alone.p50:.1f} / {alone.p99:.1f}",
            f"{during.p50:.1f} / {during.p99:.1f}",
            f"{answered} of {during.requests}",
            str(crowd.ready),
            *columns,
            "nobody was let in"
            if answered == 0
            else f"not in {limit:.1f} s"
            if gone is None
            else f"{gone:.1f} s",
        ]
    finally:
        server.stop()


def compare(site, options, check):
    head = [
        "server",
        "p50 / p99 ms alone",
        "among them",
        "answered",
        "at their point",
        "descriptors",
        "threads",
        "MiB resident",
        "all gone after",
    ]
    rows = [head]
    for kind in servers.ALL:
        try:
            good, row = row_of(kind, site, options)
        except servers.Absent as absent:
            print(f"skipped: 1 server, {kind.title}, for {absent} is not installed")
            continue
        rows.append(row)
        if kind is servers.Ours:
            check(good, "ours answers everybody, and nothing is left", *row)
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    print(
        f"\n{options.peers} peers, time limits of {options.timeout} s where there are any; "
        "descriptors, threads, memory: before / among them / afterwards"
    )
    for row in rows:
        print(" | ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    if options.readme:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + "---|" * len(head))
        readme.replace(HERE / "README.md", "comparison", "\n".join(lines))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("tls12", nargs="?", default=os.path.join(ROOT, "build/tools/tls12"))
    parser.add_argument(
        "staller", nargs="?", default=os.path.join(ROOT, "build/tests/stall/staller")
    )
    parser.add_argument("--peers", type=int, default=1000)
    parser.add_argument("--timeout", type=int, default=4)  # of the servers, for each stage
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--readme", action="store_true")
    options = parser.parse_args()
    # Two descriptors a connection, and the server's own.
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if allowed < 2 * options.peers + 200:
        print(f"skipped: 1 crowd, for only {allowed} descriptors are allowed")
        return 77
    check = Checks()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tls12-stall-") as folder:
        site = Site(os.path.realpath(options.tls12), os.path.realpath(options.staller), folder)
        if options.compare:
            compare(site, options, check)
        else:
            clients.check_our_client(site, check)
            check_our_server(site, options, check)
    print(f"{time.monotonic() - begin:.0f} s")
    return 1 if check.failures else 0


sys.exit(main())
