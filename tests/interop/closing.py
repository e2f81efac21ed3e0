"""How connections end, and what they carried until then: closure from either end, a half close, a cut, and 10 MB both ways at once."""
import functools

import ours
from matrix import Case
from peers import CLIENTS, GNUTLS_CLIENT, GNUTLS_SERVER, OPENSSL_CLIENT, OPENSSL_SERVER, SERVERS, body
from setting import Setting
from stage import expect

# Digits and line ends: commands of the peers' own start with letters.
LARGE = b"".join(b"%015d\n" % (i * 2654435761 % 10**15) for i in range(10 * 1024 * 1024 // 16))
PAGE = LARGE[: 2 * 1024 * 1024]


def server_with(stage, peer, mode="talk", **more):
    identity = stage.pki.theirs["p256"]
    return peer.start(stage, Setting(identities=(identity,)), mode, **more), Setting(trust=identity.ca)


def our_server(stage, *mode):
    identity = stage.pki.ours["p256"]
    return ours.serve(stage, Setting(identities=(identity,)), *mode), Setting(trust=identity.ca)


# ---------------------------------------------------------------------------------------------- our client


def client_closes(stage, peer):
    server, mine = server_with(stage, peer)
    client = ours.connect(stage, server.port, mine).feed(b"12345\n")
    client.out.until(peer.answer("12345"))
    client.end_input().exits(0)  # which it does behind the peer's close_notify alone
    peer.saw_alert(server, "close_notify")


def server_closes_first(stage, peer):
    """The server's close_notify ends our client, whose input is still open, and is answered."""
    mode = {"mode": "files", "file": stage.write("page", b"a page\n")} if peer is GNUTLS_SERVER else {"mode": "talk"}
    server, mine = server_with(stage, peer, **mode)
    client = ours.connect(stage, server.port, mine)
    client.feed(b"GET /page HTTP/1.0\r\n\r\n" if peer is GNUTLS_SERVER else b"CLOSE\n")
    client.exits(0)
    if peer is GNUTLS_SERVER:
        client.out.until("a page")
    else:
        peer.saw_alert(server, "close_notify")


def server_is_killed(stage, peer):
    """A cut is no end: what came is delivered, and the exit code says that more may be missing."""
    server, mine = server_with(stage, peer)
    client = ours.connect(stage, server.port, mine).feed(b"12345\n")
    client.out.until(peer.answer("12345") + "\n")
    server.kill()
    told = ours.report(client)
    client.exits(1)
    expect(told["error"]["category"] == "transport" and told["error"]["rule"] in ("truncated", "connection_reset"), "another reason:", told)
    expect(told["received"] == 6, "not everything was delivered:", told)


def half_close(stage, peer):
    """Our input ends, and with it our direction; the answer is on its way, and comes whole."""
    stage.write("page.txt", PAGE)
    server, mine = server_with(stage, peer, "files")
    client = ours.connect(stage, server.port, mine).end_input(b"GET /page.txt HTTP/1.0\r\n\r\n").exits(0)
    expect(body(client) == PAGE, "not what the server has:", len(body(client)))


def both_ways_with_server(stage, peer):
    server, mine = server_with(stage, peer, "raw")
    client = ours.connect(stage, server.port, mine).feed(LARGE)
    server.feed(LARGE)
    client.out.until_size(len(LARGE))
    server.out.until(LARGE[-32:].decode())
    client.end_input().exits(0)
    server.wait()
    expect(client.out.bytes() == LARGE, "our client got something else:", len(client.out.bytes()))
    expect(LARGE in server.out.bytes(), "the server got something else:", len(server.out.bytes()))


# ---------------------------------------------------------------------------------------------- our server


def peer_closes(stage, peer):
    server, theirs = our_server(stage, "--echo")
    client = peer.start(stage, server.port, theirs).feed(b"12345\n")
    client.out.until("12345\n")
    client.end_input().exits(0)
    server.err.until(r"6 bytes in, 6 out, echoed, closed by both")
    if peer is GNUTLS_CLIENT:  # s_client reads no more once it has closed
        peer.saw_alert(client, "close_notify")


def our_server_closes_first(stage, peer):
    server, theirs = our_server(stage)
    client = peer.fetch(stage, server.port, "/", theirs).exits(0)
    peer.saw_alert(client, "close_notify")
    server.err.until(r"1 request, closed")


def peer_is_killed(stage, peer):
    """Our server notes the cut, and serves the next."""
    server, theirs = our_server(stage, "--echo")
    client = peer.start(stage, server.port, theirs).feed(b"12345\n")
    client.out.until("12345\n")
    client.kill()
    server.err.until(r"without the peer's close_notify|reset")
    next_one = ours.connect(stage, server.port, theirs).feed(b"next\n")
    next_one.out.until("next\n")
    next_one.end_input().exits(0)


def peer_half_closes(stage, peer):
    """The peer's direction is closed before our server has answered."""
    stage.write("page.txt", PAGE)
    server, theirs = our_server(stage, "--www", ".")
    client = peer.start(stage, server.port, theirs).end_input(b"GET /page.txt HTTP/1.0\r\n\r\n").exits(0)
    expect(body(client) == PAGE, "not what our server has:", len(body(client)))


def fetched(stage, peer):
    stage.write("page.txt", PAGE)
    server, theirs = our_server(stage, "--www", ".")
    client = peer.fetch(stage, server.port, "/page.txt", theirs).exits(0)
    expect(body(client) == PAGE, "not what our server has:", len(body(client)))


def both_ways_with_client(stage, peer):
    server, theirs = our_server(stage, "--echo")
    client = peer.start(stage, server.port, theirs).feed(LARGE)
    client.out.until_size(len(LARGE))
    client.end_input().exits(0)
    expect(client.out.bytes() == LARGE, "not what was sent")
    server.err.until(rf"{len(LARGE)} bytes in, {len(LARGE)} out, echoed, closed by both")


def cases():
    def row(feature, plays):
        return [Case(feature, peer, functools.partial(play, peer=peer)) for play, peers in plays for peer in peers]

    with_input = [OPENSSL_CLIENT, GNUTLS_CLIENT]
    yield from row("client closes, server answers", [(client_closes, SERVERS), (peer_closes, with_input)])
    yield from row("server closes, client answers", [(server_closes_first, SERVERS), (our_server_closes_first, CLIENTS)])
    # gnutls-serv closes its socket with our close_notify unread in it, which resets the connection under its own answer.
    yield from row("half close: the answer still comes", [(half_close, [OPENSSL_SERVER]), (peer_half_closes, [GNUTLS_CLIENT])])
    yield from row("peer killed: a cut, no end", [(server_is_killed, SERVERS), (peer_is_killed, with_input)])
    yield from row("2 MB fetched", [(fetched, CLIENTS)])
    yield from row("10 MB each way at once", [(both_ways_with_server, [OPENSSL_SERVER]), (both_ways_with_client, with_input)])
