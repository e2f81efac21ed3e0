"""Python's ssl as a peer: see README.md."""
import argparse
import hashlib
import json
import os
import platform
import re
import select
import socket
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


# ------------------------------------------------------------------------------------- a connection


class Connection:
    """TLS between two buffers, and a socket that is read and written by hand: so it can do both
    at once, and close one half."""

    def __init__(self, context, transport, options, session):
        self._transport = transport
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(
            self._incoming,
            self._outgoing,
            options.server,
            None if options.server else options.host or None,
            session,
        )
        self._unsent = b""
        transport.setblocking(False)
        transport.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.closed = False

    def _move(self, wait):
        """Gives and takes what the socket lets pass."""
        self._unsent += self._outgoing.read()
        readable, writable, _ = select.select(
            [self._transport],
            [self._transport] if self._unsent else [],
            [],
            PATIENCE if wait else 0,
        )
        if wait and not readable and not writable:
            raise Failure("the peer says nothing more")
        if writable:
            self._unsent = self._unsent[self._transport.send(self._unsent) :]
        if readable:
            data = self._transport.recv(1 << 16)
            self._incoming.write(data) if data else self._incoming.write_eof()

    def flush(self):
        self._unsent += self._outgoing.read()
        while self._unsent:
            self._move(wait=True)

    def _do(self, call, *arguments):
        while True:
            try:
                result = call(*arguments)
            except ssl.SSLWantReadError:
                self._move(wait=True)
            else:
                self.flush()
                return result

    def handshake(self):
        try:
            self._do(self.tls.do_handshake)
        except ssl.SSLError:
            self._last_words()
            raise

    def _last_words(self):
        """The alert that explains it."""
        try:
            self.flush()
        except OSError:
            pass

    def read(self):
        """What came; nothing at the peer's close_notify."""
        try:
            return self._do(self.tls.read, 1 << 15)
        except ssl.SSLZeroReturnError:
            return b""

    def write(self, data):
        self._do(self.tls.write, data)

    def offer(self, data):
        """Writes, while the peer may be writing too: takes what has come without waiting for it."""
        self.tls.write(data)
        self._unsent += self._outgoing.read()
        while len(self._unsent) > 1 << 16:
            self._move(wait=True)

    def close(self):
        """Sends close_notify; the peer's is for those who read on."""
        if self.closed:
            return
        self.closed = True
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self.flush()

    def truncate(self):
        """The transport's end alone; then whatever the peer still says is taken, lest it be
        answered with a reset."""
        self._transport.shutdown(socket.SHUT_WR)
        self._transport.settimeout(PATIENCE)
        while self._transport.recv(1 << 16):
            pass

    def drop(self):
        self._transport.close()


# ------------------------------------------------------------------------------------- the exchange

PATTERN = bytes(range(251)) * (1 << 9)


def pattern(position, count):
    start = position % 251
    return PATTERN[start : start + min(count, 1 << 15)]


class Talk:
    def __init__(self, connection, options):
        self._connection = connection
        self._options = options
        self.sent = self.received = 0
        self._end = ""

    def _line(self):
        line = b""
        while not line.endswith(b"\n"):
            data = self._read()
            if not data:
                break
            line += data
        self.received = len(line)
        return line

    def _read(self):
        try:
            data = self._connection.read()
        except ssl.SSLError as error:
            if (
                not isinstance(error, ssl.SSLEOFError)
                and error.reason != "UNEXPECTED_EOF_WHILE_READING"
            ):
                raise
            self._end = "truncated"
            return b""
        if not data:
            self._end = "close_notify"
        return data

    def end(self):
        if not self._end and self._read():
            raise Failure("more data than expected")
        return self._end

    def _say(self, line):
        self._connection.write(line)
        self.sent = len(line)

    def _check(self, data):
        position = 0
        while position < len(data):
            expected = pattern(self.received, len(data) - position)
            if data[position : position + len(expected)] != expected:
                raise Failure(f"wrong bytes from {self.received} on")
            position += len(expected)
            self.received += len(expected)

    def _receive(self, count):
        while self.received < count:
            data = self._read()
            if not data:
                raise Failure(f"the end after {self.received} bytes")
            self._check(data)

    def ask(self):
        if self._options.bytes is not None:
            return self._ask_at_length(self._options.bytes)
        self._say(GREETING)
        if self._options.half_close:
            self._connection.close()
        answer = self._line()
        if answer != GREETING:
            raise Failure(f"wrong answer: {answer}")

    def _ask_at_length(self, count):
        while self.sent < count:
            data = pattern(self.sent, count - self.sent)
            self._connection.offer(data)
            self.sent += len(data)
            self._take()
        self._connection.flush()
        self._receive(count)

    def _take(self):
        """What is here already."""
        try:
            while data := self._connection.tls.read(1 << 15):
                self._check(data)
        except ssl.SSLWantReadError:
            pass

    def serve(self):
        if self._options.bytes is not None:
            self._receive(self._options.bytes)
            while self.sent < self._options.bytes:
                data = pattern(self.sent, self._options.bytes - self.sent)
                self._connection.write(data)
                self.sent += len(data)
            return
        line = self._line()
        if self._options.half_close and self.end() != "close_notify":
            raise Failure("no close_notify before the answer")
        if line.endswith(b"\n"):
            self._say(line)


def facts(tls):
    leaf = tls.getpeercert(binary_form=True)
    return {
        "version": tls.version().replace("TLSv", "TLS "),
        "suite": IANA_NAMES[tls.cipher()[0]],
        "resumed": tls.session_reused,
        "alpn": tls.selected_alpn_protocol(),
        "peer_certificate_sha256": hashlib.sha256(leaf).hexdigest() if leaf else None,
    }


def converse(context, transport, options, session):
    """Returns the session, for the next one."""
    connection = Connection(context, transport, options, session)
    connection.handshake()
    talk = Talk(connection, options)
    talk.serve() if options.server else talk.ask()
    report = facts(connection.tls)
    if options.truncate:
        connection.truncate()
        end = "unread"
    elif options.server:
        end = talk.end()
        connection.close()
    else:
        connection.close()
        end = talk.end()
    connection.drop()
    tell(**report, sent=talk.sent, received=talk.received, eof=end)
    return connection.tls.session


def play(options):
    context = context_of(options)
    count = options.connections or 1
    if not options.server:
        session = None
        for _ in range(count):
            session = converse(
                context, socket.create_connection(("127.0.0.1", options.port)), options, session
            )
            if options.no_resumption:
                session = None
        return
    with socket.create_server(("127.0.0.1", options.port or 0)) as listener:
        tell(port=listener.getsockname()[1])
        for _ in range(count):
            # A context keeps its sessions; a fresh one has none.
            if options.no_resumption:
                context = context_of(options)
            transport = listener.accept()[0]
            try:
                converse(context, transport, options, None)
            except FAULTS as fault:
                explain(fault)
                transport.close()


def explain(fault):
    tell(error=str(fault), alert=alert_in(fault))


def alert_in(error):
    found = re.search(r"alert ([a-z ]+)", str(error))
    return ALERTS.get(found[1].strip()) if found else None


def main(arguments):
    if arguments == ["can"]:
        tell(**can())
        return 0
    if not arguments or arguments[0] not in ("client", "server"):
        print("usage: can | client [options] | server [options]", file=sys.stderr)
        return 2
    try:
        options = options_of(arguments)
        configured(options)
        play(options)
    except Unsupported as refusal:
        tell(unsupported=str(refusal))
        return 3
    except FAULTS as fault:
        explain(fault)
        return 1
    return 0


sys.exit(main(sys.argv[1:]))
