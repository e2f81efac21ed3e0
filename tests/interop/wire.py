"""What a connection's bytes say to somebody who has no keys: a witness that belongs to neither
end. Until ChangeCipherSpec all is in the clear."""
import struct

from registry import GROUPS, SCHEMES, SUITES

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
(
    CLIENT_HELLO,
    SERVER_HELLO,
    NEW_SESSION_TICKET,
    CERTIFICATE,
    SERVER_KEY_EXCHANGE,
    CERTIFICATE_REQUEST,
    SERVER_HELLO_DONE,
    CERTIFICATE_VERIFY,
) = (1, 2, 4, 11, 12, 13, 14, 15)
CERTIFICATE_STATUS = 22
(
    SERVER_NAME,
    MAX_FRAGMENT_LENGTH,
    ALPN,
    ENCRYPT_THEN_MAC,
    EXTENDED_MASTER_SECRET,
    RECORD_SIZE_LIMIT,
    SESSION_TICKET,
) = (0, 1, 16, 22, 23, 28, 35)
CLIENT_CERTIFICATE_TYPE, SERVER_CERTIFICATE_TYPE, SIGNATURE_ALGORITHMS_CERT, RENEGOTIATION_INFO = (
    19,
    20,
    50,
    65281,
)


def record_size(data):
    """Of the record that begins here (RFC 5246 §6.2.1); nothing while its header is not whole."""
    return 5 + int.from_bytes(data[3:5], "big") if len(data) >= 5 else 0


class Direction:
    """What one end has sent: `messages`, `alerts` and the largest record before its
    ChangeCipherSpec, and the largest after it; the types of all its records."""

    def __init__(self, data):
        self.messages, self.alerts, self.changed, self.largest, self.largest_clear, self.kinds = (
            {},
            [],
            False,
            0,
            0,
            [],
        )
        handshake = b""
        while size := record_size(data):
            kind, length, body, data = data[0], size - 5, data[5:size], data[size:]
            self.kinds.append(kind)
            if self.changed:
                self.largest = max(self.largest, length)
                continue
            self.largest_clear = max(self.largest_clear, length)
            if kind == CHANGE_CIPHER_SPEC:
                self.changed = True
            elif kind == ALERT and len(body) == 2:
                self.alerts.append(body[1])
            elif kind == HANDSHAKE:
                handshake += body
        while len(handshake) >= 4:
            end = 4 + int.from_bytes(handshake[1:4], "big")
            self.messages.setdefault(handshake[0], handshake[4:end])
            handshake = handshake[end:]


class Hello:
    """Of either end (RFC 5246 §7.4.1.2, §7.4.1.3)."""

    def __init__(self, message, of_client):
        self.version = message[:2]
        at = 35 + message[34]
        self.session_id = message[35:at]
        if of_client:
            at += 2 + int.from_bytes(message[at : at + 2], "big")
            at += 1 + message[at]
        else:
            self.suite = int.from_bytes(message[at : at + 2], "big")
            at += 3
        self.extensions = {}
        rest = message[at + 2 :]
        while len(rest) >= 4:
            number, length = struct.unpack(">HH", rest[:4])
            self.extensions[number] = rest[4 : 4 + length]
            rest = rest[4 + length :]


def _schemes(extension):
    return [
        SCHEMES.get(int.from_bytes(extension[at : at + 2], "big"))
        for at in range(2, len(extension), 2)
    ]


def _authorities(message):
    """The bytes of certificate_authorities in a CertificateRequest (RFC 5246 §7.4.4)."""
    rest = message[1 + message[0] :]
    rest = rest[2 + int.from_bytes(rest[:2], "big") :]
    return int.from_bytes(rest[:2], "big")


def _key_exchange(message, suite):
    """The group and the scheme of a ServerKeyExchange (RFC 8422 §5.4, RFC 5246 §7.4.3), as far
    as it names them."""
    facts = {}
    if "PSK" in suite:
        message = message[2 + int.from_bytes(message[:2], "big") :]
    if "ECDHE" in suite:
        facts["group"] = GROUPS.get(int.from_bytes(message[1:3], "big"))
        signed = message[4 + message[3] :]
    else:
        for _ in range(3):  # p, g, Y
            message = message[2 + int.from_bytes(message[:2], "big") :]
        signed = message
    if signed:
        facts["scheme"] = SCHEMES.get(int.from_bytes(signed[:2], "big"))
    return facts


def facts(sent_by_client, sent_by_server):
    """What was agreed on; what cannot be told from outside is missing."""
    client, server = Direction(sent_by_client), Direction(sent_by_server)
    told = {
        "client_alerts": client.alerts,
        "server_alerts": server.alerts,
        "client_largest": client.largest,
        "server_largest": server.largest,
        "client_largest_clear": client.largest_clear,
        "server_largest_clear": server.largest_clear,
        "client_records": client.kinds,
        "server_records": server.kinds,
    }
    if CLIENT_HELLO not in client.messages or SERVER_HELLO not in server.messages:
        return told
    offer, answer = Hello(client.messages[CLIENT_HELLO], True), Hello(
        server.messages[SERVER_HELLO], False
    )
    suite = SUITES.get(answer.suite, hex(answer.suite))
    resumed = SERVER_HELLO_DONE not in server.messages
    told.update(
        server_certificate_type=int.from_bytes(
            answer.extensions.get(SERVER_CERTIFICATE_TYPE, b""), "big"
        ),
        client_certificate_type=int.from_bytes(
            answer.extensions.get(CLIENT_CERTIFICATE_TYPE, b""), "big"
        ),
        certificate_schemes=tuple(_schemes(offer.extensions.get(SIGNATURE_ALGORITHMS_CERT, b""))),
        version="TLS 1.2" if answer.version == b"\3\3" else answer.version.hex(),
        suite=suite,
        resumed=resumed,
        ems=EXTENDED_MASTER_SECRET in answer.extensions,
        etm=ENCRYPT_THEN_MAC in answer.extensions,
        by_ticket=resumed and bool(offer.extensions.get(SESSION_TICKET)),
        by_id=resumed and not offer.extensions.get(SESSION_TICKET),
        stapled=CERTIFICATE_STATUS in server.messages,
        asks_client=CERTIFICATE_REQUEST in server.messages,
        max_fragment=256 << answer.extensions[MAX_FRAGMENT_LENGTH][0]
        if MAX_FRAGMENT_LENGTH in answer.extensions
        else 0,
        record_size_limit=RECORD_SIZE_LIMIT in answer.extensions,
        secure_renegotiation=RENEGOTIATION_INFO in answer.extensions,
        alpn=answer.extensions[ALPN][3:].decode() if ALPN in answer.extensions else "",
        server_name=offer.extensions.get(SERVER_NAME, b"")[5:].decode(),
    )
    if SERVER_KEY_EXCHANGE in server.messages and key_exchange_is_told(suite):
        told.update(_key_exchange(server.messages[SERVER_KEY_EXCHANGE], suite))
    if CERTIFICATE_REQUEST in server.messages:
        told["authorities"] = _authorities(server.messages[CERTIFICATE_REQUEST])
    if CERTIFICATE in client.messages:
        told["client_certificate"] = len(client.messages[CERTIFICATE]) > 3
    if CERTIFICATE_VERIFY in client.messages:
        told["client_scheme"] = SCHEMES.get(
            int.from_bytes(client.messages[CERTIFICATE_VERIFY][:2], "big")
        )
    return told


def key_exchange_is_told(suite):
    """A plain PSK suite's ServerKeyExchange is a hint and nothing more (RFC 4279 §2)."""
    return not suite.startswith("TLS_PSK_WITH")
