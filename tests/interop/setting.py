"""What a case configures at both ends, in the registries' words, and the words that each peer has for it."""
import dataclasses

# Cipher suite: OpenSSL's name, GnuTLS's key exchange and cipher.
SUITES = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA", "AES-128-GCM"),
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA", "AES-256-GCM"),
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": ("ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA", "CHACHA20-POLY1305"),
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA", "AES-128-GCM"),
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": ("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA", "AES-256-GCM"),
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": ("ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA", "CHACHA20-POLY1305"),
}

# Group: OpenSSL's name, GnuTLS's.
GROUPS = {
    "x25519": ("X25519", "GROUP-X25519"),
    "secp256r1": ("P-256", "GROUP-SECP256R1"),
    "secp384r1": ("P-384", "GROUP-SECP384R1"),
    "secp521r1": ("P-521", "GROUP-SECP521R1"),
}

# Signature scheme: OpenSSL's name, GnuTLS's. (In TLS 1.2 those of ECDSA name no curve.)
SCHEMES = {
    "rsa_pkcs1_sha256": ("RSA+SHA256", "SIGN-RSA-SHA256"),
    "rsa_pkcs1_sha384": ("RSA+SHA384", "SIGN-RSA-SHA384"),
    "rsa_pkcs1_sha512": ("RSA+SHA512", "SIGN-RSA-SHA512"),
    "rsa_pss_rsae_sha256": ("rsa_pss_rsae_sha256", "SIGN-RSA-PSS-RSAE-SHA256"),
    "rsa_pss_rsae_sha384": ("rsa_pss_rsae_sha384", "SIGN-RSA-PSS-RSAE-SHA384"),
    "rsa_pss_rsae_sha512": ("rsa_pss_rsae_sha512", "SIGN-RSA-PSS-RSAE-SHA512"),
    "ecdsa_secp256r1_sha256": ("ECDSA+SHA256", "SIGN-ECDSA-SHA256"),
    "ecdsa_secp384r1_sha384": ("ECDSA+SHA384", "SIGN-ECDSA-SHA384"),
    "ecdsa_secp521r1_sha512": ("ECDSA+SHA512", "SIGN-ECDSA-SHA512"),
}

# RFC 5246 §7.2, RFC 7301 §3.2
ALERTS = {
    "close_notify": 0,
    "unexpected_message": 10,
    "handshake_failure": 40,
    "bad_certificate": 42,
    "certificate_expired": 45,
    "certificate_unknown": 46,
    "unknown_ca": 48,
    "protocol_version": 70,
    "no_renegotiation": 100,
    "no_application_protocol": 120,
}


@dataclasses.dataclass(frozen=True)
class Setting:
    """What one end of a case is told. What is left empty stays at that end's default."""

    suite: str = ""
    group: str = ""
    scheme: str = ""
    versions: tuple = ("1.2",)  # of a peer; ours has no other
    alpn: tuple = ()
    extended_master_secret: bool = True  # of a peer; ours always has it
    identities: tuple = ()  # of a server
    ask_client: str = "no"  # whether a server wants a client's certificate: no, asks, requires
    name: str = "localhost"  # whom a client asks for, and must find in the certificate; "" for the address
    trust: str = ""  # the CA file of a client
    small_records: bool = False  # a peer cuts its messages into fragments of 512 bytes

    def but(self, **changes):
        return dataclasses.replace(self, **changes)
