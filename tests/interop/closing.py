"""How connections end, and what they carried until then: closure from either end, a half close,
and cuts."""
import functools
import json

import exchange
import ours
import refusals
from matrix import Row, Trial, rows
from relay import Cut, Relay
from setting import Setting
from stacks.base import COMMAND, Client, Proxy, Server, body, request
from stacks.botan import BotanClient
from stacks.fetchers import Curl, Wget
from stacks.gnutls import GnutlsClient, GnutlsServer
from stacks.nss import NssClient
from stacks.openssl import OpensslClient, OpensslServer
from stacks.programs import ProgramClient, ProgramServer
from stage import LONG_PATIENCE, expect
from wire import ALERT, APPLICATION_DATA

# Digits and line ends: commands of the peers' own start with letters.
LARGE = b"".join(b"%015d\n" % (i * 2654435761 % 10**15) for i in range(10 * 1024 * 1024 // 16))
PAGE = LARGE[: 2 * 1024 * 1024]


def server_with(stage, peer, mode="talk", **more):
    identity = stage.pki.theirs["p256"]
    return peer.serve(stage, Setting(identities=(identity,)), mode, once=True, **more), Setting(
        trust=identity.ca
    )


def talked(peer):
    """What it makes of "12345"."""
    return "54321" if isinstance(peer, OpensslServer) else "12345"


def our_server(stage, *mode):
    identity = stage.pki.ours["p256"]
    return ours.serve(stage, Setting(identities=(identity,)), *mode), Setting(trust=identity.ca)


def closed_by(wire, *ends):
    """The last record of each of these is an alert behind its Finished, which has been
    close_notify if it was content."""
    for end in ends:
        expect(wire[end + "_records"][-1] == ALERT, f"the {end} did not say close_notify:", wire)


# --------------------------------------------------------------------------------------- our client


def client_closes_first(stage, peer):
    """Who is asked for more than one thing leaves it to our client to end that."""
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    outcome = exchange.to_server(
        stage, peer, server, Setting(trust=identity.ca), question=peer.lasting
    )
    closed_by(outcome.wire, "client", "server")
    expect(
        outcome.theirs.get("eof") in (None, "unknown", "close_notify"),
        "the peer saw another end:",
        outcome.theirs,
    )


def server_closes_behind_its_answer(stage, peer):
    """Our client's input stays open, and it ends all the same."""
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    relay = stage.keep(Relay(server.port))
    client = ours.connect(stage, relay.port, Setting(trust=identity.ca)).feed(peer.question)
    client.exits(0).out.until(peer.answer)
    closed_by(relay.last().until_end().facts(), "client", "server")


def client_closes(stage, peer):
    server, mine = server_with(stage, peer)
    client = ours.connect(stage, server.port, mine).feed(b"12345\n")
    client.out.until(talked(peer))
    client.end_input().exits(0)  # which it does behind the peer's close_notify alone
    peer.saw_alert(server, "close_notify")


def server_closes_first(stage, peer):
    """The server's close_notify ends our client, whose input is still open, and is answered."""
    mode = (
        {"mode": "files", "file": stage.write("page", b"a page\n")}
        if isinstance(peer, GnutlsServer)
        else {"mode": "talk"}
    )
    server, mine = server_with(stage, peer, **mode)
    client = ours.connect(stage, server.port, mine)
    client.feed(b"GET /page HTTP/1.0\r\n\r\n" if isinstance(peer, GnutlsServer) else b"CLOSE\n")
    client.exits(0)
    if isinstance(peer, GnutlsServer):
        client.out.until("a page")
    else:
        peer.saw_alert(server, "close_notify")


def server_is_killed(stage, peer):
    """A cut is no end: what came is delivered, and the exit code says that more may be missing."""
    server, mine = server_with(stage, peer)
    client = ours.connect(stage, server.port, mine).feed(b"12345\n")
    client.out.until(talked(peer) + "\n")
    server.kill()
    told = ours.report(client)
    client.exits(1)
    expect(
        told["error"]["category"] == "transport"
        and told["error"]["rule"] in ("truncated", "connection_reset"),
        "another reason:",
        told,
    )
    expect(told["received"] == 6, "not everything was delivered:", told)


def answered_behind_half_close(stage, peer):
    """As half_close; the peer's program looks for our close_notify before it answers."""
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)), *peer.half_closing)
    relay = stage.keep(Relay(server.port))
    client = (
        ours.connect(stage, relay.port, Setting(trust=identity.ca))
        .end_input(peer.question)
        .exits(0)
    )
    client.out.until(peer.answer)
    closed_by(relay.last().until_end().facts(), "client", "server")


def answered_after_the_input(stage, peer):
    """Our input ends with the question, and our direction stays open until the server's
    close_notify: many servers drop their answer otherwise."""
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    relay = stage.keep(Relay(server.port))
    client = ours.connect(
        stage, relay.port, Setting(trust=identity.ca), half_close=False
    ).end_input(peer.question)
    client.out.until(peer.answer)
    if isinstance(peer, ProgramServer):  # it waits for our close_notify
        server.kill()
        client.exits(1)
        kinds = relay.last().until_end().facts()["client_records"]
        expect(kinds[-1] == APPLICATION_DATA, "our client closed its direction:", kinds)
    else:
        client.exits(0)
        closed_by(relay.last().until_end().facts(), "client", "server")


