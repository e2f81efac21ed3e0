"""What Python's ssl can, and contexts of it as options ask for them."""
import argparse
import json
import os
import platform
import ssl
import sys

GREETING = b"hello over there\n"
HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 30

GROUPS = ["x25519", "secp256r1", "secp384r1", "secp521r1"]
SCHEMES = [
    "ed25519",
    "ecdsa_secp256r1_sha256",
    "ecdsa_secp384r1_sha384",
    "ecdsa_secp521r1_sha512",
    "rsa_pss_rsae_sha256",
    "rsa_pss_rsae_sha384",
    "rsa_pss_rsae_sha512",
    "rsa_pss_pss_sha256",
    "rsa_pss_pss_sha384",
    "rsa_pss_pss_sha512",
    "rsa_pkcs1_sha256",
    "rsa_pkcs1_sha384",
    "rsa_pkcs1_sha512",
]
KEYS = ["rsa", "rsa-pss", "p256", "p384", "p521", "ed25519"]
FEATURES = [
    "alpn",
    "bytes",
    "cert",
    "connections",
    "ems",
    "etm",
    "groups",
    "half-close",
    "identities",
    "no-ems",
    "no-etm",
    "no-resumption",
    "old",
    "schemes",
    "session-ids",
    "tickets",
    "tls13",
    "truncate",
]
SERVER_FEATURES = ["accepts-max-fragment", "client-auth"]

