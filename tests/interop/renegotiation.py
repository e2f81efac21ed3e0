"""Wishes for another handshake on a connection that has one: declined by a warning, RFC 5246 §7.2.2.

What follows is the peer's choice: OpenSSL's end answers no_renegotiation with a fatal handshake_failure, gnutls-serv hangs up, and gnutls-cli asks again
until it is called a flood. Our end goes on in each case, as it reads what comes then."""
import functools

import ours
from matrix import Case
from peers import GNUTLS_CLIENT, GNUTLS_SERVER, OPENSSL_CLIENT, OPENSSL_SERVER
from setting import Setting
from stage import expect


# Shows RFC 5746 5-2
def asked_by_s_server(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.start(stage, Setting(identities=(identity,)), "raw")
    client = ours.connect(stage, server.port, Setting(trust=identity.ca)).feed(b"12345\n")
    server.out.until("12345\n")
    server.feed(b"R\n")
    expect(ours.report(client)["error"]["alert"] == "handshake_failure", "another end:", client.err.text()[-500:])
    client.exits(1)
    expect(">>> TLS 1.2, Handshake [length 0004], HelloRequest" in peer.messages(server), "the server sent no HelloRequest")
    peer.saw_alert(server, "no_renegotiation")


def asked_by_gnutls_serv(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.start(stage, Setting(identities=(identity,)))
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


def cases():
    feature = "renegotiation declined"
    yield Case(feature, OPENSSL_SERVER, functools.partial(asked_by_s_server, peer=OPENSSL_SERVER))
    yield Case(feature, GNUTLS_SERVER, functools.partial(asked_by_gnutls_serv, peer=GNUTLS_SERVER))
    yield Case(feature, OPENSSL_CLIENT, functools.partial(asked_by_client, peer=OPENSSL_CLIENT, wish=b"R\n", ending="received alert handshake_failure"))
    yield Case(feature, GNUTLS_CLIENT, functools.partial(asked_by_client, peer=GNUTLS_CLIENT, wish=b"^renegotiate^\n", ending="sent alert unexpected_message",
                                                        options=["--inline-commands"]))
