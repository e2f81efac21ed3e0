"""Keys shown without certificates (RFC 7250), by the server, the client, or both, to who knows
them."""
import functools

import exchange
import ours
from matrix import Row, Trial
from registry import ALERTS
from setting import Setting
from stage import expect

RAW_PUBLIC_KEY = 2  # RFC 7250 §3


def der(stage, path):
    return (
        stage.start("openssl", "pkey", "-pubin", "-in", path, "-outform", "DER")
        .exits(0)
        .out.bytes()
        .hex()
    )


def settings(stage, peer, raw, known=None, key_only=False):
    """What client and server are told where the ends in `raw` show keys; the file with the key
    that ours then wants to see: the peer's, or another one."""
    theirs, mine = stage.pki.theirs["p256"], stage.pki.ours["p256"]
    server, client = (theirs, mine) if peer.role == "server" else (mine, theirs)
    key = stage.public_key(known or theirs) if peer.role in raw else ""
    believed = {end: key if end != peer.role else "" for end in ("client", "server")}
    return (
        Setting(
            raw=raw,
            key_only=key_only,
            identities=(client,) if "client" in raw else (),
            trust="" if "server" in raw else server.ca,
            peer_key=believed["client"],
        ),
        Setting(
            raw=raw,
            key_only=key_only,
            identities=(server,),
            client_auth="require" if "client" in raw else "none",
            peer_key=believed["server"],
        ),
        key,
    )


def shown(stage, peer, raw, key_only=False):
    client, server, key = settings(stage, peer, raw, key_only=key_only)
    if peer.role == "server":
        outcome = exchange.to_server(stage, peer, peer.serve(stage, server), client)
    else:
        outcome = exchange.from_client(stage, peer, ours.serve(stage, server, "--json"), client)
    outcome.agreed(
        server_certificate_type=RAW_PUBLIC_KEY if "server" in raw else 0,
        client_certificate_type=RAW_PUBLIC_KEY if "client" in raw else 0,
    )
    if key:
        expect(
            outcome.ours["verified"] and outcome.ours["peer_raw_public_key"] == der(stage, key),
            "we saw another key:",
            outcome.ours,
        )


def refused(stage, peer):
    client, server, _ = settings(stage, peer, (peer.role,), known=stage.pki.ours["rsa"])
    if peer.role == "server":
        told, wire = exchange.refused_by_our_client(stage, peer.serve(stage, server), client)
        alerts = wire["client_alerts"]
    else:
        told, wire = exchange.refused_client(
            stage, peer, ours.serve(stage, server, "--json"), client
        )
        told, alerts = told["error"], wire["server_alerts"]
    expect(
        told["rule"] == "raw_public_key_refused" and alerts == [ALERTS["certificate_unknown"]],
        "not for its key:",
        told,
        wire,
    )


def trials(peer):
    by_whom = [
        Trial(" and ".join(raw), functools.partial(shown, peer=peer, raw=raw))
        for raw in (("server",), ("client",), ("server", "client"))
    ]
    mine = "client" if peer.role == "server" else "server"
    by_whom.append(
        Trial(
            "our key without a certificate",
            functools.partial(shown, peer=peer, raw=(mine,), key_only=True),
        )
    )
    return peer.why_not("raw-keys") or [
        *by_whom,
        Trial("whoever shows another key is refused", functools.partial(refused, peer=peer)),
    ]


ROWS = [Row("raw public keys", trials, ("openssl",))]