def server_is_killed_later(stage, peer):
    """As server_is_killed, of whoever goes on behind an answer."""
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    client = ours.connect(stage, server.port, Setting(trust=identity.ca)).feed(peer.lasting)
    peer.reply(server)
    client.out.until(peer.answer)
    server.kill()
    told = ours.report(client)
    client.exits(1)
    expect(
        told["error"]["category"] == "transport"
        and told["error"]["rule"] in ("truncated", "connection_reset"),
        "another reason:",
        told,
    )
    expect(told["received"] == len(client.out.bytes()), "not everything was delivered:", told)


def half_close(stage, peer):
    """Our input ends, and with it our direction; the answer is on its way, and comes whole."""
    stage.write("page.txt", PAGE)
    server, mine = server_with(stage, peer, "files")
    client = (
        ours.connect(stage, server.port, mine).end_input(b"GET /page.txt HTTP/1.0\r\n\r\n").exits(0)
    )
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


# --------------------------------------------------------------------------------------- our server


def client_that_closes(stage, peer, *more):
    """A program of the peer's says a line, and closes: behind the answer, or before it."""
    identity = stage.pki.ours["p256"]
    server = ours.serve(stage, Setting(identities=(identity,)), "--echo", "--json")
    relay = stage.keep(Relay(server.port))
    seen = peer.finish(peer.connect(stage, relay.port, Setting(trust=identity.ca), *more))
    expect(
        seen["eof"] in ("unread", "unknown", "close_notify") and seen["received"] == seen["sent"],
        "the peer saw another end:",
        seen,
    )
    told = ours.last_connection(server)
    expect(told["ok"] and told["received"] == told["sent"], "our server saw another end:", told)
    closed_by(relay.last().until_end().facts(), "client", "server")


def client_that_half_closes(stage, peer):
    client_that_closes(stage, peer, "--half-close")


def client_that_is_asked_to_close(stage, peer):
    """Our server closes behind its page."""
    identity = stage.pki.ours["p256"]
    server = ours.serve(stage, Setting(identities=(identity,)), "--json")
    relay = stage.keep(Relay(server.port))
    peer.finish(peer.connect(stage, relay.port, Setting(trust=identity.ca, shown=(identity.leaf,))))
    closed_by(relay.conversations()[0].until_end().facts(), "server", "client")
    expect(
        "1 request, closed" in ours.last_connection(server)["story"], "our server saw another end"
    )


def client_that_truncates(stage, peer):
    identity = stage.pki.ours["p256"]
    server = ours.serve(stage, Setting(identities=(identity,)), "--echo", "--json")
    peer.finish(peer.connect(stage, server.port, Setting(trust=identity.ca), "--truncate"))
    is_cut(server)


def is_cut(server):
    """What our server says of a connection whose wire was cut."""
    told = json.loads(server.err.until(r"\{.*\}\n")[0])
    cut = (
        told["error"]["category"] == "transport"
        if "error" in told
        else "without the peer's close_notify" in told["story"]
    )
    expect(not told["ok"] and cut, "our server knows of no cut:", told)
    server.err.forget()


def peer_closes(stage, peer):
    server, theirs = our_server(stage, "--echo")
    client = peer.start(stage, server.port, theirs).feed(b"12345\n")
    client.out.until("12345\n")
    client.end_input().exits(0)
    server.err.until(r"6 bytes in, 6 out, echoed, closed by both")
    if isinstance(peer, GnutlsClient):  # s_client reads no more once it has closed
        peer.saw_alert(client, "close_notify")


def our_server_closes_first(stage, peer):
    server, theirs = our_server(stage)
    client = fetch(peer, stage, server.port, "/", theirs).exits(0)
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
    client = (
        peer.start(stage, server.port, theirs).end_input(b"GET /page.txt HTTP/1.0\r\n\r\n").exits(0)
    )
    expect(body(client) == PAGE, "not what our server has:", len(body(client)))


def fetched(stage, peer):
    stage.write("page.txt", PAGE)
    server, theirs = our_server(stage, "--www", ".")
    client = fetch(peer, stage, server.port, "/page.txt", theirs).exits(0)
    expect(body(client) == PAGE, "not what our server has:", len(body(client)))


def page_of(stage, peer):
    """As fetched; whoever does not show the page itself, but what it made of it, shows all of
    it."""
    stage.write("page.txt", PAGE)
    server, theirs = our_server(stage, "--www", ".")
    process = peer.connect(stage, server.port, theirs.but(page="/page.txt"))
    content = process.answers[-1][1] if isinstance(peer, Proxy) else process.exits(0).out.bytes()
    expect(PAGE in content, "not what our server has:", len(content))


