"""Wishes for another handshake on a connection that has one: declined by a warning, RFC 5246
§7.2.2.

What follows is the peer's choice: OpenSSL's end answers no_renegotiation with a fatal
handshake_failure, gnutls-serv hangs up, and gnutls-cli asks again until it is called a flood.
Our end goes on in each case, as it reads what comes then."""
import exchange
import ours
import refusals
from matrix import rows
from relay import Relay
from setting import Setting
from stacks.gnutls import GnutlsClient, GnutlsServer
from stacks.openssl import OpensslClient, OpensslServer
from stacks.nss import NssServer
from stacks.programs import ProgramClient, ProgramServer
from stacks.proxies import ApacheServer
from stage import expect
from wire import ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE


# Shows RFC 5746 5-2
def asked_by_s_server(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)), "raw", once=True)
    client = ours.connect(stage, server.port, Setting(trust=identity.ca)).feed(b"12345\n")
    server.out.until("12345\n")
    server.feed(b"R\n")
    expect(
        ours.report(client)["error"]["alert"] == "handshake_failure",
        "another end:",
        client.err.text()[-500:],
    )
    client.exits(1)
    expect(
        ">>> TLS 1.2, Handshake [length 0004], HelloRequest" in peer.messages(server),
        "the server sent no HelloRequest",
    )
    peer.saw_alert(server, "no_renegotiation")


def asked_by_gnutls_serv(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    client = ours.connect(stage, server.port, Setting(trust=identity.ca)).feed(b"12345\n")
    client.out.until("12345\n")
    client.feed(b"**REHANDSHAKE**\n")
    peer.saw_alert(server, "no_renegotiation")
    expect(
        ours.report(client)["error"]["rule"] in ("truncated", "connection_reset"),
        "another end:",
        client.err.text(),
    )


# Shows RFC 5746 4.4-1, 5-1, 5-2
def asked_by_client(stage, peer, wish, ending, options=()):
    identity = stage.pki.ours["p256"]
    server = ours.serve(stage, Setting(identities=(identity,)), "--echo")
    client = peer.start(stage, server.port, Setting(trust=identity.ca), *options).feed(b"12345\n")
    client.out.until("12345\n")
    client.feed(wish)
    client.exits(1)
    peer.saw_alert(client, "no_renegotiation")
    server.err.until(ending)
    # Others are served as before.
    other = ours.connect(stage, server.port, Setting(trust=identity.ca)).feed(b"other\n")
    other.out.until("other\n")
    other.end_input().exits(0)


def asked_by_s_client(stage, peer):
    asked_by_client(stage, peer, b"R\n", "received alert handshake_failure", [])


def asked_by_gnutls_cli(stage, peer):
    asked_by_client(
        stage, peer, b"^renegotiate^\n", "sent alert unexpected_message", ["--inline-commands"]
    )


def behind_finished(records):
    """The types of an end's records from there on."""
    return records[records.index(CHANGE_CIPHER_SPEC) + 2 :]


def asked_by_server_program(stage, peer):
    """It asks before it answers. Our client's next record is an alert, a warning: who does not
    break off then answers as if nothing had been."""
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)), "--renegotiate")
    relay = stage.keep(Relay(server.port))
    client = ours.connect(stage, relay.port, Setting(trust=identity.ca)).feed(peer.question)
    if peer.goes_on_when_declined:
        client.out.until(peer.answer)
        client.end_input()
    told = ours.report(client)
    wire = relay.last().until_end().facts()
    expect(
        behind_finished(wire["server_records"])[0] == HANDSHAKE,
        "the server sent no HelloRequest:",
        wire,
    )
    expect(
        behind_finished(wire["client_records"])[:2] == [APPLICATION_DATA, ALERT],
        "our client did not decline:",
        wire,
    )
    expect(
        told["renegotiations"] == 0 and told["ok"] == peer.goes_on_when_declined,
        "another end:",
        told,
    )
    expect(
        told["ok"] or told["error"]["category"] in ("peer_alert", "transport"), "another end:", told
    )


