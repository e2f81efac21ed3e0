"""`tls12 serve` whose output is not read any more: connections are served, and SIGTERM ends it.
usage: stopped_reader.py TLS12"""
import os
import re
import socket
import subprocess
import sys
import time

from served import PATIENCE, Client, Stage, collected, expect, play, until

TESTS, test = collected()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Unread:
    """A server whose standard error is a pipe that is not read until rest()."""

    def __init__(self, stage, *options, stdout=subprocess.DEVNULL):
        self.stage = stage
        self.port = free_port()
        self._log, log = os.pipe()
        self.process = subprocess.Popen(
            [
                stage.tls12,
                "serve",
                "--listen",
                f"127.0.0.1:{self.port}",
                "--cert",
                stage.path("pki/localhost.pem"),
                "--key",
                stage.path("pki/localhost-key.pem"),
                "--www",
                stage.www,
                "--stop-time",
                "1",
                *options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=log,
        )
        os.close(log)
        until(self._listens, "it listens")

    def _listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
            return True
        except ConnectionError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self._log)

    def fetch(self):
        with Client(self) as client:
            status, _, content = client.ask("/digits.txt", "Connection: close").answer()
            client.closed_properly()
        expect(status == 200 and content == self.stage.digits, status)

    def ends(self):
        """Within --stop-time, the last wait for the reader, and what a busy machine takes."""
        started = time.monotonic()
        self.process.terminate()
        expect(self.process.wait(PATIENCE) == 0, "exit code", self.process.returncode)
        expect((took := time.monotonic() - started) < 5, f"it took {took:.2f} s to end")

    def rest(self):
        """Reads the log from now on, to its end."""
        with open(self._log, closefd=False, encoding="utf-8") as log:
            return log.read().splitlines()


ASK = b"HEAD /" + b"x" * 300 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
REQUESTS = 12_000  # of 250 bytes of log each: more than the pipe, the queue and its writer hold


def ask_often(server):
    """Asks for REQUESTS files that are not there, a hundred at a time."""
    with Client(server) as client:
        for _ in range(REQUESTS // 100):
            client.send(ASK * 100)
            heads = b""
            while (count := heads.count(b"\r\n\r\n")) < 100:
                part = client.socket.recv(65536)
                expect(part, "the connection ended after", count, "answers")
                heads += part
            expect(heads.count(b"HTTP/1.1 404 ") == 100, heads[:100])


def full_pipe():
    """Its two ends, with no room left."""
    out, into = os.pipe()
    os.set_blocking(into, False)
    try:
        while True:
            os.write(into, b"." * 4096)
    except BlockingIOError:
        os.set_blocking(into, True)
    return out, into


@test("a log that is not read delays no request, and does not keep SIGTERM from ending the server")
def _(stage):
    with Unread(stage) as server:
        for _ in range(20):
            server.fetch()
        ask_often(server)
        server.fetch()
        server.ends()


@test("lines that do not fit the queue of the log are dropped and counted")
def _(stage):
    with Unread(stage) as server:
        ask_often(server)
        server.process.terminate()
        lines = server.rest()
    gaps = [
        int(found[1])
        for line in lines
        if (found := re.search(r"(\d+) lines of this log were dropped", line))
    ]
    kept = sum(" 404, " in line for line in lines)
    expect(sum(gaps) > 0, "nothing was dropped of", len(lines), "lines")
    expect(
        REQUESTS <= kept + sum(gaps) <= REQUESTS + 2, kept, "lines and", gaps, "dropped"
    )  # two lines are of the connections


@test("--trace: a reader that stops delays no connection")
def _(stage):
    with Unread(stage, "--trace") as server:
        for _ in range(40):
            server.fetch()
        server.ends()


@test("--keylog: a pipe whose reader stops delays no handshake")
def _(stage):
    path = stage.path("keys.fifo")
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    filler = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(filler, b"." * 4096)
    except BlockingIOError:
        pass
    with Unread(stage, "--keylog", path) as server:
        server.fetch()
        server.ends()
    os.close(reader)
    os.close(filler)


@test("a full pipe as standard output keeps the server neither from serving nor from ending")
def _(stage):
    out, into = full_pipe()
    with Unread(stage, stdout=into) as server:
        server.fetch()
        server.ends()
    os.close(out)
    os.close(into)


if __name__ == "__main__":
    sys.exit(play(TESTS, Stage(os.path.abspath(sys.argv[1])), 2))
