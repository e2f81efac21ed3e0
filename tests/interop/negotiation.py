"""What two ends agree on: suites, groups, certificates, schemes and sessions. In every trial both
ends and the wire are asked."""
import exchange
import ours
from matrix import Row, Trial
from registry import CURVES, FFDHE, SUITES, is_cbc, is_ccm, key_exchange, key_for
from setting import Setting
from stacks.base import KEYS, ROLE
from stage import expect

PSK = "Client_identity:00112233445566778899aabbccddeeff"
ECDHE_RSA, ECDHE_ECDSA = (
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
)

# Signature schemes that leave a choice, and whose key they take.
SCHEMES = {
    **{
        f"rsa_{kind}_sha{size}": "rsa" for kind in ("pkcs1", "pss_rsae") for size in (256, 384, 512)
    },
    "ecdsa_secp256r1_sha256": "p256",
    "ecdsa_secp384r1_sha384": "p384",
    "ecdsa_secp521r1_sha512": "p521",
}
# And where a certificate's key allows no other.
SCHEME_OF = {"rsa-pss": "rsa_pss_pss_sha256", "ed25519": "ed25519"}


def connect(stage, peer, client, server, keys=("p256",), staple=False, authenticate=""):
    """A connection as its two ends are told to make it, with an identity for each of these keys
    at the server's."""
    maker = stage.pki.theirs if peer.role == "server" or staple else stage.pki.ours
    identities = tuple(maker[key] for key in keys if key)
    server = server.but(identities=identities, staple=stage.pki.staple if staple else "")
    client = client.but(
        trust=stage.trust(identities), shown=tuple(identity.leaf for identity in identities)
    )
    if server.client_auth != "none":
        server = server.but(trust=stage.pki.theirs["p256"].ca)
    if authenticate:
        client = client.but(identities=(stage.pki.theirs[authenticate],))
    if peer.role == "server":
        return exchange.to_server(
            stage, peer, stage.once(server, lambda: peer.serve(stage, server)), client
        )
    if peer.connects_ahead:
        server = server.but(sessions="no-resumption")
    mode = ["--json", *([] if peer.talks_http else ["--echo"])]
    return exchange.from_client(
        stage, peer, stage.once(server, lambda: ours.serve(stage, server, *mode)), client
    )


def trial(
    peer, label="", client=Setting(), server=Setting(), check=None, expected=None, **arguments
):
    def play(stage):
        outcome = connect(stage, peer, client, server, **arguments)
        outcome.agreed(**(expected or {}))
        if check:
            check(outcome)

    return Trial(label, play)


def ends(peer, mine, theirs):
    """Settings of our end and the peer's as those of client and server."""
    return (
        {"client": mine, "server": theirs}
        if peer.role == "server"
        else {"client": theirs, "server": mine}
    )


def needs(*features, server=(), client=()):
    """For rows whose peers must have these features, and in one role further ones."""

    def decorate(trials):
        return lambda peer: peer.why_not(
            *features, *(server if peer.role == "server" else client)
        ) or trials(peer)

    return decorate


# ------------------------------------------------------------ suites, groups, certificates, schemes


def suites(exchanges, of_kind):
    """The client has one alone, and the server a choice of all these."""
    members = [
        suite for suite in SUITES.values() if key_exchange(suite) in exchanges and of_kind(suite)
    ]

    def trials(peer):
        keys = {"", *(peer.keys if peer.role == "server" else peer.verifies)}
        usable = [suite for suite in members if suite in peer.suites and key_for(suite) in keys]
        if any("PSK" in suite for suite in members) and peer.why_not("psk"):
            return peer.why_not("psk")
        psk = PSK if any("PSK" in suite for suite in usable) else ""
        made = []
        for suite in usable:
            same_key = tuple(other for other in usable if key_for(other) == key_for(suite))
            made.append(
                trial(
                    peer,
                    suite,
                    client=Setting(suites=(suite,), psk=psk),
                    server=Setting(suites=same_key, psk=psk),
                    keys=(key_for(suite),),
                    expected={"suite": suite},
                )
            )
        return made or peer.lacks.get(exchanges[0], "")

    return trials


def is_aead(suite):
    return not is_cbc(suite) and not is_ccm(suite)


def curves(peer):
    # A P-256 certificate would need its own curve among the groups (RFC 8422 §5.1).
    return [
        trial(
            peer,
            group,
            **ends(
                peer,
                Setting(groups=(group,), suites=(ECDHE_RSA,)),
                Setting(groups=() if peer.why_not("groups") else (group,)),
            ),
            keys=("rsa",),
            expected={"group": group},
        )
        for group in CURVES
        if group in peer.groups
    ]