def asked_too_late(stage, peer):
    """By a server that wants a certificate for what it is asked for; our client has one, and
    does not show it."""
    identity, mine = stage.pki.theirs["p256"], stage.pki.theirs["rsa"]
    server = peer.serve(
        stage, Setting(identities=(identity,), client_auth="late", trust=identity.ca)
    )
    relay = stage.keep(Relay(server.port))
    client = ours.connect(stage, relay.port, Setting(trust=identity.ca, identities=(mine,))).feed(
        peer.question
    )
    told = ours.report(client)
    wire = relay.last().until_end().facts()
    expect(
        behind_finished(wire["client_records"])[:2] == [APPLICATION_DATA, ALERT],
        "our client did not decline:",
        wire,
    )
    expect(
        told["renegotiations"] == 0 and b" 200 " not in client.out.bytes(),
        "it was answered all the same:",
        told,
        client.out.text(),
    )


def asked_by_client_program(stage, peer):
    """It asks before it says anything, and breaks off when our server's alert, a warning, is all
    that comes of it."""
    identity = stage.pki.ours["p256"]
    server = ours.serve(stage, Setting(identities=(identity,)), "--echo", "--json")
    relay = stage.keep(Relay(server.port))
    code = peer.connect(stage, relay.port, Setting(trust=identity.ca), "--renegotiate").wait()
    wire = relay.last().until_end().facts()
    expect(
        code != 0 and behind_finished(wire["client_records"])[0] == HANDSHAKE,
        "the client asked for nothing:",
        wire,
    )
    expect(behind_finished(wire["server_records"])[0] == ALERT, "our server did not decline:", wire)
    refusals.still_serves(stage, server)


# ------------------------------------------------------------------------------------ by permission


def followed(outcome):
    expect(outcome.ours["renegotiations"] == 1, "there was no second handshake:", outcome.ours)


def of_program(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)), "--renegotiate")
    followed(
        exchange.to_server(stage, peer, server, Setting(trust=identity.ca), "--renegotiate", "once")
    )


def of_late_question(stage, peer):
    """A server that asks for a certificate when it knows what is asked of it."""
    identity, mine = stage.pki.theirs["p256"], stage.pki.theirs["rsa"]
    server = peer.serve(
        stage, Setting(identities=(identity,), client_auth="late", trust=identity.ca)
    )
    outcome = exchange.to_server(
        stage, peer, server, Setting(trust=identity.ca, identities=(mine,)), "--renegotiate", "once"
    )
    followed(outcome)
    expect(
        outcome.ours["client_certificate_requested"] and outcome.ours["client_signature_scheme"],
        "our client was not asked:",
        outcome.ours,
    )


def of_s_server(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)), "raw", once=True)
    client = ours.connect(
        stage, server.port, Setting(trust=identity.ca), "--renegotiate", "once"
    ).feed(b"12345\n")
    server.out.until("12345\n")
    server.feed(b"r\n")
    server.out.until("SSL_do_handshake -> 1")
    server.feed(b"6789\n")
    client.out.until("6789\n")
    client.feed(b"abcde\n")
    server.out.until("abcde\n")
    client.end_input().wait()
    expect(
        ours.report(client)["renegotiations"] == 1,
        "there was no second handshake:",
        client.err.text(),
    )


def of_gnutls_serv(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    client = ours.connect(
        stage, server.port, Setting(trust=identity.ca), "--renegotiate", "freely"
    ).feed(b"12345\n")
    client.out.until("12345\n")
    client.feed(b"**REHANDSHAKE**\n")
    server.err.until(r"(?s)(Selected cipher suite.*){2}")
    client.feed(b"6789\n")
    client.out.until("6789\n")
    client.end_input().exits(0)
    expect(
        ours.report(client)["renegotiations"] == 1,
        "there was no second handshake:",
        client.err.text(),
    )


ROWS = [
    rows(
        "renegotiation declined",
        (asked_by_s_server, (OpensslServer,)),
        (asked_by_gnutls_serv, (GnutlsServer,)),
        (asked_by_s_client, (OpensslClient,)),
        (asked_by_gnutls_cli, (GnutlsClient,)),
        (asked_by_server_program, (ProgramServer,), "renegotiate"),
        (asked_too_late, (NssServer, ApacheServer)),
        (asked_by_client_program, (ProgramClient,), "renegotiate"),
    ),
    rows(
        "renegotiation by permission",
        (of_s_server, (OpensslServer,)),
        (of_gnutls_serv, (GnutlsServer,)),
        (of_program, (ProgramServer,), "renegotiate"),
        (of_late_question, (NssServer, ApacheServer)),
    ),
]