# RFC 7919's ffdhe2048, of a server's DHE.
PRIME = """-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""

# Of OpenSSL's options, those for which ssl has no name.
NO_EXTENDED_MASTER_SECRET = 1 << 0
NO_ENCRYPT_THEN_MAC = 1 << 19
IGNORE_UNEXPECTED_EOF = 1 << 7

# RFC 5246 §7.2 and the extensions' alerts, in OpenSSL's words.
ALERTS = {
    "close notify": 0,
    "unexpected message": 10,
    "bad record mac": 20,
    "record overflow": 22,
    "handshake failure": 40,
    "bad certificate": 42,
    "unsupported certificate": 43,
    "certificate revoked": 44,
    "certificate expired": 45,
    "certificate unknown": 46,
    "illegal parameter": 47,
    "unknown ca": 48,
    "access denied": 49,
    "decode error": 50,
    "decrypt error": 51,
    "protocol version": 70,
    "insufficient security": 71,
    "internal error": 80,
    "no renegotiation": 100,
    "unsupported extension": 110,
    "unrecognized name": 112,
    "no application protocol": 120,
}

with open(os.path.join(HERE, "openssl_names.json"), encoding="ascii") as file:
    OPENSSL_NAMES = json.load(file)
# It has no callback for shared keys.
SUITES = [name for name in OPENSSL_NAMES if "PSK" not in name]
IANA_NAMES = {name: registered for registered, name in OPENSSL_NAMES.items()}


class Unsupported(Exception):
    pass


class Failure(Exception):
    pass


# What ends one connection.
FAULTS = (OSError, ValueError, Failure)


def tell(**line):
    print(json.dumps(line), flush=True)


def can():
    def role(groups, more):
        return {
            "suites": SUITES,
            "groups": groups,
            "schemes": SCHEMES,
            "keys": KEYS,
            "verifies": KEYS,
            "features": FEATURES + more,
        }

    return {
        "library": "Python ssl",
        "version": f"{platform.python_version()} with {ssl.OPENSSL_VERSION}",
        "client": role(GROUPS, ["address"]),
        "server": role([*GROUPS, "ffdhe2048"], SERVER_FEATURES),
    }


# ------------------------------------------------------------------------------------------ options


def options_of(arguments):
    server = arguments[0] == "server"
    known = (
        FEATURES
        + (SERVER_FEATURES if server else [])
        + ["port", "host", "key", "ca", "versions", "suites"]
    )
    for option in arguments[1:]:
        if option.startswith("--") and option[2:] not in known:
            raise Unsupported(option)
    parser = argparse.ArgumentParser()
    for name, kind in (
        ("port", int),
        ("host", str),
        ("ca", str),
        ("versions", str),
        ("suites", str),
        ("alpn", str),
        ("groups", str),
        ("schemes", str),
        ("client-auth", str),
        ("connections", int),
        ("bytes", int),
    ):
        parser.add_argument("--" + name, type=kind)
    for name in ("cert", "key"):
        parser.add_argument("--" + name, action="append", default=[])
    for name in (
        "no-ems",
        "no-etm",
        "session-ids",
        "tickets",
        "no-resumption",
        "half-close",
        "truncate",
    ):
        parser.add_argument("--" + name, action="store_true")
    options = parser.parse_args(arguments[1:])
    options.server = server
    return options


def configured(options):
    """For what ssl has no function its library has a file, which that reads but once: so this
    starts again, with it."""
    lines = [
        f"{name} = {':'.join(chosen)}"
        for name, chosen in (
            ("Groups", names_in(options.groups, [*GROUPS, "ffdhe2048"])),
            ("SignatureAlgorithms", names_in(options.schemes, SCHEMES)),
        )
        if chosen
    ]
    if not lines or "OPENSSL_CONF" in os.environ:
        return
    file = file_of(
        "\n".join(
            [
                "openssl_conf = top",
                "[top]",
                "ssl_conf = sections",
                "[sections]",
                "system_default = defaults",
                "[defaults]",
                *lines,
                "",
            ]
        )
    )
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "OPENSSL_CONF": file})


def file_of(text):
    """The name of a file with this, which is gone with the process."""
    file = os.memfd_create("text", 0)
    os.write(file, text.encode())
    return f"/proc/self/fd/{file}"


def names_in(text, known):
    names = text.split(",") if text else []
    for name in names:
        if name not in known:
            raise Unsupported(name)
    return names


def context_of(options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if options.server else ssl.PROTOCOL_TLS_CLIENT)
    context.options &= ~IGNORE_UNEXPECTED_EOF
    versions = [
        getattr(ssl.TLSVersion, "TLSv" + version.replace(".", "_"))
        for version in (options.versions or "1.2").split(",")
    ]
    context.minimum_version, context.maximum_version = versions[0], versions[-1]
    choose_algorithms(context, options)
    for certificate, key in zip(options.cert, options.key):
        context.load_cert_chain(certificate, key)
    trust(context, options)
    if options.alpn:
        context.set_alpn_protocols(options.alpn.split(","))
    if options.no_ems:
        context.options |= NO_EXTENDED_MASTER_SECRET
    if options.no_etm:
        context.options |= NO_ENCRYPT_THEN_MAC
    if options.session_ids or options.no_resumption:
        context.options |= ssl.OP_NO_TICKET
    return context


def choose_algorithms(context, options):
    wanted = options.suites.split(",") if options.suites else []
    for name in wanted:
        if name not in SUITES:
            raise Unsupported(name)
    # Debian's security level forbids what is old.
    context.set_ciphers(
        (":".join(OPENSSL_NAMES[name] for name in wanted) or "DEFAULT") + ":@SECLEVEL=0"
    )
    if options.server:
        context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
        context.load_dh_params(file_of(PRIME))


def trust(context, options):
    context.check_hostname = bool(options.ca and options.host)
    asks = options.client_auth or "none"
    if options.ca:
        context.load_verify_locations(options.ca)
    elif asks != "none":
        raise Unsupported("certificates of clients that nobody verifies")
    if options.server:
        context.verify_mode = {
            "none": ssl.CERT_NONE,
            "request": ssl.CERT_OPTIONAL,
            "require": ssl.CERT_REQUIRED,
        }[asks]
    else:
        context.verify_mode = ssl.CERT_REQUIRED if options.ca else ssl.CERT_NONE