def ffdhe(peer):
    found = [
        suite
        for suite in ("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA")
        if suite in peer.suites
    ][:1]
    if peer.role == "client":  # which takes what comes where it names no such group (RFC 7919 §4)
        welcome = [group for group in FFDHE if group in peer.groups] or FFDHE
        return [
            trial(
                peer,
                group,
                server=Setting(groups=(group,), suites=tuple(found)),
                client=Setting(suites=tuple(found)),
                keys=("rsa",),
                expected={"group": group},
            )
            for group in welcome
            if found
        ]
    fixed = peer.why_not("groups")  # it takes this one
    made = [
        trial(
            peer,
            group,
            client=Setting(groups=(group,), suites=tuple(found)),
            server=Setting(groups=() if fixed else (group,), suites=tuple(found)),
            keys=("rsa",),
            expected={"group": group},
        )
        for group in (("ffdhe2048",) if fixed else FFDHE)
        if group in peer.groups and found
    ]
    return made or (peer.lacks.get("ffdhe", "") if found else "")


def certificates(peer):
    return [
        trial(
            peer, key, keys=(key,), expected={"scheme": SCHEME_OF[key]} if key in SCHEME_OF else {}
        )
        for key in KEYS
        if key in (peer.keys if peer.role == "server" else peer.verifies)
    ]


@needs(server=("identities",))
def several_certificates(peer):
    mine = [
        trial(
            peer,
            suite,
            client=Setting(suites=(suite,)),
            keys=("rsa", "p256"),
            expected={"suite": suite},
        )
        for suite in (ECDHE_RSA, ECDHE_ECDSA)
    ]
    return (
        mine if {"rsa", "p256"} <= (peer.keys if peer.role == "server" else peer.verifies) else ""
    )


# What all chains here are signed with, whatever their keys are.
OF_CHAINS = ("rsa_pkcs1_sha256", "ecdsa_secp256r1_sha256")


def schemes(peer):
    """The peer has one alone, or, where it has no choice, we do; then it is told that this is
    not about its chain."""
    has = peer.keys if peer.role == "server" else peer.verifies

    def chosen(scheme):
        if peer.why_not("schemes"):
            return ends(peer, Setting(schemes=(scheme,), certificate_schemes=OF_CHAINS), Setting())
        return ends(peer, Setting(), Setting(schemes=(scheme,)))

    return [
        trial(peer, scheme, **chosen(scheme), keys=(key,), expected={"scheme": scheme})
        for scheme, key in SCHEMES.items()
        if scheme in peer.schemes and key in has
    ]


@needs(client=("schemes",))
def schemes_of_identities(peer):
    """Our server's P-256 key signs with SHA-384 only, its RSA key with RSA-PSS and SHA-256 only."""
    if peer.role == "server":
        return ROLE
    keys, of_keys = ("p256", "rsa"), (("ecdsa_secp384r1_sha384",), ("rsa_pss_rsae_sha256",))
    offers = {
        "ecdsa_secp384r1_sha384": ("ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384"),
        "rsa_pss_rsae_sha256": ("ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256"),
    }
    if (
        not {*keys} <= peer.verifies
        or not {scheme for offer in offers.values() for scheme in offer} <= peer.schemes
    ):
        return ""
    return [
        trial(
            peer,
            scheme,
            client=Setting(schemes=offer),
            server=Setting(key_schemes=of_keys),
            keys=keys,
            expected={"scheme": scheme},
        )
        for scheme, offer in offers.items()
    ]


def certificate_schemes(peer):
    """RFC 8446 §4.2.3, which TLS 1.2 has as well: what may sign certificates, told apart from
    what may sign handshakes."""
    if peer.role == "server":
        return [
            trial(
                peer,
                client=Setting(certificate_schemes=OF_CHAINS),
                check=lambda outcome: outcome.agreed(certificate_schemes=OF_CHAINS),
            )
        ]
    return peer.why_not("client-auth") or [
        trial(
            peer,
            server=Setting(client_auth="require", certificate_schemes=OF_CHAINS),
            authenticate="p256",
        )
    ]


# ----------------------------------------------------------------------------------------- sessions


