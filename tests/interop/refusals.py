"""What must not come to be: connections with the wrong peer, or with nothing in common. Both
ends know, and the alert is the right one."""
import dataclasses
import functools

import exchange
import ours
from matrix import Row, Trial
from registry import ALERTS
from setting import Setting
from stacks.base import PEER, ROLE
from stacks.fetchers import Curl
from stage import expect

GCM, CHACHA = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
ECDSA = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"


def still_serves(stage, server, suites=(), groups=(), schemes=(), alpn=()):
    """Nobody else is worse off."""
    mine = Setting(suites=suites, groups=groups, schemes=schemes, alpn=alpn)
    told = ours.report(ours.connect(stage, server.port, mine).end_input(b"GET / HTTP/1.0\r\n\r\n"))
    expect("cipher_suite" in told, "our server serves nobody any more:", told)


# ------------------------------------------------------------------------------- who does not trust


def distrust(identity_of, rule, alert, stranger=False, name="localhost"):
    """The client, ours or theirs, does not trust this server."""

    def we_do_not(stage, peer):
        identity = identity_of(stage.pki)
        server = peer.serve(stage, Setting(identities=(identity,)))
        told, wire = exchange.refused_by_our_client(
            stage, server, Setting(name=name, trust=stage.pki.stranger if stranger else identity.ca)
        )
        expect(told["rule"] == rule and told["alert"] == alert, f"not {rule}:", told)
        expect(wire["client_alerts"] == [ALERTS[alert]], f"not {alert}:", wire)

    def they_do_not(stage, peer):
        identity = identity_of(stage.pki)
        server = ours.serve(stage, Setting(identities=(identity,)), "--json")
        told, _ = exchange.refused_client(
            stage,
            peer,
            server,
            Setting(name=name, trust=stage.pki.stranger if stranger else identity.ca),
        )
        # Many look at the certificate when the handshake is complete.
        expect(
            "error" in told or told["received"] == 0, "our server was asked for something:", told
        )
        still_serves(stage, server)

    def trials(peer):
        if peer.role == "client" and (
            why := peer.why_not("verify", *([] if name else ["address"]))
        ):
            return why
        if not name and peer.role == "client":
            return ROLE
        return [
            Trial(
                "",
                functools.partial(we_do_not if peer.role == "server" else they_do_not, peer=peer),
            )
        ]

    return trials


# -------------------------------------------------------------------------------- nothing in common


@dataclasses.dataclass(frozen=True)
class Nothing:
    """`theirs` and `mine` do not go together, and the server says so by this alert."""

    theirs: Setting
    mine: Setting = Setting()
    alert: str = "handshake_failure"
    key: str = "rsa"
    needs: tuple = ()

    def __call__(self, peer):
        server = peer.role == "server"
        why = peer.why_not(*self.needs)
        if (
            why
            or not {*self.theirs.suites} <= peer.suites
            or not {*self.theirs.groups} <= peer.groups
            or not {*self.theirs.schemes} <= peer.schemes
        ):
            return why
        return [Trial("", functools.partial(self._client if server else self._server, peer=peer))]

    def _client(self, stage, peer):
        identity = stage.pki.theirs[self.key]
        server = peer.serve(stage, self.theirs.but(identities=(identity,)))
        told, wire = exchange.refused_by_our_client(stage, server, self.mine.but(trust=identity.ca))
        if peer.tells_why:
            expect(
                told["rule"] == "peer_alert" and wire["server_alerts"] == [ALERTS[self.alert]],
                f"not the server's {self.alert}:",
                told,
                wire,
            )

    def _server(self, stage, peer):
        identity = stage.pki.ours[self.key]
        server = ours.serve(stage, self.mine.but(identities=(identity,)), "--json")
        told, wire = exchange.refused_client(
            stage, peer, server, self.theirs.but(trust=identity.ca)
        )
        expect(
            told["error"]["alert"] == self.alert and wire["server_alerts"] == [ALERTS[self.alert]],
            f"not our {self.alert}:",
            told,
            wire,
        )
        still_serves(
            stage, server, self.mine.suites, self.mine.groups, self.mine.schemes, self.mine.alpn
        )


def no_protocol(peer):
    if peer.role == "server" and not peer.refuses_unknown_protocols:
        return PEER
    return Nothing(
        Setting(alpn=("http/1.1",)),
        Setting(alpn=("ours",)),
        alert="no_application_protocol",
        needs=("alpn",),
    )(peer)


def no_scheme(peer):
    if peer.role == "server" and peer.why_not("schemes"):  # it has none for its key, then
        return Nothing(Setting(), Setting(suites=(GCM,), schemes=("ecdsa_secp256r1_sha256",)))(peer)
    return Nothing(
        Setting(schemes=("rsa_pkcs1_sha512",)),
        Setting(schemes=("rsa_pss_rsae_sha256",)),
        needs=("schemes",),
    )(peer)


