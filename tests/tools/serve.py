"""The guarantees of `tls12 serve`: what a server must do whatever its peers do. usage: serve.py
TLS12"""
import os
import re
import shutil
import ssl
import statistics
import subprocess
import sys
import time

from served import (
    PATIENCE,
    Client,
    Plain,
    Server,
    Skipped,
    Stage,
    client_hello,
    collected,
    expect,
    play,
    until,
)

TESTS, test = collected()


def program(name):
    found = shutil.which(name)
    if not found:
        raise Skipped(f"{name} is not installed")
    return found


def elapsed(action):
    started = time.monotonic()
    action()
    return time.monotonic() - started


def fetch(server, path="/digits.txt"):
    with Client(server) as client:
        status, _, content = client.ask(path, "Connection: close").answer()
        client.closed_properly()
    expect(status == 200, status)
    return content


# ------------------------------------------------ S1


@test("S1: peers that stall in the handshake delay nobody who comes after them")
def _(stage):
    hello = client_hello(stage)
    with Server(stage, "--handshake-time", 60) as server:
        stalled = [Plain(server) for _ in range(60)]
        for number, peer in enumerate(stalled):
            peer.send((b"", hello[:20], hello)[number % 3])
        took = elapsed(lambda: expect(fetch(server) == stage.digits, "not the file"))
        expect(took < 2, f"a page took {took:.2f} s")
        for peer in stalled:
            peer.socket.close()


@test("S1: a handshake is bounded from accepting on, for who is silent, who stops and who trickles")
def _(stage):
    hello = client_hello(stage)
    with Server(stage, "--handshake-time", 0.8) as server:
        for what, say in (
            ("silent", lambda peer: peer.rest()),
            ("stopping", lambda peer: (peer.send(hello[:40]), peer.rest())),
            ("half way", lambda peer: (peer.send(hello), peer.rest())),
            ("trickling", lambda peer: peer.trickle(hello)),
        ):
            with Plain(server) as peer:
                took = elapsed(lambda: say(peer))
                expect(0.6 < took < 3, what, f"was there for {took:.2f} s")
                (line,) = server.of(peer)
                expect("handshake failed" in line and "[while: handshake]" in line, line)
    # The time before the first byte counts.
    with Server(stage, "--handshake-time", 1.5) as server, Plain(server) as peer:

        def come_late():
            peer.socket.settimeout(1.2)
            try:
                peer.socket.recv(1)
            except TimeoutError:
                peer.trickle(hello)

        took = elapsed(come_late)
        expect(1.3 < took < 2.4, f"who began late was there for {took:.2f} s")


# ------------------------------------------------ S2


def refuse_us(server, context):
    """The port from which a handshake was tried that cannot succeed."""
    with Plain(server) as peer:
        try:
            context.wrap_socket(peer.socket, server_hostname="localhost").close()
        except (ssl.SSLError, ConnectionError):
            return peer
    raise AssertionError("the handshake succeeded")


@test(
    "S2: a handshake that fails is one line with peer, phase, alert and reason, and no handler runs"
)
def _(stage):
    with Server(stage) as server:
        weak = stage.context()
        weak.set_ciphers("AES128-SHA")
        strange = stage.context()
        strange.set_alpn_protocols(["no/such"])
        for context, told in (
            (weak, r"suite.*\[sent alert handshake_failure\] .*\[while: handshake\]"),
            (strange, r"\[sent alert no_application_protocol\].*\[while: handshake\]"),
            (stage.context(trusting=False), r"\[received alert unknown_ca\].*\[while: handshake\]"),
        ):
            (line,) = server.of(refuse_us(server, context))
            expect(re.search("handshake failed: .*" + told, line), line)
        # Nonsense with a request behind it, and a peer that leaves in the middle.
        for words, told in (
            (b"\x00\x01nonsense\r\nGET / HTTP/1.0\r\n\r\n", r"\[sent alert protocol_version\]"),
            (client_hello(stage), "ended|reset"),
        ):
            with Plain(server) as peer:
                peer.send(words)
                peer.socket.recv(1)
            (line,) = server.of(peer)
            expect(re.search("handshake failed: .*" + told, line), line)
        expect(
            not any('"GET' in line for line in server.lines()), "a handler ran:", *server.lines()
        )
        expect(fetch(server) == stage.digits, "not the file")


# ------------------------------------------------ S3