def resumed(way):
    def check(outcome):
        expect(
            outcome.wire["by_ticket" if way == "tickets" else "by_id"],
            "resumed in another way:",
            outcome.wire,
        )

    @needs(way)
    def trials(peer):
        return [
            trial(
                peer,
                client=Setting(connections=2, sessions=way if peer.role == "client" else ""),
                server=Setting(sessions=way),
                check=check,
                expected={"resumed": True},
            )
        ]

    return trials


# ------------------------------------------------------------------------------ client certificates


@needs("client-auth")
def client_certificates(peer):
    """Required, shown, verified: by type of key."""
    has = peer.verifies if peer.role == "server" else peer.keys

    def shown(outcome):
        expect(
            outcome.wire.get("client_certificate") and "client_scheme" in outcome.wire,
            "no certificate, or no proof:",
            outcome.wire,
        )
        expect(outcome.ours["client_certificate_requested"], "we know nothing of it:", outcome.ours)
        expect(
            peer.role == "server" or outcome.ours["verified"] and outcome.ours["peer_certificates"],
            "we did not verify it:",
            outcome.ours,
        )

    return [
        trial(
            peer,
            key,
            keys=("rsa" if key == "rsa" and peer.asks_for_its_own_kind else "p256",),
            server=Setting(client_auth="require"),
            authenticate=key,
            check=shown,
            expected={"asks_client": True},
        )
        for key in ("rsa", "p256", "ed25519")
        if key in has
    ]


@needs("client-auth")
def client_without_certificate(peer):
    def empty(outcome):
        expect(
            outcome.wire.get("client_certificate") is False,
            "no empty Certificate came (RFC 5246 §7.4.6):",
            outcome.wire,
        )

    return [
        trial(
            peer, server=Setting(client_auth="request"), check=empty, expected={"asks_client": True}
        )
    ]


ORDER = Setting(
    suites=("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", ECDHE_RSA),
    groups=("secp384r1", "x25519", "secp256r1"),
)


def our_order(peer):
    if peer.role == "server":
        return ROLE
    if (
        not {*ORDER.suites} <= peer.suites
        or "rsa" not in peer.verifies
        or not {*ORDER.groups} <= peer.groups
    ):
        return ""
    return [
        trial(
            peer,
            server=ORDER,
            keys=("rsa",),
            expected={"suite": ORDER.suites[0], "group": ORDER.groups[0]},
        )
    ]


ROWS = [
    Row("ECDHE with AES-GCM, ChaCha20", suites(("ECDHE_ECDSA", "ECDHE_RSA"), is_aead)),
    Row("ECDHE with AES-CBC", suites(("ECDHE_ECDSA", "ECDHE_RSA"), is_cbc)),
    Row("ECDHE with AES-CCM", suites(("ECDHE_ECDSA", "ECDHE_RSA"), is_ccm)),
    Row("DHE with AES-GCM, ChaCha20", suites(("DHE_RSA",), is_aead)),
    Row("DHE with AES-CBC", suites(("DHE_RSA",), is_cbc)),
    Row("DHE with AES-CCM", suites(("DHE_RSA",), is_ccm)),
    Row("RSA key exchange with AES-GCM", suites(("RSA",), is_aead)),
    Row("RSA key exchange with AES-CBC", suites(("RSA",), is_cbc)),
    Row("RSA key exchange with AES-CCM", suites(("RSA",), is_ccm)),
    Row("PSK suites", suites(("PSK",), lambda _: True)),
    Row("DHE_PSK suites", suites(("DHE_PSK",), lambda _: True)),
    Row("ECDHE_PSK suites", suites(("ECDHE_PSK",), lambda _: True)),
    # Shows RFC 8422 4-3, 5.1-4
    Row("x25519, secp256r1, 384, 521", curves),
    Row("ffdhe2048, 3072, 4096", ffdhe),
    Row("our order of suites and groups", our_order),
    # Shows RFC 8422 2.1-2, 5.3-1
    Row("certificates: RSA, RSA-PSS, P-256, 384, 521, Ed25519", certificates),
    Row("RSA and ECDSA side by side", several_certificates),
    Row("signature schemes", schemes),
    Row("signature schemes of each identity", schemes_of_identities),
    Row("signature_algorithms_cert", certificate_schemes),
    Row("resumption by session ID", resumed("session-ids")),
    Row("resumption by ticket", resumed("tickets")),
    Row("client certificates: RSA, P-256, Ed25519", client_certificates),
    # Shows RFC 8422 3-1
    Row("client without the certificate asked for", client_without_certificate),
]
