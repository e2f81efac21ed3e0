"""Hostile text, how it is sent, and whether what the command prints of it is harmless."""
import re
import subprocess
import unicodedata

from certificates import LEAF, Forge
from served import Stage, client_hello, expect

HIDDEN = ("Cc", "Cf", "Zl", "Zp", "Cs")
CHARACTERS = [
    chr(c)
    for c in range(1, 0x110000)
    if unicodedata.category(chr(c)) in HIDDEN and not 0xD800 <= c < 0xE000
]
EVIL = "a\x1b[2J\nb\u202egpj\u2066\u200b\u2028\ufeff\x9b\x7f\\x1b\"<i>'&"
BROKEN = b"a\x1b]0;x\x07\r\n\xff\xc0\xaf\xe2\x80\xae\xe2\x80\\\"<i>\x00"
EVERY_BYTE = [bytes(range(first, first + 32)) for first in range(0, 256, 32)]


def harmless(printed, what, lines=True):
    """UTF-8, and no character that hides, moves or reorders others; `lines`: newlines end lines."""
    if isinstance(printed, str):
        printed = printed.encode("utf-8", "surrogateescape")
    try:
        text = printed.decode()
    except UnicodeDecodeError as error:
        raise AssertionError(f"{what}: {error}: {printed!r}") from error
    found = [c for c in text if unicodedata.category(c) in HIDDEN and not (lines and c == "\n")]
    expect(not found, what, [hex(ord(c)) for c in found[:8]], "in", repr(text[:2000]))
    return text


class Scene(Stage):
    def __init__(self, tls12):
        super().__init__(tls12)
        self.forge = Forge(self.folder)

    def prints(self, *arguments, text=b"", codes=(0, 1, 2)):
        """Standard output and standard error, which are harmless."""
        done = subprocess.run(
            [self.tls12, *arguments], input=text, capture_output=True, timeout=60, check=False
        )
        expect(done.returncode in codes, arguments, "exit code", done.returncode, done)
        # connect writes the peer's data to standard output as it came; here that is a page of
        # `serve`.
        return harmless(done.stdout.replace(b"\r\n", b"\n"), arguments), harmless(
            done.stderr, arguments
        )

    def hostile_certificate(self, name, values, extensions=LEAF, issuer=None):
        """With each of `values` as a part of its subject."""
        subject = "".join("/O=" + re.sub(r"([/\\+=])", r"\\\1", value) for value in values)
        return self.forge.issue(name, extensions, issuer, subject)


def names_in_der(*names):
    """A subjectAltName of these, which are (context tag, octets)."""
    content = b"".join(bytes([tag, len(value)]) + value for tag, value in names)
    size = (
        bytes([len(content)])
        if len(content) < 128
        else bytes([0x81, len(content)])
        if len(content) < 256
        else bytes([0x82, len(content) >> 8, len(content) & 255])
    )
    return "DER:" + (b"\x30" + size + content).hex(":")


def hello_with(stage, number, content):
    """A ClientHello with this extension added; its record, one fragment."""
    record = client_hello(stage)
    body = bytearray(record[9:])
    at = 34 + 1 + body[34]
    at += 2 + int.from_bytes(body[at : at + 2], "big")
    at += 1 + body[at]
    extensions = bytes(body[at + 2 :])
    kept = b""
    while extensions:
        size = 4 + int.from_bytes(extensions[2:4], "big")
        if int.from_bytes(extensions[:2], "big") != number:
            kept += extensions[:size]
        extensions = extensions[size:]
    kept += number.to_bytes(2, "big") + len(content).to_bytes(2, "big") + content
    body = bytes(body[:at]) + len(kept).to_bytes(2, "big") + kept
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message


def protocols(*names):
    joined = b"".join(bytes([len(name)]) + name for name in names)
    return len(joined).to_bytes(2, "big") + joined


def server_name(name):
    one = b"\x00" + len(name).to_bytes(2, "big") + name
    return len(one).to_bytes(2, "big") + one