@test("S3: plain HTTP is answered with a readable 400, which arrives whole")
def _(stage):
    with Server(stage) as server:
        for upload in ([], ["--data-binary", "@" + stage.path("www/big.bin")]):
            done = subprocess.run(
                [
                    program("curl"),
                    "-sS",
                    "-w",
                    "\n%{http_code}",
                    *upload,
                    f"http://127.0.0.1:{server.port}/",
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            expect(
                done.returncode == 0
                and "https://" in done.stdout
                and done.stdout.endswith("\n400"),
                done,
            )
        with Plain(server) as peer:
            # It may talk to its end, which no reset cuts off: else a sender would never look for
            # the answer.
            peer.send(
                b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(stage.big)
                + stage.big
            )
            answer = peer.rest(reset_is_end=False)
            expect(
                answer.startswith(b"HTTP/1.0 400 ") and answer.endswith(b"https:// in front.\n"),
                answer,
            )
        server.logged(r"handshake failed: the peer speaks plain HTTP.*\[no alert", 3)


# ------------------------------------------------ S4


@test(
    "S4: a connection without a request is closed, properly, at --idle-time, the first time and "
    "between requests"
)
def _(stage):
    with Server(stage, "--idle-time", 0.6) as server:
        with Client(server) as client:
            took = elapsed(client.closed_properly)
            expect(0.4 < took < 3, f"{took:.2f} s")
        with Client(server) as client:
            expect(client.ask("/digits.txt").answer()[0] == 200, "no answer")
            took = elapsed(client.closed_properly)
            expect(0.4 < took < 3, f"{took:.2f} s")


@test("S4: a request that trickles in is answered 408 at --header-time")
def _(stage):
    with Server(stage, "--header-time", 0.8, "--idle-time", 60) as server, Client(server) as client:
        heard = []
        took = elapsed(
            lambda: heard.append(
                client.trickle(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"x" * 1000)
            )
        )
        expect(0.6 < took < 3, f"{took:.2f} s")
        expect(heard[0].startswith(b"HTTP/1.1 408 "), heard)


@test(
    "S4: a peer that takes nothing of an answer, or a little at a time, is given up at --write-time"
)
def _(stage):
    with Server(stage, "--write-time", 0.5) as server:
        with Client(server, small_window=True) as client:
            client.ask("/big.bin")
            took = elapsed(lambda: server.logged(r"big\.bin HTTP/1\.1\" 200, .*not taken in time"))
            expect(took < 5, f"{took:.2f} s")
            server.of(client)
        with Client(server, small_window=True) as client:
            client.ask("/big.bin")
            client.socket.settimeout(0.1)
            end = time.monotonic() + PATIENCE
            while len([line for line in server.lines() if "not taken in time" in line]) < 2:
                expect(time.monotonic() < end, "a peer that trickles is borne for ever")
                client.socket.recv(10)
                time.sleep(0.05)


@test("S4: a request that is too large is answered 431, and --header-size says what is")
def _(stage):
    for size, options in ((16 * 1024, ()), (500, ("--header-size", 500))):
        with Server(stage, *options) as server:
            for length, status in ((size - 200, 200), (size + 200, 431)):
                with Client(server) as client:
                    expect(
                        client.ask(
                            "/digits.txt", "X: " + "x" * (length - 50), "Connection: close"
                        ).answer()[0]
                        == status,
                        "not",
                        status,
                        "for",
                        length,
                    )


@test("S4: more connections than --connections are turned away, until one ends")
def _(stage):
    with Server(stage, "--connections", 2) as server:
        one, two = Client(server), Plain(server)
        with Plain(server) as third:
            expect(third.rest() == b"", "something was said")
            server.logged("turned away: 2 connections are open")
        one.socket.close()
        server.of(one)

        def served():
            try:
                return fetch(server) == stage.digits
            except (ConnectionError, ssl.SSLError):
                return False

        until(served, "a place")
        two.socket.close()


# ------------------------------------------------ S5


@test(
    "S5: stalled peers at every stage delay nobody, and leave no descriptor, thread or memory "
    "behind"
)
def _(stage):
    hello = client_hello(stage)
    with Server(stage, "--timeout", 4) as server:
        for _ in range(20):
            fetch(server)
        until(
            lambda: server.threads() == 3,
            "only the threads for accepting, signals and the log are left",
        )
        threads, descriptors, memory = server.threads(), server.descriptors(), server.resident()
        context = stage.context()
        peers = []
        for _ in range(60):
            for words in (b"", hello[:100], hello):
                peers.append(Plain(server))
                peers[-1].send(words)
            for words in (
                b"",
                b"GET / HTTP/1.1\r\nHo",
                b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n",
            ):
                peers.append(Client(server, context, small_window=True))
                peers[-1].send(words)
        times = [elapsed(lambda: fetch(server)) for _ in range(20)]
        most = server.descriptors(), server.threads(), server.resident()
        expect(statistics.median(times) < 0.2 and max(times) < 1, "others are served in", times)
        until(
            lambda: (server.threads(), server.descriptors()) == (threads, descriptors),
            "all threads and descriptors are gone",
        )
        left = server.resident() - memory
        print(
            f"{len(peers)} stalled peers: page in {statistics.median(times) * 1000:.1f} ms; "
            f"{most[0]} descriptors, {most[1]} threads, "
            f"{(most[2] - memory) / len(peers) / 1024:.0f} KiB each; left over: {left / 1024:.0f} "
            "KiB"
        )
        expect(left < 4 << 20, f"{left} bytes remain")
        for peer in peers:
            peer.socket.close()


@test("S5: serve raises its own limit of descriptors")
def _(stage):
    with Server(stage) as server:
        with open(f"/proc/{server.process.pid}/limits", encoding="ascii") as limits:
            soft, hard = re.search(r"Max open files\s+(\d+)\s+(\d+)", limits.read()).groups()
        expect(soft == hard, soft, "of", hard)


if __name__ == "__main__":
    sys.exit(play(TESTS, Stage(os.path.abspath(sys.argv[1])), 4))