def only_11(peer):
    # A server would take 1.1 instead of what we offer, but finds none of its suites among ours.
    alert = "handshake_failure" if peer.role == "server" else "protocol_version"
    return Nothing(Setting(versions=("1.1",)), alert=alert, needs=("old",))(peer)


# ----------------------------------------------------------------- clients without what is demanded


def demanded(peer):
    """RFC 5246 §7.4.6."""

    def by_their_server(stage):
        identity = stage.pki.theirs["p256"]
        server = peer.serve(
            stage, Setting(identities=(identity,), client_auth="require", trust=identity.ca)
        )
        told, wire = exchange.refused_by_our_client(stage, server, Setting(trust=identity.ca))
        expect(wire["client_certificate"] is False, "another end:", told, wire)
        # To GnuTLS, which does so with its own client, too, an empty list is one of the wrong
        # length.
        known = [
            [ALERTS[alert]] for alert in ("handshake_failure", "bad_certificate", "decode_error")
        ]
        expect(
            wire["server_alerts"] in known
            if peer.tells_why_of_clients
            else told["category"] in ("peer_alert", "transport"),
            "another alert:",
            told,
            wire,
        )

    def by_their_page(stage):
        identity = stage.pki.theirs["p256"]
        server = peer.serve(
            stage, Setting(identities=(identity,), client_auth="require", trust=identity.ca)
        )
        client = ours.connect(stage, server.port, Setting(trust=identity.ca)).end_input(
            peer.question
        )
        client.out.until(r"^HTTP/1.\d 400 ")
        expect(ours.report(client)["client_certificate_requested"], "it asked for none")

    def by_our_server(stage):
        identity = stage.pki.ours["p256"]
        server = ours.serve(
            stage,
            Setting(
                identities=(identity,), client_auth="require", trust=stage.pki.theirs["p256"].ca
            ),
            "--json",
        )
        told, wire = exchange.refused_client(stage, peer, server, Setting(trust=identity.ca))
        expect(
            told["error"]["alert"] == "handshake_failure"
            and wire["server_alerts"] == [ALERTS["handshake_failure"]],
            "another alert:",
            told,
            wire,
        )

    return peer.why_not("client-auth") or [
        Trial(
            "",
            by_our_server
            if peer.role == "client"
            else by_their_page
            if peer.demands_by_page
            else by_their_server,
        )
    ]


def plain_http(stage, peer):  # pylint: disable=unused-argument
    """Whoever forgets the s of https is told so, readably."""
    server = ours.serve(stage, Setting(identities=(stage.pki.ours["p256"],)))
    client = stage.start(
        "curl", "-q", "-sSi", "--noproxy", "*", f"http://127.0.0.1:{server.port}/"
    ).exits(0)
    client.out.until(r"^HTTP/1\.0 400 ")
    client.out.until(r"This port speaks HTTPS")


NAME_MISMATCH = ("certificate_name_mismatch", "bad_certificate")
ROWS = [
    Row("wrong name refused", distrust(lambda pki: pki.misnamed, *NAME_MISMATCH)),
    Row("wrong address refused", distrust(lambda pki: pki.misnamed, *NAME_MISMATCH, name="")),
    Row(
        "untrusted chain refused",
        distrust(
            lambda pki: pki.theirs["p256"],
            "certificate_unknown_issuer",
            "unknown_ca",
            stranger=True,
        ),
    ),
    Row(
        "expired certificate refused",
        distrust(lambda pki: pki.expired, "certificate_expired", "certificate_expired"),
        ("openssl",),
    ),
    Row("client certificate demanded, none shown", demanded),
    Row("no common suite", Nothing(Setting(suites=(GCM,)), Setting(suites=(CHACHA,)))),
    Row("no suite for the certificate", Nothing(Setting(suites=(ECDSA,)))),
    # Shows RFC 8422 4-3, 5.1-6
    Row(
        "no common group",
        Nothing(
            Setting(suites=(GCM,), groups=("secp521r1",)),
            Setting(groups=("x25519",)),
            needs=("groups",),
        ),
    ),
    Row("no common signature scheme", no_scheme),
    # Shows RFC 7627 6.4-1
    Row("peer has TLS 1.1 alone", only_11),
    # Shows RFC 7301 3.2-2
    Row("no common ALPN protocol", no_protocol),
    Row(
        "plain HTTP gets a readable 400",
        lambda peer: [Trial("", functools.partial(plain_http, peer=peer))]
        if isinstance(peer, Curl)
        else ROLE,
    ),
]
