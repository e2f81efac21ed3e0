"""A capture of a connection, read by tshark with our key log: Wireshark's own implementation
derives our keys from our secrets."""
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
    process = stage.start(
        "tshark", "-r", stage.path("wire.pcap"), "-d", f"tcp.port=={port},tls", *options
    )
    return process.exits(0).out.text()


def readable(stage, relay, port, closers, *words):
    """These words are in the capture for whoever has the key log, and for nobody else; so are
    both Finished, and the close_notify of these ports."""
    stage.write("wire.pcap", relay.last().capture())
    follow = ["-z", "follow,tls,ascii,0"]
    told = tshark(
        stage,
        port,
        "-o",
        "tls.keylog_file:" + stage.path("keys.log"),
        "-Y",
        "tls.handshake.type == 20 || tls.alert_message.desc == 0",
        "-T",
        "fields",
        "-e",
        "tcp.srcport",
        "-e",
        "tls.handshake.verify_data",
        "-e",
        "tls.alert_message.desc",
        *follow,
    )
    without_keys = tshark(stage, port, "-q", *follow)
    for word in words:
        expect(word in told, f"tshark does not read '{word}':", told)
        expect(word not in without_keys, "it is readable without keys")
    seen = [line.split("\t") for line in told.splitlines() if line.count("\t") == 2]
    expect(
        len([port for port, verify_data, _ in seen if verify_data]) == 2,
        "tshark does not read both Finished:",
        told,
    )
    alerts = [int(port) for port, _, alert in seen if alert == "0"]
    expect({*closers} <= {*alerts}, f"tshark does not read the close_notify of {closers}:", told)


def our_client(stage, peer, suite, setting):
    identity = stage.pki.theirs[key_for(suite)]
    server = peer.serve(stage, setting.but(identities=(identity,), suites=(suite,)))
    relay = stage.keep(Relay(server.port))
    mine = Setting(trust=identity.ca, suites=(suite,))
    client = ours.connect(stage, relay.port, mine, "--keylog", stage.path("keys.log")).feed(
        QUESTION.encode() + b"\n"
    )
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
    server = ours.serve(
        stage, Setting(identities=(identity,), suites=(suite,)), "--keylog", stage.path("keys.log")
    )
    relay = stage.keep(Relay(server.port))
    peer.finish(peer.connect(stage, relay.port, setting.but(trust=identity.ca, suites=(suite,))))
    closed = server.err.until(r"1 request, (.*)\n")[1].startswith("closed")  # some hang up on us
    readable(stage, relay, server.port, [server.port] * closed, setting.page, "Server: tls12")


def other_server(stage, peer, suite, setting):
    identity = stage.pki.theirs[key_for(suite)]
    server = peer.serve(stage, setting.but(identities=(identity,), suites=(suite,)))
    relay = stage.keep(Relay(server.port))
    client = ours.connect(
        stage,
        relay.port,
        Setting(trust=identity.ca, suites=(suite,)),
        "--keylog",
        stage.path("keys.log"),
    ).feed(peer.question)
    client.out.until(peer.answer)
    client.end_input().wait()
    readable(
        stage, relay, server.port, [CLIENT_PORT], peer.question.decode().split("\r\n")[0].strip()
    )


def other_client(stage, peer, suite, setting):
    """A program that says its line to an echo."""
    identity = stage.pki.ours[key_for(suite)]
    server = ours.serve(
        stage,
        Setting(identities=(identity,), suites=(suite,)),
        "--echo",
        "--keylog",
        stage.path("keys.log"),
    )
    relay = stage.keep(Relay(server.port))
    peer.finish(peer.connect(stage, relay.port, setting.but(trust=identity.ca, suites=(suite,))))
    server.err.until("closed by both")
    readable(stage, relay, server.port, [CLIENT_PORT, server.port], "hello over there")


def read_by_tshark(suites, setting=Setting()):
    """tshark has the say; whose the other end is matters little: with two it is every suite,
    with the others one."""

    def trials(peer):
        if peer.connects_ahead:
            return COMMAND
        if not setting.ems and (why := peer.why_not("no-ems")):
            return why
        talkers = (OpensslServer, GnutlsServer)
        play = (
            (our_client if isinstance(peer, talkers) else other_server)
            if peer.role == "server"
            else our_server
            if peer.talks_http
            else other_client
        )
        usable = [suite for suite in suites if suite in peer.suites]
        return [
            Trial(suite, functools.partial(play, peer=peer, suite=suite, setting=setting))
            for suite in (
                usable if isinstance(peer, (*talkers, OpensslClient, GnutlsClient)) else [ONE]
            )
        ]

    return trials


ONE = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
# Every cipher and every way of its keys.
EVERY = [
    suite
    for suite in SUITES.values()
    if key_exchange(suite) == "ECDHE_ECDSA" or key_exchange(suite) == "RSA" and is_cbc(suite)
]
ROWS = [
    Row("tshark reads it by our key log", read_by_tshark(EVERY), ("tshark",)),
    Row(
        "tshark, no extended_master_secret", read_by_tshark([ONE], Setting(ems=False)), ("tshark",)
    ),
]
