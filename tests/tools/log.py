"""What the log of `tls12 serve` says of connections that end early, or that are not TLS. usage:
log.py TLS12"""
import json
import os
import socket
import sys

from served import Client, Plain, Server, Stage, collected, expect, play

TESTS, test = collected()


def story_of(server, client):
    """The line about the connection, without its address and what was negotiated."""
    return server.of(client)[-1].split(" out, ")[1]


@test("a browser that leaves an idle connection without close_notify is not called a truncation")
def _(stage):
    with Server(stage) as server:
        with Client(server) as client:
            expect(client.ask("/digits.txt").answer()[0] == 200)
            client.socket.shutdown(socket.SHUT_WR)  # the FIN alone
            story = story_of(server, client)
        expect(story == "1 request, left by the peer while idle, without its close_notify", story)
    with Server(stage, "--json") as server:
        with Client(server) as client:
            expect(client.ask("/digits.txt").answer()[0] == 200)
            client.socket.shutdown(socket.SHUT_WR)
            told = json.loads(server.logged(r"^\{")[0])
        expect(
            told["ok"]
            and told["story"].endswith("left by the peer while idle, without its close_notify"),
            told,
        )


@test("a connection that is cut inside a request, or before the first one, is called cut")
def _(stage):
    with Server(stage) as server:
        for said in (b"", b"GET /digits.txt HTT"):
            with Client(server) as client:
                client.send(said)
                client.socket.shutdown(socket.SHUT_WR)
                story = story_of(server, client)
            expect("without the peer's close_notify" in story and "truncated" in story, said, story)
        with Client(server) as client:
            expect(client.ask("/digits.txt").answer()[0] == 200)
            client.send(b"GET /dig")
            client.socket.shutdown(socket.SHUT_WR)
            story = story_of(server, client)
        expect("without the peer's close_notify" in story and "truncated" in story, story)


@test(
    "a client that speaks another protocol is named in the log; plain HTTP of any method gets an "
    "answer"
)
def _(stage):
    with Server(stage) as server:
        for said, told in (
            (b"SSH-2.0-OpenSSH_9.2p1\r\n", "it speaks SSH"),
            (b"EHLO client.example.org\r\n", "it speaks SMTP"),
            (
                b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 443\r\n",
                "it sends a PROXY protocol header, version 1",
            ),
            (
                b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c",
                "it sends a PROXY protocol header, version 2",
            ),
            (b"USER anonymous\r\n", "it speaks FTP or POP3"),
        ):
            with Plain(server) as client:
                client.send(said)
                expect(b"HTTP" not in client.rest(), said, "is answered in HTTP")
                line = server.of(client)[-1]
            expect("the peer does not speak TLS: " + told in line, said, line)
        for method in (
            "GET",
            "OPTIONS",
            "CONNECT",
            "PROPFIND",
            "VERSION-CONTROL",
            "UPDATEREDIRECTREF",
        ):
            with Plain(server) as client:
                client.send(f"{method} / HTTP/1.1\r\n\r\n".encode())
                expect(client.rest().startswith(b"HTTP/1.0 400 "), method)
                line = server.of(client)[-1]
            expect("the peer speaks plain HTTP" in line, method, line)


if __name__ == "__main__":
    sys.exit(play(TESTS, Stage(os.path.abspath(sys.argv[1])), 4))
