"""What two ends agree on: suites, groups, certificates, schemes, versions, protocols, names. Each end is asked what it thinks."""
import functools
import json

import ours
from matrix import Case
from peers import CLIENTS, CURL, GNUTLS_CLIENT, OPENSSL_CLIENT, OPENSSL_SERVER, SERVERS, body
from pki import KEY_TYPES
from setting import GROUPS, SCHEMES, SUITES, Setting
from stage import expect

# Where a certificate's key allows no other.
SCHEME_OF = {"rsa-pss": "rsa_pss_pss_sha256", "ed25519": "ed25519"}
KEY_OF = {"ecdsa_secp256r1_sha256": "p256", "ecdsa_secp384r1_sha384": "p384", "ecdsa_secp521r1_sha512": "p521"}


def talk_to_server(stage, peer, theirs, mine, wanted):
    """Our client says a line, gets the answer, and both ends close; `wanted` is what it reports."""
    server = peer.start(stage, theirs)
    client = ours.connect(stage, server.port, mine).feed(b"hello over there\n")
    client.out.until("\n")
    expect(client.out.bytes() == (peer.answer("hello over there") + "\n").encode(), "another answer:", client.out.text())
    client.end_input().exits(0)
    told = ours.report(client)
    agree(told, wanted, peer.negotiated_suite(server))
    return server


def ask_server(stage, peer, theirs, mine, wanted):
    """A foreign client fetches our server's account of the connection, and both ends close."""
    server = ours.serve(stage, mine)
    client = peer.fetch(stage, server.port, "/state.json", theirs)
    client.exits(0)
    agree(json.loads(body(client)), wanted, peer.negotiated_suite(client))
    server.err.until(r"1 request, closed")
    return client


def agree(told, wanted, their_suite):
    for field, value in {"version": "TLS 1.2", "secure_renegotiation": True, **wanted}.items():
        expect(told[field] == value, f"{field} is {told[field]}, not {value}:", told)
    expect(their_suite == told["cipher_suite"], f"the peer thinks of {their_suite}:", told)


def has_no_certificate(stage, peer):
    """RFC 5246 §7.4.6: a client that is asked and has none sends an empty list; without one required, that is no fault."""
    identities, trust = identities_and_trust(stage, ["p256"], "theirs")
    server = talk_to_server(stage, peer, Setting(identities=identities, ask_client="asks"), Setting(trust=trust), {})
    peer.got_empty_certificate(server)


def identities_and_trust(stage, keys, maker):
    """The identities of these keys, and a file with the CAs of them all."""
    identities = tuple(getattr(stage.pki, maker)[key] for key in keys)
    authorities = b""
    for identity in identities:
        with open(identity.ca, "rb") as file:
            authorities += file.read()
    return identities, stage.write("trust.pem", authorities)


def client_case(stage, peer, theirs=Setting(), mine=Setting(), keys=("rsa", "p256"), wanted=None, maker="theirs"):
    identities, trust = identities_and_trust(stage, keys, maker)
    server = talk_to_server(stage, peer, theirs.but(identities=identities), mine.but(trust=trust), {"verified": True, **(wanted or {})})
    asked_for = peer.server_name(server)
    expect(asked_for == mine.name, f"the peer was asked for '{asked_for}', not '{mine.name}'")


def server_case(stage, peer, theirs=Setting(), mine=Setting(), keys=("rsa", "p256"), wanted=None, maker="ours"):
    identities, trust = identities_and_trust(stage, keys, maker)
    ask_server(stage, peer, theirs.but(trust=trust), mine.but(identities=identities), {"server_name": theirs.name, **(wanted or {})})


def both(feature, peers=(*SERVERS, *CLIENTS), **arguments):
    for peer in peers:
        yield Case(feature, peer, functools.partial(client_case if peer in SERVERS else server_case, peer=peer, **arguments))


def cases():
    # The peer has one choice alone; ours is at its defaults, and must find it.
    for suite in SUITES:
        yield from both(suite, theirs=Setting(suite=suite), wanted={"cipher_suite": suite})
    for group in GROUPS:
        # A P-256 certificate would need its own curve among the groups (RFC 8422 §5.1).
        # Shows RFC 8422 4-3, 5.1-4
        yield from both(f"group {group}", theirs=Setting(group=group), keys=["rsa"], wanted={"group": group})
    # Not what any of them would put first.
    chosen = {"cipher_suite": "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "group": "secp384r1"}
    order = Setting(suite=chosen["cipher_suite"] + ",TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", group="secp384r1,x25519,secp256r1")
    yield from both("our order of suites and groups", peers=CLIENTS, mine=order, wanted=chosen)
    for key in KEY_TYPES:
        # Shows RFC 8422 2.1-2, 5.3-1
        yield from both(f"certificate {key}", keys=[key], wanted={"signature_scheme": SCHEME_OF[key]} if key in SCHEME_OF else {})
    for scheme in SCHEMES:
        yield from both(f"signed with {scheme}", peers=[*SERVERS, OPENSSL_CLIENT, GNUTLS_CLIENT], keys=[KEY_OF.get(scheme, "rsa")], maker="theirs",
                        theirs=Setting(scheme=scheme), wanted={"signature_scheme": scheme})
    yield from both("chain with an intermediate CA", keys=["p256"], maker="theirs")
    yield from both("chain without one", keys=["p256"], maker="ours")

    # Shows RFC 5746 3.6-6
    yield from both("peer has 1.3 and 1.2", theirs=Setting(versions=("1.2", "1.3")))
    # Shows RFC 7627 5.1-1, 5.2-1, 5.2-2
    yield from both("extended master secret", wanted={"extended_master_secret": True})
    # Shows RFC 7627 5.2-4, 5.2-6
    yield from both("no extended master secret", theirs=Setting(extended_master_secret=False), wanted={"extended_master_secret": False})
    yield from both("small records from the peer", peers=[OPENSSL_SERVER, OPENSSL_CLIENT], theirs=Setting(small_records=True))
    # RFC 6066 §3: an address is no server_name.
    yield from both("address instead of a name", theirs=Setting(name=""), mine=Setting(name=""))

    # Shows RFC 7301 3.2-1
    yield from both("ALPN: our order decides", peers=[OPENSSL_CLIENT, GNUTLS_CLIENT], theirs=Setting(alpn=("first", "second")),
                    mine=Setting(alpn=("second", "first")),
                    wanted={"application_protocol": "second"})
    yield from both("ALPN", peers=[CURL], theirs=Setting(alpn=("http/1.1",)), mine=Setting(alpn=("http/1.1",)), wanted={"application_protocol": "http/1.1"})
    # Shows RFC 7301 3.1-1, 3.1-4, 3.2-3
    yield from both("ALPN", peers=[*SERVERS, OPENSSL_CLIENT, GNUTLS_CLIENT], theirs=Setting(alpn=("second",)), mine=Setting(alpn=("first", "second")),
                    wanted={"application_protocol": "second"})
    yield from both("ALPN at our end alone", mine=Setting(alpn=("first",)), wanted={"application_protocol": ""})
    yield from both("ALPN at the peer's end alone", peers=SERVERS, theirs=Setting(alpn=("first",)), wanted={"application_protocol": ""})
    for peer in SERVERS:
        # Shows RFC 8422 3-1
        yield Case("client certificate asked for", peer, functools.partial(has_no_certificate, peer=peer))
