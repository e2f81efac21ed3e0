"""`tls12 serve` on SIGHUP and SIGTERM: what goes on, what ends, and when.
usage: serve_stop.py TLS12"""
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys

from serve import elapsed
from served import PATIENCE, Client, Plain, Server, Stage, client_hello, collected, expect, play

TESTS, test = collected()


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


if __name__ == "__main__":
    sys.exit(play(TESTS, Stage(os.path.abspath(sys.argv[1])), 4))
