"""Much data both ways at once, with commands and with programs, in AEAD and CBC suites."""
import functools

import ours
from closing import WITH_INPUT, both_ways_with_client, both_ways_with_server
from matrix import rows
from setting import Setting
from stacks.openssl import OpensslServer
from stacks.programs import ProgramClient, ProgramServer
from stage import LONG_PATIENCE, expect

MUCH = 100_000_000


def suites_of(peer):
    """One with an AEAD, one with CBC."""
    for suite in (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    ):
        if suite in peer.suites:
            yield suite
            break
    for suite in (
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    ):
        if suite in peer.suites:
            yield suite
            break


def much_with_server(stage, peer, suite):
    """The peer's program takes all of it, and then sends as much."""
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,), suites=(suite,)), "--bytes", MUCH)
    peer.expecting(server)
    client = ours.connect(
        stage, server.port, Setting(trust=identity.ca, suites=(suite,)), tally=True
    ).feed_pattern(MUCH)
    client.out.until_size(MUCH)
    client.end_input().exits(0)
    expect(client.out.repeats_pattern(), "our client got something else")
    facts = peer.seen(server)
    expect(
        facts["received"] == MUCH and facts["sent"] == MUCH and facts["suite"] == suite,
        "the peer tells something else:",
        facts,
    )


def much_with_client(stage, peer, suite):
    identity = stage.pki.ours["p256"]
    server = ours.serve(stage, Setting(identities=(identity,), suites=(suite,)), "--echo", "--json")
    client = peer.connect(
        stage, server.port, Setting(trust=identity.ca, suites=(suite,)), "--bytes", MUCH
    )
    client.patience = LONG_PATIENCE
    facts = peer.finish(client)
    expect(
        facts["received"] == MUCH and facts["sent"] == MUCH, "the peer tells something else:", facts
    )
    told = ours.last_connection(server)
    expect(
        told["received"] == MUCH and told["cipher_suite"] == suite,
        "our server tells something else:",
        told,
    )


def much(play):
    def trials(peer):
        return (
            [(suite, functools.partial(play, peer=peer, suite=suite)) for suite in suites_of(peer)]
            if "bytes" in peer.features
            else []
        )

    return trials


ROWS = [
    rows(
        "10 MB each way at once (commands), or 100 (programs), AEAD and CBC",
        (both_ways_with_server, (OpensslServer,)),
        (both_ways_with_client, WITH_INPUT),
        (much(much_with_server), (ProgramServer,)),
        (much(much_with_client), (ProgramClient,)),
    ),
]
