"""Wishes for another handshake on a connection that has one: declined by a warning, RFC 5246 §7.2.2.

What follows is the peer's choice: OpenSSL's end answers no_renegotiation with a fatal handshake_failure, gnutls-serv hangs up, and gnutls-cli asks again
until it is called a flood. Our end goes on in each case, as it reads what comes then."""
import exchange
import ours
from matrix import rows
from setting import Setting
from stacks.gnutls import GnutlsClient, GnutlsServer
from stacks.openssl import OpensslClient, OpensslServer
from stacks.programs import ProgramServer
from stage import expect


# Shows RFC 5746 5-2
def asked_by_s_server(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)), "raw", once=True)
    client = ours.connect(stage, server.port, Setting(trust=identity.ca)).feed(b"12345\n")
    server.out.until("12345\n")
    server.feed(b"R\n")
    expect(ours.report(client)["error"]["alert"] == "handshake_failure", "another end:", client.err.text()[-500:])
    client.exits(1)
    expect(">>> TLS 1.2, Handshake [length 0004], HelloRequest" in peer.messages(server), "the server sent no HelloRequest")
    peer.saw_alert(server, "no_renegotiation")


def asked_by_gnutls_serv(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    client = ours.connect(stage, server.port, Setting(trust=identity.ca)).feed(b"12345\n")
    client.out.until("12345\n")
    client.feed(b"**REHANDSHAKE**\n")
    peer.saw_alert(server, "no_renegotiation")
    expect(ours.report(client)["error"]["rule"] in ("truncated", "connection_reset"), "another end:", client.err.text())


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
    asked_by_client(stage, peer, b"^renegotiate^\n", "sent alert unexpected_message", ["--inline-commands"])


# ---------------------------------------------------------------------------------------------- by permission


def followed(outcome):
    expect(outcome.ours["renegotiations"] == 1, "there was no second handshake:", outcome.ours)


def of_program(peer):
    def play(stage):
        identity = stage.pki.theirs["p256"]
        server = peer.serve(stage, Setting(identities=(identity,)), "--renegotiate")
        followed(exchange.to_server(stage, peer, server, Setting(trust=identity.ca), "--renegotiate", "once"))
    return [("", play)] if "renegotiate" in peer.features else []


def of_s_server(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)), "raw", once=True)
    client = ours.connect(stage, server.port, Setting(trust=identity.ca), "--renegotiate", "once").feed(b"12345\n")
    server.out.until("12345\n")
    server.feed(b"r\n")
    server.out.until("SSL_do_handshake -> 1")
    server.feed(b"6789\n")
    client.out.until("6789\n")
    client.feed(b"abcde\n")
    server.out.until("abcde\n")
    client.end_input().wait()
    expect(ours.report(client)["renegotiations"] == 1, "there was no second handshake:", client.err.text())


def of_gnutls_serv(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    client = ours.connect(stage, server.port, Setting(trust=identity.ca), "--renegotiate", "freely").feed(b"12345\n")
    client.out.until("12345\n")
    client.feed(b"**REHANDSHAKE**\n")
    server.err.until(r"(?s)(Selected cipher suite.*){2}")
    client.feed(b"6789\n")
    client.out.until("6789\n")
    client.end_input().exits(0)
    expect(ours.report(client)["renegotiations"] == 1, "there was no second handshake:", client.err.text())


ROWS = [rows("renegotiation declined", (asked_by_s_server, (OpensslServer,)), (asked_by_gnutls_serv, (GnutlsServer,)), (asked_by_s_client, (OpensslClient,)),
             (asked_by_gnutls_cli, (GnutlsClient,))),
        rows("renegotiation by permission", (of_s_server, (OpensslServer,)), (of_gnutls_serv, (GnutlsServer,)), (of_program, (ProgramServer,)))]
