"""Botan's own commands, which know policies."""
from registry import CURVES, FFDHE, SUITES, is_cbc, key_exchange, protection
from stacks.base import COMMAND, Client, Server, on_free_port, request

EXCHANGES = {
    "ECDHE_ECDSA": ("ECDH", "ECDSA"),
    "ECDHE_RSA": ("ECDH", "RSA"),
    "DHE_RSA": ("DH", "RSA"),
    "RSA": ("RSA", "IMPLICIT"),
}
CIPHERS = {"CHACHA20_POLY1305": "ChaCha20Poly1305"}
MACS = {"SHA": "SHA-1", "SHA256": "SHA-256", "SHA384": "SHA-384"}
SUITES_OF_BOTAN = frozenset(suite for suite in SUITES.values() if key_exchange(suite) in EXCHANGES)
LACKS = dict.fromkeys(
    (
        "session-ids",
        "tickets",
        "psk",
        "client-auth",
        "staple",
        "want-staple",
        "export",
        "identities",
        "no-ems",
        "small-records",
        "bytes",
        "schemes",
        "alpn",
        "closes-first",
        "verify",
    ),
    COMMAND,
)


def cipher(suite):
    name = protection(suite)[0]
    if name in CIPHERS:
        return CIPHERS[name]
    size, _, mode = name[4:].partition("_")
    return f"AES-{size}" + {"GCM": "/GCM", "CBC": "", "CCM": "/CCM", "CCM_8": "/CCM(8)"}[mode]


def policy(stage, setting):
    """A text policy: what it does not say is a safe default."""
    lines = [
        f"allow_tls{version.replace('.', '')} = {str(version in setting.versions).lower()}"
        for version in ("1.0", "1.1", "1.2")
    ]
    lines += [
        "require_cert_revocation_info = false",
        "minimum_rsa_bits = 2048",
        "allow_server_initiated_renegotiation = false",
    ]
    suites = setting.suites
    if suites:
        kinds = [EXCHANGES[key_exchange(suite)] for suite in suites]
        methods = {signed for _, signed in kinds}
        lines += [
            "key_exchange_methods = " + " ".join(sorted({exchange for exchange, _ in kinds})),
            "signature_methods = " + " ".join(sorted(methods)),
            "ciphers = " + " ".join(sorted({cipher(suite) for suite in suites})),
            "macs = "
            + " ".join(
                sorted(
                    {MACS[protection(suite)[1]] if is_cbc(suite) else "AEAD" for suite in suites}
                )
            ),
        ]
    else:
        lines.append("signature_methods = ECDSA RSA")
    if "1.1" in setting.versions:
        lines += ["ciphers = AES-128", "macs = SHA-1"]
    if setting.groups:
        lines.append(
            "key_exchange_groups = "
            + " ".join(
                f"ffdhe/ietf/{group[5:]}" if group.startswith("ff") else group
                for group in setting.groups
            )
        )
    if not setting.etm:
        lines.append("negotiate_encrypt_then_mac = false")
    return stage.write("policy.txt", "\n".join(lines).encode() + b"\n")


class BotanServer(Server):
    name, programs = "Botan", ("botan",)
    suites, groups, keys = (
        SUITES_OF_BOTAN,
        frozenset((*CURVES, *FFDHE)),
        frozenset(("rsa", "p256", "p384", "p521")),
    )
    features, lacks = (
        frozenset(
            "ems etm no-etm groups sni verify lasting answers-close session-ids address old".split()
        ),
        LACKS,
    )
    question, answer = b"hello over there\n", r"hello over there"
    lasting = question

    def serve(self, stage, setting):
        identity = setting.identities[0]
        return on_free_port(
            lambda port: stage.start(
                "botan",
                "tls_server",
                identity.chain,
                identity.key,
                f"--port={port}",
                "--policy=" + policy(stage, setting),
            )
        )


class BotanClient(Client):
    exit_code_tells = False
    name, programs = "Botan", ("botan",)
    suites, groups = SUITES_OF_BOTAN, frozenset(CURVES)
    verifies = frozenset(("rsa", "p256", "p384", "p521"))
    features, lacks = (
        frozenset(
            "ems etm no-etm groups sni alpn answers-close session-ids tickets address old".split()
        ),
        LACKS,
    )

    def connect(self, stage, port, setting):
        options = [
            "--policy=" + policy(stage, setting),
            "--skip-system-cert-store",
            "--trusted-cas=" + setting.trust,
            "--tls" + setting.versions[0],
        ]
        if setting.alpn:
            options.append("--next-protocols=" + ",".join(setting.alpn))
        if setting.connections > 1:
            options += ["--session-db=" + stage.path("sessions"), "--session-db-pass=secret"]

        def ask():
            return stage.start(
                "botan", "tls_client", setting.name or "127.0.0.1", f"--port={port}", *options
            ).feed(request(setting.page))

        for _ in range(1, setting.connections):
            ask().wait()
        return ask()
