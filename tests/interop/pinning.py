"""Servers that our client knows by a pin, and servers that do not show the raw public key that
it requires."""
import functools

import exchange
from matrix import Row, Trial
from registry import ALERTS
from setting import Setting
from stacks.base import PEER, ROLE
from stage import expect


def pinned(stage, peer, pin_of):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    outcome = exchange.to_server(stage, peer, server, Setting(pin=pin_of(stage, identity))).agreed()
    expect(outcome.ours["verified"], "not verified by its pin:", outcome.ours)


def another_pin(stage, peer):
    server = peer.serve(stage, Setting(identities=(stage.pki.theirs["p256"],)))
    told, wire = exchange.refused_by_our_client(
        stage, server, Setting(pin=stage.pki.ours["rsa"].leaf)
    )
    expect(
        told["rule"] == "certificate_not_pinned"
        and wire["client_alerts"] == [ALERTS["certificate_unknown"]],
        "not for its pin:",
        told,
        wire,
    )


def silent(stage, peer):
    """RFC 5246 §7.4.2: without an answer to server_certificate_type, the certificate is X.509."""
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    told, wire = exchange.refused_by_our_client(
        stage, server, Setting(peer_key=stage.public_key(identity))
    )
    expect(
        told["rule"] == "certificate_type_not_offered"
        and wire["client_alerts"] == [ALERTS["unsupported_certificate"]],
        "believed without its key:",
        told,
        wire,
    )


def pins(peer):
    if peer.role != "server":
        return ROLE
    by_key = functools.partial(
        pinned, peer=peer, pin_of=lambda stage, identity: stage.public_key(identity)
    )
    by_certificate = functools.partial(
        pinned, peer=peer, pin_of=lambda stage, identity: identity.leaf
    )
    return [
        Trial("by key", by_key),
        Trial("by certificate", by_certificate),
        Trial("another is refused", functools.partial(another_pin, peer=peer)),
    ]


def raw_key_required(peer):
    if peer.role != "server":
        return ROLE
    return [Trial("", functools.partial(silent, peer=peer))] if peer.why_not("raw-keys") else PEER


ROWS = [
    Row("pinned without a CA", pins, ("openssl",)),
    Row("a certificate instead of a raw key refused", raw_key_required, ("openssl",)),
]
