"""Keys shown without certificates (RFC 7250), by the server, the client, or both, to who knows them."""
import functools

import exchange
import ours
from matrix import Row, Trial
from registry import ALERTS
from setting import Setting
from stage import expect

RAW_PUBLIC_KEY = 2  # RFC 7250 §3
WRONG = "whoever shows another key is refused"


def der(stage, path):
    return stage.start("openssl", "pkey", "-pubin", "-in", path, "-outform", "DER").exits(0).out.bytes().hex()


class Ends:
    """Both settings where the ends in `raw` show keys, and those of certificates are the others."""

    def __init__(self, stage, peer, raw, known="p256"):
        serving, asking = (stage.pki.theirs, stage.pki.ours) if peer.role == "server" else (stage.pki.ours, stage.pki.theirs)
        server, client = serving["p256"], asking["p256"]
        self.key = {"server": server, "client": client}[ours_sees(peer)]
        known = stage.public_key(self.key if known == "p256" else serving[known])
        self.known = known if ours_sees(peer) in raw else ""
        believed = {"peer_key": self.known} if self.known else {}
        self.client = Setting(raw=raw, identities=(client,) if "client" in raw else (), **({} if "server" in raw else {"trust": server.ca}))
        self.server = Setting(raw=raw, identities=(server,), client_auth="require" if "client" in raw else "none")
        if peer.role == "server":
            self.client = self.client.but(**believed)
        else:
            self.server = self.server.but(**believed)


def ours_sees(peer):
    """Whose key our end judges."""
    return peer.role


def shown(stage, peer, raw):
    ends = Ends(stage, peer, raw)
    if peer.role == "server":
        outcome = exchange.to_server(stage, peer, peer.serve(stage, ends.server), ends.client)
    else:
        outcome = exchange.from_client(stage, peer, ours.serve(stage, ends.server, "--json"), ends.client)
    outcome.agreed(server_certificate_type=RAW_PUBLIC_KEY if "server" in raw else 0, client_certificate_type=RAW_PUBLIC_KEY if "client" in raw else 0)
    if ends.known:
        expect(outcome.ours["verified"] and outcome.ours["peer_raw_public_key"] == der(stage, ends.known), "we saw another key:", outcome.ours)


def refused(stage, peer):
    ends = Ends(stage, peer, (peer.role,), known="rsa")
    if peer.role == "server":
        told, wire = exchange.refused_by_our_client(stage, peer.serve(stage, ends.server), ends.client)
        alerts = wire["client_alerts"]
    else:
        told, wire = exchange.refused_client(stage, peer, ours.serve(stage, ends.server, "--json"), ends.client)
        told, alerts = told["error"], wire["server_alerts"]
    expect(told["rule"] == "raw_public_key_refused" and alerts == [ALERTS["certificate_unknown"]], "not for its key:", told, wire)


def trials(peer):
    return peer.why_not("raw-keys") or [*(Trial(" and ".join(raw), functools.partial(shown, peer=peer, raw=raw)) for raw in (("server",), ("client",), ("server", "client"))),
                                        Trial(WRONG, functools.partial(refused, peer=peer))]


ROWS = [Row("raw public keys", trials, ("openssl",))]
