"""A connection between one of our ends and a peer's, with a relay between them: what each of the
three says of it must agree."""
import json

import ours
from relay import Relay
from stage import expect
from wire import CHANGE_CIPHER_SPEC

LINE = b"hello over there\n"


def our_words(told):
    """Our report in the words of wire.facts()."""
    return {
        "version": told["version"],
        "suite": told["cipher_suite"],
        "resumed": told["resumed"],
        "ems": told["extended_master_secret"],
        "etm": told["encrypt_then_mac"],
        "alpn": told["application_protocol"],
        # A client knows an address, which it does not ask for; and a server does not say what it
        # stapled.
        "server_name": "" if told["server_name"][:1].isdigit() else told["server_name"],
        "stapled": told["ocsp_response_bytes"] > 0 or None,
        "group": told["group"],
        "scheme": told["signature_scheme"],
        "exported": told.get("exported"),
        "asks_client": told["client_certificate_requested"],
        "secure_renegotiation": told["secure_renegotiation"],
        "verified": told["verified"],
    }


class Outcome:
    """What the three say: `ours` in full, `theirs` as far as the peer tells, `wire`."""

    def __init__(self, ours_told, theirs, wire):
        self.ours, self.theirs, self.wire = ours_told, theirs, wire

    def agreed(self, **expected):
        """Every witness that knows a fact says the same of it, and what was expected."""
        witnesses = {"we": our_words(self.ours), "the peer": self.theirs, "the wire": self.wire}
        expected = {"version": "TLS 1.2", **expected}
        for fact in {
            *self.theirs,
            *expected,
            "suite",
            "resumed",
            "ems",
            "etm",
            "alpn",
            "secure_renegotiation",
        }:
            said = {
                who: told[fact] for who, told in witnesses.items() if told.get(fact) is not None
            }
            if not said and fact not in expected:
                continue
            values = set(said.values()) | ({expected[fact]} if fact in expected else set())
            expect(
                len(values) == 1 and said,
                f"{fact}: {said}, expected {expected.get(fact, 'agreement')}:",
                self.ours,
            )
        return self


def to_server(stage, peer, server, mine, *more, question=b""):
    """Our client says what the peer understands, gets its answer, and both ends close."""
    peer.expecting(server)
    relay = stage.keep(Relay(server.port))
    client = ours.connect(stage, relay.port, mine, *more).feed(question or peer.question)
    peer.reply(server)
    client.out.until(peer.answer)
    client.end_input()
    told = ours.report(client)
    expect(told["ok"], "our client is not content:", told)
    return Outcome(told, peer.seen(server, mine.connections), relay.last().facts())


def from_client(stage, peer, server, theirs):
    """The peer's client talks to our server; what counts is the last connection that was asked
    for: browsers go on."""
    server.err.forget()
    relay = stage.keep(Relay(server.port))
    process = peer.connect(stage, relay.port, theirs)
    seen = peer.finish(process)
    ours.last_connection(server, theirs.connections, others=peer.connects_ahead)
    shaken = [
        one for one in relay.conversations() if CHANGE_CIPHER_SPEC in one.facts()["client_records"]
    ]
    last = shaken[theirs.connections - 1]
    return Outcome(ours.connection_from(server, last.from_port), seen, last.facts())


def refused_by_our_client(stage, server, mine):
    """No connection comes to be; what our client says, and the wire."""
    relay = stage.keep(Relay(server.port))
    client = ours.connect(stage, relay.port, mine).end_input(b"secret\n")
    told = ours.refused(client)
    expect(
        b"secret" not in server.out.bytes() and b"terces" not in server.out.bytes(),
        "the server got data",
    )
    return told, relay.last().until_end().facts()


def refused_client(stage, peer, server, theirs):
    """A peer's client does not come to an understanding with our server; what that says, and the
    wire."""
    server.err.forget()
    relay = stage.keep(Relay(server.port))
    peer.is_refused(peer.connect(stage, relay.port, theirs))
    return json.loads(server.err.until(r"\{.*\}\n")[0]), relay.last().until_end().facts()
