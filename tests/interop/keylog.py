"""A capture of a connection, read by tshark with our key log: Wireshark's own implementation derives our keys from our secrets."""
import functools

import ours
from matrix import Case
from negotiation import identities_and_trust
from peers import CLIENTS, SERVERS
from relay import CLIENT_PORT, Relay
from setting import SUITES, Setting
from stage import expect

QUESTION = "a question that only keys can show"


def tshark(stage, port, *options):
    process = stage.start("tshark", "-r", stage.path("wire.pcap"), "-d", f"tcp.port=={port},tls", *options)
    return process.exits(0).out.text()


def readable(stage, relay, port, closers, *words):
    """These words are in the capture for whoever has the key log, and for nobody else; so are both Finished, and the close_notify of these ports."""
    stage.write("wire.pcap", relay.capture())
    secrets = ["-o", "tls.keylog_file:" + stage.path("keys.log")]
    stream = ["-q", "-z", "follow,tls,ascii,0"]
    text = tshark(stage, port, *secrets, *stream)
    for word in words:
        expect(word in text, f"tshark does not read '{word}':", text)
        expect(word not in tshark(stage, port, *stream), "it is readable without keys")
    finished = tshark(stage, port, *secrets, "-Y", "tls.handshake.type == 20", "-T", "fields", "-e", "tls.handshake.verify_data", "-e", "tcp.srcport")
    expect(len(finished.split("\n")) == 3, "tshark does not read both Finished:", finished)
    alerts = tshark(stage, port, *secrets, "-Y", "tls.alert_message.desc == 0", "-T", "fields", "-e", "tcp.srcport").split()
    expect(all(str(closer) in alerts for closer in closers), f"tshark does not read the close_notify of {closers}:", alerts)


def our_client(stage, peer, suite="", extended_master_secret=True):
    identities, trust = identities_and_trust(stage, ["rsa", "p256"], "theirs")
    server = peer.start(stage, Setting(identities=identities, suite=suite, extended_master_secret=extended_master_secret))
    relay = stage.keep(Relay(server.port))
    client = ours.connect(stage, relay.port, Setting(trust=trust), "--keylog", stage.path("keys.log")).feed(QUESTION.encode() + b"\n")
    client.out.until("\n")
    client.end_input().exits(0)
    readable(stage, relay, server.port, [CLIENT_PORT, server.port], QUESTION, peer.answer(QUESTION))


def our_server(stage, peer, suite="", extended_master_secret=True):
    identity = stage.pki.ours["rsa" if "RSA" in suite else "p256"]
    server = ours.serve(stage, Setting(identities=(identity,)), "--keylog", stage.path("keys.log"))
    relay = stage.keep(Relay(server.port))
    path = "/" + QUESTION.replace(" ", "-")
    setting = Setting(trust=identity.ca, suite=suite, extended_master_secret=extended_master_secret)
    client = peer.fetch(stage, relay.port, path, setting)
    client.exits(0)
    server.err.until("1 request, closed")
    readable(stage, relay, server.port, [server.port], path, "Server: tls12")


def cases():
    def row(feature, peers, **setting):
        for peer in peers:
            yield Case(feature, peer, functools.partial(our_client if peer in SERVERS else our_server, peer=peer, **setting), ("tshark",))

    yield from row("tshark reads it by our key log", [*SERVERS, *CLIENTS])
    for suite in SUITES:
        yield from row("tshark reads each suite", [SERVERS[0], CLIENTS[0]], suite=suite)
    yield from row("tshark, no extended master secret", [*SERVERS, CLIENTS[0], CLIENTS[1]], extended_master_secret=False)
