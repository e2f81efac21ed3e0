"""What our end alone decides, without a word to the peer: the sizes of its records, and the CAs
that it names to clients."""
import exchange
import ours
from closing import LARGE, fetch
from matrix import rows
from relay import Relay
from setting import Setting
from stacks.base import body
from stacks.gnutls import GnutlsClient, GnutlsServer
from stacks.openssl import OpensslClient, OpensslServer
from stage import expect

SERVERS, CLIENTS = (OpensslServer, GnutlsServer), (OpensslClient, GnutlsClient)
FRAGMENT = 128  # a ClientHello is longer, and so is a server's chain
SEGMENT = 1428  # bytes of a TCP segment
ADDED = 256  # RFC 5246 §6.2.3: protection adds a nonce or an IV, a MAC or a tag, and padding
PAGE = LARGE[: 100 * 1024]


# ------------------------------------------------------------------------------------------ records


def cut(wire, end):
    expect(
        wire[end + "_largest_clear"] == FRAGMENT and wire[end + "_largest"] <= FRAGMENT + ADDED,
        f"the {end} sends larger records:",
        wire,
    )


def our_client_cuts(stage, peer):
    identity = stage.pki.theirs["p256"]
    server = peer.serve(stage, Setting(identities=(identity,)))
    cut(
        exchange.to_server(
            stage, peer, server, Setting(trust=identity.ca, max_send_fragment=FRAGMENT)
        ).wire,
        "client",
    )


def our_server_cuts(stage, peer):
    identity = stage.pki.ours["p256"]
    server = ours.serve(
        stage, Setting(identities=(identity,), max_send_fragment=FRAGMENT), "--json"
    )
    cut(exchange.from_client(stage, peer, server, Setting(trust=identity.ca)).wire, "server")


def largest_record(stage, peer, dynamic):
    """Of a page that a peer fetches from our server."""
    identity = stage.pki.ours["p256"]
    stage.write("page.txt", PAGE)
    server = ours.serve(
        stage, Setting(identities=(identity,), dynamic_records=dynamic), "--www", "."
    )
    relay = stage.keep(Relay(server.port))
    client = fetch(peer, stage, relay.port, "/page.txt", Setting(trust=identity.ca)).exits(0)
    expect(body(client) == PAGE, "not what our server has:", len(body(client)))
    return relay.last().until_end().facts()["server_largest"]


def records_that_begin_small(stage, peer):
    largest = largest_record(stage, peer, True)
    expect(largest <= SEGMENT, "a record larger than a segment:", largest)


def records_of_full_size(stage, peer):
    largest = largest_record(stage, peer, False)
    expect(largest >= 2**14, "no full record:", largest)


def record_sizes(_peer):
    return [
        ("begin small", records_that_begin_small),
        ("--no-dynamic-records", records_of_full_size),
    ]


# -------------------------------------------------------------------------- certificate_authorities


def large_authority(stage, number):
    """A CA with a subject of about 30,000 bytes: three of them do not fit (RFC 5246 §7.4.4)."""
    subject = f"/CN=CA {number}" + "".join(
        f"/OU={number:02d}{unit:04d}{'u' * 50}" for unit in range(450)
    )
    path = f"ca{number}.pem"
    stage.start(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ed25519",
        "-nodes",
        "-keyout",
        "ca.key",
        "-subj",
        subject,
        "-days",
        2,
        "-out",
        path,
    ).exits(0)
    with open(stage.path(path), "rb") as file:
        return file.read()


def names_sent(stage, peer, trust, ca_names=True):
    """The bytes of names that our server sends to a client whose certificate it would like; and
    whether the client says that there are some."""
    identity, theirs = stage.pki.ours["p256"], stage.pki.theirs["p256"]
    server = ours.serve(
        stage,
        Setting(identities=(identity,), client_auth="request", trust=trust, ca_names=ca_names),
        "--json",
    )
    client = Setting(trust=identity.ca, identities=(theirs,))
    relay = stage.keep(Relay(server.port))
    process = peer.connect(stage, relay.port, client)
    peer.finish(process)
    wire = relay.last().facts()
    expect(wire["client_certificate"], "the client shows none:", wire)
    if isinstance(peer, OpensslClient):
        expect(
            (b"No client certificate CA names sent" in process.out.bytes())
            == (wire["authorities"] == 0),
            "s_client saw others:",
            process.out.text()[-2000:],
        )
    return wire["authorities"]


def names_of_all(stage, peer):
    sent = names_sent(stage, peer, stage.pki.theirs["p256"].ca)
    expect(sent > 0, "no name was sent")


def names_left_out(stage, peer):
    sent = names_sent(stage, peer, stage.pki.theirs["p256"].ca, ca_names=False)
    expect(sent == 0, "names were sent:", sent)


def names_whole_or_none(stage, peer):
    with open(stage.pki.theirs["p256"].ca, "rb") as file:
        trust = file.read()
    large = [large_authority(stage, number) for number in range(3)]
    fit = names_sent(stage, peer, stage.write("two.pem", trust + b"".join(large[:2])))
    expect(fit > 50_000, "names are missing:", fit)
    cut_off = names_sent(stage, peer, stage.write("three.pem", trust + b"".join(large)))
    expect(cut_off == 0, "a part of the names was sent:", cut_off)


def authorities(_peer):
    return [
        ("named", names_of_all),
        ("--no-client-ca-names", names_left_out),
        ("all or none", names_whole_or_none),
    ]


def each(plays):
    """Trials of these plays, for matrix.rows."""
    return lambda peer: [
        (label, lambda stage, play=play: play(stage, peer)) for label, play in plays(peer)
    ]


ROWS = [
    rows("our max_send_fragment", (our_client_cuts, SERVERS), (our_server_cuts, CLIENTS)),
    rows("our record sizes", (each(record_sizes), CLIENTS)),
    rows("certificate_authorities", (each(authorities), CLIENTS), needs=("openssl",)),
]
