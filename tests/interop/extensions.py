"""Extensions that two ends agree on. In every trial both ends and the wire are asked."""
from matrix import Row
from negotiation import ends, needs, trial
from registry import key_for
from setting import Setting
from stage import expect
from wire import HANDSHAKE


@needs("alpn")
def alpn(peer):
    chosen = peer.protocols[-1]
    return [
        trial(
            peer,
            **ends(peer, Setting(alpn=("of ours", chosen)), Setting(alpn=peer.protocols)),
            expected={"alpn": chosen},
        )
    ]


@needs(server=("sni",), client=("sni",))
def server_name(peer):
    return [trial(peer, expected={"server_name": "localhost"})]


@needs(client=("address",))
def address(peer):
    """RFC 6066 §3: an address is no server_name."""
    return [trial(peer, client=Setting(name=""), expected={"server_name": ""})]


@needs(server=("staple",), client=("want-staple",))
def stapling(peer):
    return [trial(peer, client=Setting(want_staple=True), staple=True, expected={"stapled": True})]


@needs(server=("accepts-max-fragment",), client=("max-fragment",))
def max_fragment(peer):
    def checked(limit):
        def check(outcome):
            # RFC 5246 §6.2.3: protection adds a nonce or an IV, a MAC or a tag, and padding.
            for end in ("client_largest", "server_largest"):
                expect(
                    outcome.wire[end] <= limit + 256, f"larger records than {limit}:", outcome.wire
                )

        return check

    return [
        trial(
            peer,
            str(limit),
            client=Setting(max_fragment=limit),
            check=checked(limit),
            expected={"max_fragment": limit},
        )
        for limit in peer.fragments
    ]


@needs("record-size-limit")
def record_size_limit(peer):
    def check(outcome):
        expect(
            outcome.wire["server_largest"] <= 512 + 256
            and outcome.wire["client_largest"] <= 512 + 256,
            "larger records than agreed:",
            outcome.wire,
        )
        expect(
            outcome.ours["send_fragment_limit"] == 512
            and outcome.ours["receive_fragment_limit"] == 512,
            "we think of other limits:",
            outcome.ours,
        )

    return [
        trial(
            peer,
            client=Setting(record_size_limit=512),
            server=Setting(record_size_limit=512),
            check=check,
            expected={"record_size_limit": True},
        )
    ]


@needs("ems")
def with_ems(peer):
    return [trial(peer, expected={"ems": True})]


@needs("no-ems")
def without_ems(peer):
    return [trial(peer, **ends(peer, Setting(), Setting(ems=False)), expected={"ems": False})]


CBC = [
    f"TLS_ECDHE_{kind}_WITH_AES_{rest}"
    for kind in ("ECDSA", "RSA")
    for rest in ("128_CBC_SHA", "128_CBC_SHA256", "256_CBC_SHA384")
]


def cbc(etm):
    @needs("etm" if etm else "no-etm")
    def trials(peer):
        has = peer.keys if peer.role == "server" else peer.verifies
        return [
            trial(
                peer,
                suite,
                **ends(peer, Setting(suites=(suite,)), Setting(suites=(suite,), etm=etm)),
                keys=(key_for(suite),),
                expected={"etm": etm},
            )
            for suite in CBC
            if suite in peer.suites and key_for(suite) in has
        ][:3]

    return trials


@needs("export", "ems")  # RFC 7627 §5.4: without it, we export nothing
def exporters(peer):
    label = "EXPERIMENTAL-interop"

    def check(outcome):
        expect(
            outcome.ours["exported"] and len(outcome.ours["exported"]) == 96,
            "we exported nothing:",
            outcome.ours,
        )
        expect(
            outcome.theirs.get("exported") == outcome.ours["exported"],
            "the peer exports something else:",
            outcome.theirs,
        )

    both = Setting(export=label + ":48")
    return [trial(peer, client=both, server=both, check=check, expected={"ems": True})]


@needs("tls13")
def other_versions(peer):
    return [trial(peer, **ends(peer, Setting(), Setting(versions=("1.2", "1.3"))))]


@needs("small-records")
def small_records(peer):
    def check(outcome):
        # A server's chain does not fit into one.
        expect(
            peer.role == "client" or outcome.wire["server_records"].count(HANDSHAKE) > 5,
            "nothing was cut into pieces:",
            outcome.wire,
        )

    return [trial(peer, **ends(peer, Setting(), Setting(small_records=True)), check=check)]


# Not what any of them would put first.


ROWS = [
    # Shows RFC 7301 3.1-1, 3.1-4, 3.2-1, 3.2-3
    Row("ALPN", alpn),
    Row("server_name", server_name),
    Row("an address, and no server_name", address),
    Row("OCSP stapling", stapling),
    Row("max_fragment_length 512 to 4096", max_fragment),
    Row("record_size_limit", record_size_limit),
    # Shows RFC 7627 5.1-1, 5.2-1, 5.2-2
    Row("extended_master_secret", with_ems),
    # Shows RFC 7627 5.2-4, 5.2-6
    Row("no extended_master_secret", without_ems),
    Row("encrypt_then_mac", cbc(True)),
    Row("no encrypt_then_mac", cbc(False)),
    Row("keying material exporters", exporters),
    # Shows RFC 5746 3.6-6
    Row("peer has TLS 1.3, too", other_versions),
    Row("peer sends small records", small_records),
]
