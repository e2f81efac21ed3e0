"""A capture of a connection, read by tshark with our key log: Wireshark's own implementation derives our keys from our secrets."""
import functools

import ours
from matrix import Row, Trial
from registry import SUITES, is_cbc, key_exchange, key_for
from relay import CLIENT_PORT, Relay
from setting import Setting
from stacks.base import COMMAND
from stacks.gnutls import GnutlsClient, GnutlsServer
from stacks.openssl import OpensslClient, OpensslServer
from stage import expect

QUESTION = "a question that only keys can show"


def tshark(stage, port, *options):
    process = stage.start("tshark", "-r", stage.path("wire.pcap"), "-d", f"tcp.port=={port},tls", *options)
    return process.exits(0).out.text()


def readable(stage, relay, port, closers, *words):
    """These words are in the capture for whoever has the key log, and for nobody else; so are both Finished, and the close_notify of these ports."""
    stage.write("wire.pcap", relay.last().capture())
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


def our_client(stage, peer, suite, setting):
    identity = stage.pki.theirs[key_for(suite)]
    server = peer.serve(stage, setting.but(identities=(identity,), suites=(suite,)))
    relay = stage.keep(Relay(server.port))
    mine = Setting(trust=identity.ca, suites=(suite,))
    client = ours.connect(stage, relay.port, mine, "--keylog", stage.path("keys.log")).feed(QUESTION.encode() + b"\n")
    answer = QUESTION
    if isinstance(peer, OpensslServer):
        server.out.until(QUESTION)
        answer = "an answer that only keys can show"
        server.feed(answer.encode() + b"\n")
    client.out.until("\n")
    client.end_input().exits(0)
    readable(stage, relay, server.port, [CLIENT_PORT, server.port], QUESTION, answer)


def our_server(stage, peer, suite, setting):
    identity = stage.pki.ours[key_for(suite)]
    server = ours.serve(stage, Setting(identities=(identity,), suites=(suite,)), "--keylog", stage.path("keys.log"))
    relay = stage.keep(Relay(server.port))
    peer.finish(peer.connect(stage, relay.port, setting.but(trust=identity.ca, suites=(suite,))))
    server.err.until("1 request, closed")
    readable(stage, relay, server.port, [server.port], setting.page, "Server: tls12")


def read_by_tshark(suites, setting=Setting()):
    """tshark has the say; whose the other end is matters little."""
    def trials(peer):
        if not isinstance(peer, (OpensslServer, GnutlsServer, OpensslClient, GnutlsClient)):
            return COMMAND
        play = our_client if peer.role == "server" else our_server
        return [Trial(suite, functools.partial(play, peer=peer, suite=suite, setting=setting)) for suite in suites if suite in peer.suites]
    return trials


# Every cipher and every way of its keys.
EVERY = [suite for suite in SUITES.values() if key_exchange(suite) == "ECDHE_ECDSA" or key_exchange(suite) == "RSA" and is_cbc(suite)]
ROWS = [Row("tshark reads it by our key log", read_by_tshark(EVERY), ("tshark",)),
        Row("tshark, no extended_master_secret", read_by_tshark(["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"], Setting(ems=False)), ("tshark",))]
