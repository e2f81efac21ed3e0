"""What must not come to be: connections with the wrong peer, or with nothing in common. Each end must know, and by the right alert."""
import functools

import ours
from matrix import Case
from peers import CLIENTS, CURL, GNUTLS_CLIENT, GNUTLS_SERVER, OPENSSL_CLIENT, OPENSSL_SERVER, SERVERS
from setting import Setting
from stage import expect

ECDSA = Setting(suite="TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")

# What is wrong with a server, its certificate, our rule and alert, what else is special, and the program that it takes.
UNTRUSTWORTHY = [
    ("wrong name refused", lambda pki: pki.misnamed, "certificate_name_mismatch", "bad_certificate", {}, ()),
    ("wrong address refused", lambda pki: pki.misnamed, "certificate_name_mismatch", "bad_certificate", {"name": ""}, ()),
    ("untrusted chain refused", lambda pki: pki.theirs["p256"], "certificate_unknown_issuer", "unknown_ca", {"stranger": True}, ()),
    ("expired certificate refused", lambda pki: pki.expired, "certificate_expired", "certificate_expired", {}, ("openssl",)),
]


def we_refuse(stage, peer, identity, rule, alert, stranger=False, name="localhost"):
    """Our client does not trust the server, which gets the alert."""
    certificate = identity(stage.pki)
    server = peer.start(stage, Setting(identities=(certificate,)))
    client = ours.connect(stage, server.port, Setting(name=name, trust=stage.pki.stranger if stranger else certificate.ca))
    ours.refused(client.end_input(b"secret\n"), rule=rule, alert=alert)
    peer.saw_alert(server, alert)
    expect(b"terces" not in server.out.bytes() and b"secret" not in server.out.bytes(), "the server got data")


def peer_refuses(stage, peer, name="localhost", stranger=False):
    """A foreign client does not trust our server, which goes on for others."""
    identity = stage.pki.ours["p256"]
    server = ours.serve(stage, Setting(identities=(identity,)))
    client = peer.fetch(stage, server.port, "/", Setting(name=name, trust=stage.pki.stranger if stranger else identity.ca))
    peer.refused_to_trust(client, name_is_wrong=not stranger)
    still_serves(stage, server, identity)


def still_serves(stage, server, identity):
    ours.connect(stage, server.port, Setting(trust=identity.ca)).end_input(b"GET / HTTP/1.0\r\n\r\n").exits(0).out.until("200 OK")


def client_finds_nothing(stage, peer, alert, theirs, mine=Setting(), key="rsa"):
    """Our client and the server have nothing in common: the server says so."""
    identity = stage.pki.theirs[key]
    server = peer.start(stage, theirs.but(identities=(identity,)))
    ours.refused(ours.connect(stage, server.port, mine.but(trust=identity.ca)), rule="peer_alert", alert=alert)


def server_finds_nothing(stage, peer, alert, theirs, mine=Setting(), key="rsa"):
    """A client and our server have nothing in common: our server says so, and goes on."""
    identity = stage.pki.ours[key]
    server = ours.serve(stage, mine.but(identities=(identity,)))
    client = peer.fetch(stage, server.port, "/", theirs.but(trust=identity.ca))
    peer.saw_alert(client, alert)
    expect(client.wait() != 0, "the client is content")
    server.err.until(rf"sent alert {alert}")
    # Nobody else is worse off.
    ours.connect(stage, server.port, mine.but(trust=identity.ca)).end_input(b"GET / HTTP/1.0\r\n\r\n").exits(0)


def nothing_in_common(feature, peers, **arguments):
    for peer in peers:
        yield Case(feature, peer, functools.partial(client_finds_nothing if peer in SERVERS else server_finds_nothing, peer=peer, **arguments))


def asked_for_certificate(stage, peer, alert):
    """A server that insists on a client's certificate ends the handshake, and our client says so."""
    identity = stage.pki.theirs["p256"]
    server = peer.start(stage, Setting(identities=(identity,), ask_client="requires"))
    client = ours.connect(stage, server.port, Setting(trust=identity.ca)).end_input()
    ours.refused(client, rule="peer_alert", alert=alert)


def plain_http(stage, peer):
    """Whoever forgets the s of https is told so, readably."""
    server = ours.serve(stage, Setting(identities=(stage.pki.ours["p256"],)))
    client = stage.start("curl", "-q", "-sSi", "--noproxy", "*", f"http://127.0.0.1:{server.port}/").exits(0)
    client.out.until(r"^HTTP/1\.0 400 ")
    client.out.until(r"This port speaks HTTPS")


def cases():
    for peer in SERVERS:
        for feature, identity, rule, alert, more, needs in UNTRUSTWORTHY:
            yield Case(feature, peer, functools.partial(we_refuse, peer=peer, identity=identity, rule=rule, alert=alert, **more), needs)
        # RFC 5246 §7.4.6 says handshake_failure; to GnuTLS, which does so with its own client, too, an empty list is one of the wrong length.
        alert = {OPENSSL_SERVER: "handshake_failure", GNUTLS_SERVER: "decode_error"}[peer]
        yield Case("client certificate demanded", peer, functools.partial(asked_for_certificate, peer=peer, alert=alert))
    for peer in CLIENTS:
        yield Case("wrong name refused", peer, functools.partial(peer_refuses, peer=peer, name="other.example"))
        yield Case("untrusted chain refused", peer, functools.partial(peer_refuses, peer=peer, stranger=True))
    everybody = [*SERVERS, *CLIENTS]
    yield from nothing_in_common("no common suite", everybody, alert="handshake_failure", theirs=Setting(suite="TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
                                 mine=Setting(suite="TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"))
    yield from nothing_in_common("no suite for the certificate", everybody, alert="handshake_failure", theirs=ECDSA)
    # Shows RFC 8422 4-3, 5.1-6
    yield from nothing_in_common("no common group", everybody, alert="handshake_failure",
                                 theirs=Setting(suite="TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", group="secp521r1"), mine=Setting(group="x25519"))
    yield from nothing_in_common("no common signature scheme", [OPENSSL_SERVER, GNUTLS_SERVER, OPENSSL_CLIENT, GNUTLS_CLIENT], alert="handshake_failure",
                                 theirs=Setting(scheme="rsa_pkcs1_sha512"), mine=Setting(scheme="rsa_pss_rsae_sha256"))
    # A server would take 1.1 instead of what we offer, but finds none of its suites among ours.
    yield from nothing_in_common("peer has 1.1 alone", SERVERS, alert="handshake_failure", theirs=Setting(versions=("1.1",)))
    # Shows RFC 7627 6.4-1
    yield from nothing_in_common("peer has 1.1 alone", CLIENTS, alert="protocol_version", theirs=Setting(versions=("1.1",)))
    # Shows RFC 7301 3.2-2
    yield from nothing_in_common("no common ALPN protocol", [OPENSSL_SERVER, GNUTLS_SERVER, OPENSSL_CLIENT, GNUTLS_CLIENT], alert="no_application_protocol",
                                 theirs=Setting(alpn=("theirs",)), mine=Setting(alpn=("ours",)))
    yield from nothing_in_common("no common ALPN protocol", [CURL], alert="no_application_protocol", theirs=Setting(alpn=("h2", "http/1.1")),
                                 mine=Setting(alpn=("ours",)))
    yield Case("plain HTTP gets a readable 400", CURL, functools.partial(plain_http, peer=CURL))