def both_ways_with_client(stage, peer):
    # gnutls-cli writes each byte that it gets with a call of the system of its own: 10 MB take it 7
    # s of CPU. It reads no input meanwhile, so a server may hear nothing for as long.
    times = "--idle-time", LONG_PATIENCE, "--write-time", LONG_PATIENCE
    server, theirs = our_server(stage, "--echo", *times)
    client = peer.start(stage, server.port, theirs).feed(LARGE)
    client.out.until_size(len(LARGE))
    client.end_input().exits(0)
    expect(client.out.bytes() == LARGE, "not what was sent")
    server.err.until(rf"{len(LARGE)} bytes in, {len(LARGE)} out, echoed, closed by both")


def fetch(peer, stage, port, path, setting):
    return (
        peer.start(stage, port, setting, "-ign_eof").end_input(request(path))
        if isinstance(peer, OpensslClient)
        else peer.start(stage, port, setting).feed(request(path))
    )


# ---------------------------------------------------------------------------- a cut at every record


def places(records):
    """In front of each record, and in its middle; to be cut in front of the first is to have no
    connection."""
    return [
        (number, inside)
        for number in range(records)
        for inside in (False, True)
        if (number, inside) != (0, False)
    ]


def cut_from_server(stage, peer):
    """Wherever what the server says is cut, our client has an error, and never takes it for the
    end."""
    identity = stage.pki.theirs["p256"]
    server, mine = peer.serve(stage, Setting(identities=(identity,))), Setting(trust=identity.ca)
    question = peer.question if peer.why_not("lasting", "answers-close") else peer.lasting
    kinds = exchange.to_server(stage, peer, server, mine, question=question).wire["server_records"]
    answer = kinds.index(APPLICATION_DATA)
    for number, inside in places(len(kinds)):
        peer.expecting(server)
        relay = stage.keep(Relay(server.port, Cut(False, number, inside)))
        client = ours.connect(stage, relay.port, mine).feed(question)
        if number >= answer:
            peer.reply(server)
        if number > answer:
            client.out.until(peer.answer)
            client.end_input()
        told = ours.report(client)
        client.exits(1)
        expect(
            told["error"]["category"] == "transport",
            f"cut at record {number} of {kinds}{', inside' * inside}:",
            told,
        )


def cut_from_client(stage, peer):
    """Wherever what the client says is cut, our server has an error, and serves the next."""
    identity = stage.pki.ours["p256"]
    server = ours.serve(
        stage, Setting(identities=(identity,)), "--json", *([] if peer.talks_http else ["--echo"])
    )
    theirs = Setting(trust=identity.ca)
    kinds = exchange.from_client(stage, peer, server, theirs).wire["client_records"]
    # Behind its answer to a request, our server closes, and waits for nothing more.
    said = kinds.index(APPLICATION_DATA) + 1 if peer.talks_http else len(kinds)
    for number, inside in places(said):
        server.err.forget()
        relay = stage.keep(Relay(server.port, Cut(True, number, inside)))
        process = peer.connect(stage, relay.port, theirs)
        is_cut(server)
        process.clear()
    refusals.still_serves(stage, server)


def cut(peer):
    if peer.connects_ahead:
        return COMMAND
    return [
        Trial(
            "",
            functools.partial(
                cut_from_server if peer.role == "server" else cut_from_client, peer=peer
            ),
        )
    ]


WITH_INPUT = (OpensslClient, GnutlsClient)
SERVERS = (OpensslServer, GnutlsServer)
FETCHERS = (*WITH_INPUT,)

ROWS = [
    rows(
        "client closes, server answers",
        (client_closes, SERVERS),
        (peer_closes, WITH_INPUT),
        (client_closes_first, (Server,), "lasting", "answers-close"),
        (client_that_closes, (ProgramClient,)),
    ),
    rows(
        "server closes, client answers",
        (server_closes_first, SERVERS),
        (our_server_closes_first, FETCHERS),
        (server_closes_behind_its_answer, (Server,), "closes-first"),
        (client_that_is_asked_to_close, (Client,), "answers-close"),
    ),
    # gnutls-serv closes its socket with our close_notify unread in it, which resets the connection
    # under its own answer.
    rows(
        "half close: the answer still comes",
        (half_close, (OpensslServer,)),
        (peer_half_closes, (GnutlsClient,)),
        (answered_behind_half_close, (Server,), "half-close"),
        (client_that_half_closes, (ProgramClient,), "half-close"),
    ),
    rows(
        "our input ends: the answer still comes",
        (answered_after_the_input, (ProgramServer,)),
        (answered_after_the_input, (Server,), "closes-first"),
    ),
    rows(
        "peer killed: a cut, no end",
        (server_is_killed, SERVERS),
        (peer_is_killed, WITH_INPUT),
        (server_is_killed_later, (Server,), "lasting"),
        (client_that_truncates, (ProgramClient,), "truncate"),
    ),
    Row("cut in front of and in every record: an error", cut),
    rows(
        "2 MB fetched", (fetched, FETCHERS), (page_of, (NssClient, BotanClient, Proxy, Curl, Wget))
    ),
]
