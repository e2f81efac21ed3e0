"""The guarantees of `tls12 serve`: what a server must do whatever its peers do. usage: serve.py
TLS12"""
import os
import re
import shutil
import signal
import socket
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


# ------------------------------------------------ reloading


@test(
    "SIGHUP reads the certificates again, for connections from then on; what cannot be read "
    "changes nothing, and no connection is dropped"
)
def _(stage):
    for folder in ("first", "second"):
        stage.run("cert", "--out", stage.path(folder), "localhost", "127.0.0.1")
    shutil.copytree(stage.path("first"), stage.path("used"))

    def trusting(folder):
        context = ssl.create_default_context(cafile=stage.path(folder + "/ca.pem"))
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    def connect(context, session=None):
        return context.wrap_socket(
            socket.create_connection(("127.0.0.1", server.port), PATIENCE),
            server_hostname="localhost",
            session=session,
        )

    def shows(folder):
        try:
            connect(trusting(folder)).close()
            return True
        except ssl.SSLCertVerificationError:
            return False

    def answered(stream):
        stream.sendall(b"GET /digits.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while not received.endswith(stage.digits):
            part = stream.recv(65536)
            expect(part, "the connection was closed")
            received += part

    with Server(stage, pki="used") as server:
        first = trusting("first")
        with connect(first) as old:
            answered(old)
            expect(shows("first") and not shows("second"), "not the first certificate")
            shutil.copytree(stage.path("second"), stage.path("used"), dirs_exist_ok=True)
            server.reload()
            server.logged("^(tls12: )?reloaded$")
            expect(shows("second") and not shows("first"), "not the second certificate")
            answered(old)
            with connect(first, old.session) as again:
                expect(again.session_reused, "a session from before was forgotten")
                answered(again)
            stage.file("used/localhost.pem", b"no certificate")
            server.reload()
            expect(
                stage.path("used/localhost.pem") in server.logged("not reloaded: ")[0],
                "no file is named",
            )
            expect(shows("second"), "not the second certificate any more")
            answered(old)
        server.stop()
        server.exits()


@test("SIGHUP leaves a certificate that was made on the spot as it is")
def _(stage):
    process = subprocess.Popen(
        [stage.tls12, "serve", "--listen", "127.0.0.1:0", "--ca-out", stage.path("spot.pem")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        context = ssl.create_default_context(cafile=stage.path("spot.pem"))
        process.send_signal(signal.SIGHUP)
        while not (line := process.stderr.readline()).endswith("reloaded\n"):
            expect(line, "it ended")
        context.wrap_socket(
            socket.create_connection(("127.0.0.1", port), PATIENCE), server_hostname="localhost"
        ).close()
    finally:
        process.kill()
        process.communicate()


# ------------------------------------------------ S6


@test("S6: SIGTERM ends idle connections with close_notify, at once, and nobody is let in any more")
def _(stage):
    with Server(stage) as server, Client(server) as fresh, Client(server) as used, Plain(
        server
    ) as silent:
        expect(used.ask("/digits.txt").answer()[0] == 200, "no answer")
        expect(fresh.ask("/digits.txt").answer()[0] == 200, "no answer")
        server.stop()
        took = elapsed(lambda: (fresh.closed_properly(), used.closed_properly()))
        expect(took < 1.5, f"it took {took:.2f} s")
        expect(silent.rest() == b"", "something was said")
        for client in (fresh, used):
            client.socket.unwrap()
        server.refuses()
        server.exits(within=1.5)


@test("S6: SIGTERM lets a download end that is under way")
def _(stage):
    with Server(stage, "--stop-time", 60) as server, Client(server) as client:
        client.ask("/big.bin")
        head = client.socket.recv(100)
        server.stop()
        server.refuses()
        data = [head]
        while part := client.socket.recv(65536):  # to close_notify: a cut would raise
            data.append(part)
        expect(b"".join(data).endswith(b"\r\n\r\n" + stage.big), "not the whole file")
        client.socket.unwrap()
        server.exits()


@test("S6: SIGTERM lets a request be completed, and answers it")
def _(stage):
    with Server(stage, "--stop-time", 60) as server, Client(server) as client:
        client.send(b"GET /digits.txt HTTP/1.1\r\nHost: localhost\r\n\r\nGET /dig")
        expect(client.answer()[2] == stage.digits, "not the first answer")
        server.stop()
        server.refuses()
        client.send(b"its.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _, fields, content = client.answer()
        expect(content == stage.digits and fields["connection"] == "close", fields)
        client.closed_properly()
        client.socket.unwrap()
        server.exits()


@test("S6: SIGTERM lets a handshake be completed, and closes the connection properly")
def _(stage):
    with Server(stage, "--stop-time", 60) as server, Plain(server) as peer:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = stage.context().wrap_bio(incoming, outgoing, server_hostname="localhost")

        def step(call):
            while True:
                try:
                    return call()
                except ssl.SSLWantReadError:
                    peer.send(outgoing.read())
                    part = peer.socket.recv(65536)
                    if not part:
                        incoming.write_eof()
                    incoming.write(part)

        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            peer.send(outgoing.read())
        incoming.write(peer.socket.recv(65536))  # the server's flight: it is in the middle
        server.stop()
        server.refuses()
        step(tls.do_handshake)
        try:
            expect(step(lambda: tls.read(1)) == b"", "something was said")
        except ssl.SSLZeroReturnError:
            pass  # close_notify
        server.exits()


@test("S6: what is under way has --stop-time and no more")
def _(stage):
    hello = client_hello(stage)
    with Server(stage, "--stop-time", 0.7) as server, Client(
        server, small_window=True
    ) as download, Plain(server) as handshake:
        download.ask("/big.bin")
        expect(download.socket.recv(100), "no answer")
        handshake.send(hello)
        expect(handshake.socket.recv(100), "no answer")
        server.stop()
        took = elapsed(lambda: server.exits(within=3))
        expect(took > 0.5, f"it did not wait: {took:.2f} s")


# ------------------------------------------------ HTTP


def curl(stage, server, *arguments, path="/digits.txt", code=0):
    """Standard output."""
    done = subprocess.run(
        [
            program("curl"),
            "-sS",
            "--tlsv1.2",
            "--tls-max",
            "1.2",
            "--cacert",
            stage.ca,
            *arguments,
            f"https://localhost:{server.port}{path}",
        ],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    expect(done.returncode == code, "curl's exit code", done.returncode, done.stderr.decode())
    return done.stdout


@test("curl: a file, its parts, the rest of a download, and what is beyond the end")
def _(stage):
    with Server(stage) as server:
        expect(curl(stage, server) == stage.digits, "not the file")
        expect(curl(stage, server, "-r", "10-14") == b"01234", "not the middle")
        expect(curl(stage, server, "-r", "-5") == b"56789", "not the end")
        head = curl(stage, server, "-D-", "-o", os.devnull, "-r", "95-").decode()
        expect(
            "HTTP/1.1 206 Partial Content" in head
            and "Content-Range: bytes 95-99/100" in head
            and "Content-Length: 5\r" in head,
            head,
        )
        head = curl(stage, server, "-D-", "-o", os.devnull, "-r", "100-").decode()
        expect("HTTP/1.1 416 " in head and "Content-Range: bytes */100" in head, head)
        partial = stage.path("partial")
        with open(partial, "wb") as out:
            out.write(stage.big[:5_000_001])
        curl(stage, server, "-C", "-", "-o", partial, path="/big.bin")
        with open(partial, "rb") as whole:
            expect(whole.read() == stage.big, "the continued download differs")


@test("curl: what has not changed is not sent again")
def _(stage):
    with Server(stage) as server:
        tag, content = stage.path("tag"), stage.path("content")
        curl(stage, server, "--etag-save", tag, "-o", content)
        for condition in (["--etag-compare", tag], ["-z", "Sun, 06 Nov 1994 08:49:37 GMT"]):
            out = curl(
                stage, server, *condition, "-o", os.devnull, "-w", "%{http_code} %{size_download}"
            )
            expect(out == b"304 0", condition, out)
        out = curl(
            stage,
            server,
            "-z",
            "Sun, 06 Nov 1994 08:49:36 GMT",
            "-o",
            os.devnull,
            "-w",
            "%{http_code} %{size_download}",
        )
        expect(out == b"200 100", out)


@test("curl: HEAD, and two requests over one connection")
def _(stage):
    with Server(stage) as server:
        head = curl(stage, server, "-I").decode()
        expect(
            "Content-Length: 100" in head
            and "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT" in head
            and "Accept-Ranges: bytes" in head,
            head,
        )
        url = f"https://localhost:{server.port}/"
        out = curl(
            stage,
            server,
            "-w",
            "%{num_connects} %{ssl_verify_result}\n",
            "-o",
            os.devnull,
            "-o",
            os.devnull,
            "-o",
            os.devnull,
            url,
            url,
        )
        expect(out == b"1 0\n0 0\n0 0\n", out)
        server.logged(r"TLS 1\.2 .* 3 requests, closed")
        expect(
            len(server.logged(r'"GET /(digits\.txt)? HTTP/1\.1" 200, \d+ bytes', 3)) == 3,
            server.lines(),
        )


@test(
    "a part that depends on If-Range is given for the same file alone, and several ranges are the "
    "whole"
)
def _(stage):
    with Server(stage) as server, Client(server) as client:
        tag = client.ask("/digits.txt", method="HEAD").answer(body=False)[1]["etag"]
        expect(
            client.ask("/digits.txt", "Range: bytes=0-4", "If-Range: " + tag).answer()[::2]
            == (206, b"01234"),
            "not the part",
        )
        expect(
            client.ask("/digits.txt", "Range: bytes=0-4", 'If-Range: "other"').answer()[::2]
            == (200, stage.digits),
            "not the whole",
        )
        expect(
            client.ask("/digits.txt", "Range: bytes=0-1,50-51").answer()[::2]
            == (200, stage.digits),
            "not the whole",
        )
        expect(
            client.ask("/digits.txt", "If-Match: \"a\"", "If-Match: " + tag).answer()[0] == 200,
            "two lines of a field are one list",
        )
        expect(client.ask("/digits.txt", "If-Match: \"a\"").answer()[0] == 412, "not 412")


@test(
    "a file of this moment has a weak validator, an empty one has no parts, and a pipe is refused"
)
def _(stage):
    with open(stage.path("www/fresh.txt"), "wb"), Server(stage) as server, Client(server) as client:
        future = time.time() + 3600
        os.utime(stage.path("www/fresh.txt"), (future, future))
        _, fields, content = client.ask("/fresh.txt").answer()
        expect(fields["etag"].startswith('W/"') and content == b"", fields)
        expect(client.ask("/fresh.txt", "Range: bytes=0-").answer()[0] == 416, "not 416")
        os.mkfifo(stage.path("www/pipe"))
        expect(client.ask("/pipe").answer()[0] == 404, "not 404")


@test(
    "the pages about the connection tell what the client's own library says of it, and run nothing"
)
def _(stage):
    for www, place in ((False, "/"), (True, "/.tls12/")):
        with Server(stage, www=www) as server, Client(server) as client:
            name, version, _ = client.socket.cipher()
            expect(version == "TLSv1.2", version)
            _, fields, content = client.ask(place).answer()
            page = content.decode()
            for part in name.split("-"):
                expect(
                    re.search("TLS_[A-Z0-9_]*" + part.replace("AES256", "AES_256"), page),
                    part,
                    "is not in the page",
                )
            expect(
                "localhost" in page
                and "x25519" in page
                and "<script" not in page
                and "script-src" not in fields["content-security-policy"],
                page,
            )
            expect("default-src 'none'" in fields["content-security-policy"], fields)
            for link in re.findall(r"href='\./([^']*)'", page):
                expect(client.ask(place + link).answer()[0] == 200, link, "leads nowhere")
            content = client.ask(place + "request", "X-Mark: <b>&").answer()[2].decode()
            expect("X-Mark: &lt;b&gt;&amp;" in content, content)
            expect(client.ask(place + "nothing").answer()[0] == 404, "not 404")


@test("--quiet logs nothing")
def _(stage):
    with Server(stage, "--quiet") as server:
        fetch(server)
        with Plain(server):
            pass
        server.stop()
        server.exits()
        expect(server.lines() == [], server.lines())


@test("wrk: a crowd of persistent connections is served without a fault")
def _(stage):
    with Server(stage) as server:
        done = subprocess.run(
            [program("wrk"), "-t2", "-c64", "-d1s", f"https://127.0.0.1:{server.port}/digits.txt"],
            capture_output=True,
            text=True,
            check=False,
        )
        requests = re.search(r"(\d+) requests in", done.stdout)
        expect(done.returncode == 0 and requests and int(requests[1]) > 500, done)
        expect("Socket errors" not in done.stdout and "Non-2xx" not in done.stdout, done.stdout)
        print("wrk:", re.search(r"Requests/sec: +(\S+)", done.stdout)[1], "requests a second")
        expect(fetch(server) == stage.digits, "not the file")


if __name__ == "__main__":
    sys.exit(play(TESTS, Stage(os.path.abspath(sys.argv[1])), 4))
