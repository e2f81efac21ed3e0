"""What a server holds, how fast it answers, and the peers that stall it."""
import dataclasses
import os
import re
import socket
import ssl
import statistics
import subprocess
import time

from servers import limit_descriptors

REQUEST = b"GET /small.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
CONTENT = b"a small file\n"


@dataclasses.dataclass(frozen=True)
class Held:
    descriptors: int
    threads: int
    memory: float  # MiB that are resident

    def __str__(self):
        return f"{self.descriptors} descriptors, {self.threads} threads, {self.memory:.1f} MiB"


def held_by(server):
    descriptors = threads = kilobytes = 0
    for pid in server.pids():
        descriptors += len(os.listdir(f"/proc/{pid}/fd"))
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            status = file.read()
        threads += int(re.search(r"^Threads:\s*(\d+)", status, re.M)[1])
        kilobytes += int(re.search(r"^VmRSS:\s*(\d+)", status, re.M)[1])
    return Held(descriptors, threads, kilobytes / 1024)


def held_at_rest(server):
    """What it holds when the last client's connection is over."""
    least = held_by(server)
    for _ in range(10):
        time.sleep(0.03)
        least = min(least, held_by(server), key=lambda held: (held.descriptors, held.threads))
    return least


class Client:
    """Well-behaved, by Python's ssl: each request has a connection of its own."""

    def __init__(self, site, port, timeout=5):
        self._context = ssl.create_default_context(cafile=site.ca)
        self._context.maximum_version = ssl.TLSVersion.TLSv1_2
        self._port, self._timeout = port, timeout

    def fetch(self):
        """Seconds from connect() to the last byte of the answer. Raises OSError."""
        begin = time.perf_counter()
        with socket.create_connection(
            ("127.0.0.1", self._port), self._timeout
        ) as plain, self._context.wrap_socket(plain, server_hostname="localhost") as conn:
            conn.sendall(REQUEST)
            answer = b""
            while not answer.endswith(CONTENT):
                part = conn.recv(4096)
                if not part:
                    raise OSError(f"a cut answer: {answer!r}")
                answer += part
            taken = time.perf_counter() - begin
            try:
                conn.unwrap()
            except OSError:
                pass
            return taken


@dataclasses.dataclass
class Latency:
    """Medians over rounds, in milliseconds."""

    p50: float
    p99: float
    requests: int
    failures: list

    def __str__(self):
        return (
            f"p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms over {self.requests} requests, "
            f"{len(self.failures)} of them failed"
        )


def latency(client, rounds, seconds):
    """Rounds of `seconds` each; a client that fails three times has seen enough."""
    p50, p99, requests, failures = [], [], 0, []
    for _ in range(rounds):
        times = []
        end = time.monotonic() + seconds
        while (time.monotonic() < end or not times) and len(failures) < 3:
            requests += 1
            try:
                times.append(1000 * client.fetch())
            except OSError as error:
                failures.append(str(error) or type(error).__name__)
        if times:
            times.sort()
            p50.append(statistics.median(times))
            p99.append(times[min(len(times) - 1, int(0.99 * len(times)))])
    none = float("nan")
    return Latency(
        statistics.median(p50) if p50 else none,
        statistics.median(p99) if p99 else none,
        requests,
        failures,
    )


@dataclasses.dataclass(frozen=True)
class Fate:
    """What became of the peers of one point and act."""

    point: str
    act: str
    count: int
    reached: int
    released: int
    longest: float
    failure: str


class Stallers:
    """`count` peers of a server, spread over every point and act; cuts and resets come spread
    over `patience` seconds."""

    def __init__(self, site, port, count, patience, settle):
        arguments = [site.staller, "client", *map(str, (port, count, patience, settle))]
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=limit_descriptors,
        )
        line = self._process.stdout.readline()
        if not line.startswith("ready "):
            raise SystemExit(
                f"FAILED: the stalling peers do not start (exit code {self._process.wait()})"
            )
        self.ready = int(line.split()[1])
        self.arrived = time.monotonic()

    def end(self):
        """Closes them all, if not done yet, and tells what became of them."""
        out, _ = self._process.communicate(timeout=30)
        fates = []
        for line in out.splitlines():
            point, act, count, reached, released, longest, failure = line.split("\t")
            fates.append(
                Fate(point, act, int(count), int(reached), int(released), float(longest), failure)
            )
        return fates


def wait_until_gone(server, crowd, gone, timeout):
    """Seconds from the crowd's arrival until `gone(held)`, or None."""
    while True:
        passed = time.monotonic() - crowd.arrived
        if gone(held_by(server)):
            return passed
        if passed > timeout:
            return None
        time.sleep(0.1)
