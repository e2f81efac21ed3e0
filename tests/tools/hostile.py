"""Text from outside in all that the command prints and serves: none of it moves a cursor, forges
a line, reorders a line or breaks UTF-8. usage: hostile.py TLS12"""
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading

from certificates import CA, LEAF
from hostile_scene import (
    BROKEN,
    CHARACTERS,
    EVERY_BYTE,
    EVIL,
    Scene,
    harmless,
    hello_with,
    names_in_der,
    protocols,
    server_name,
)
from served import PATIENCE, Client, Plain, Server, collected, expect, main

TESTS, test = collected()

# Unicode's own table of what must not be printed: an independent source for the command's.
# ------------------------------------------------ a peer's messages


@test(
    "a client's application protocols are traced and logged harmlessly, and each differs from all "
    "others"
)
def offered_protocols(stage):
    hidden = ["".join(CHARACTERS[at : at + 50]).encode() for at in range(0, len(CHARACTERS), 50)]
    names = [*EVERY_BYTE, *hidden, EVIL.encode(), BROKEN, b"\x1b", b"\\x1b"]
    for options in (("--trace",), ("--trace", "--json"), ()):
        with Server(stage, *options) as server:
            for name in names:
                with Plain(server) as peer:
                    peer.send(hello_with(stage, 16, protocols(name)))
                    peer.rest()
                    server.logged(
                        '"peer":"127.0.0.1:%d"' % peer.port
                        if "--json" in options
                        else "127.0.0.1:%d " % peer.port
                    )
            lines = server.lines()
            harmless("\n".join(lines), options)
            if "--trace" not in options:
                expect(
                    all(line.startswith("tls12: 127.0.0.1:") for line in lines),
                    "a forged line:",
                    lines,
                )
            else:
                traced = [
                    found[1]
                    for line in lines
                    if (
                        found := re.search(
                            r"application_layer_protocol_negotiation +(\".*\")", line
                        )
                    )
                ]
                expect(len(set(traced)) == len(names), "protocols that look alike:", traced)


@test("a server_name that is not one is refused, and its octets are printed nowhere")
def hostile_server_name(stage):
    with Server(stage, "--trace") as server:
        for name in (b"a\x1b[2Jb", b"a\nb", "a\u202eb".encode(), b"a\xffb", b"a b", b"a\x00b"):
            with Plain(server) as peer:
                peer.send(hello_with(stage, 0, server_name(name)))
                expect(
                    peer.rest() == bytes.fromhex("1503030002022f"),
                    "not illegal_parameter for",
                    name,
                )
                (line,) = server.of(peer)
                expect("illegal_parameter" in line, line)
        harmless("\n".join(server.lines()), "server_name")


@test("an identity of a shared key, and the hint for it, are shown harmlessly at both ends")
def shared_keys(stage):
    openssl = stage.forge.openssl
    hostile = "a\x1b[2J\u202e\\x1b\"\x7f"
    with Server(
        stage,
        "--trace",
        "--policy",
        "psk",
        "--psk",
        hostile + ":0102",
        "--psk-hint",
        hostile,
        www=False,
    ) as server:
        subprocess.run(
            [
                openssl,
                "s_client",
                "-connect",
                f"127.0.0.1:{server.port}",
                "-tls1_2",
                "-psk_identity",
                hostile,
                "-psk",
                "0102",
                "-cipher",
                "PSK:ECDHE-PSK@SECLEVEL=0",
            ],
            input=b"GET / HTTP/1.0\r\n\r\n",
            capture_output=True,
            timeout=60,
            check=False,
        )
        server.logged(r"tls12: 127\.0\.0\.1:\d+ TLS 1\.2")
        text = harmless("\n".join(server.lines()), "identity")
        expect(r'"a\x1b[2J\u{202e}\\x1b\"\x7f"' in text, text)
        for options in ((), ("--json",), ("--trace",)):
            stage.prints(
                "connect",
                f"127.0.0.1:{server.port}",
                "--servername",
                "localhost",
                "--policy",
                "psk",
                "--psk",
                hostile + ":0102",
                "--timeout",
                "20",
                *options,
                text=b"GET / HTTP/1.0\r\n\r\n",
                codes=(0,),
            )


def chosen_protocol_server(name):
    """Answers one ClientHello with a ServerHello that chooses this protocol."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        with listener, listener.accept()[0] as peer:
            peer.settimeout(PATIENCE)
            peer.recv(65536)
            extension = b"\x00\x10" + (len(name) + 3).to_bytes(2, "big") + protocols(name)
            extensions = b"\xff\x01\x00\x01\x00" + extension
            body = (
                b"\x03\x03"
                + bytes(32)
                + b"\x00\xc0\x2b\x00"
                + len(extensions).to_bytes(2, "big")
                + extensions
            )
            peer.sendall(
                b"\x16\x03\x03"
                + (len(body) + 4).to_bytes(2, "big")
                + b"\x02"
                + len(body).to_bytes(3, "big")
                + body
            )
            peer.recv(65536)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    return listener.getsockname()[1], thread


@test("an application protocol that the server makes up is named harmlessly in the reason")
def chosen_protocol(stage):
    for name in (EVIL.encode(), BROKEN, *EVERY_BYTE):
        for options in ((), ("--json",), ("--trace",)):
            port, thread = chosen_protocol_server(name)
            _, told = stage.prints(
                "connect",
                f"127.0.0.1:{port}",
                "--servername",
                "localhost",
                "--ca",
                stage.ca,
                "--alpn",
                "h2",
                *options,
                codes=(1,),
            )
            thread.join(PATIENCE)
            expect("application" in told, told)
            expect(options == ("--trace",) or told.count("\n") == 1, "not one line:", told)


# ------------------------------------------------ certificates and what belongs to them


SOURCES = ("show", "show --json", "cert --show", "cert --json --show")


@test(
    "every hidden character in a certificate's names is shown by its code: show, cert, verify, "
    "their JSON, a batch, a trace, a summary, a page"
)
def certificate_names(stage):
    chunks = [
        "x" + "".join(CHARACTERS[at : at + 40]) + "x" for at in range(0, len(CHARACTERS), 40)
    ] + [EVIL]
    names = names_in_der(
        (0x82, b"a\x1b[2J.example"),
        (0x82, b"a b, c"),
        (0x81, b"\x0a@b.example"),
        (0x86, b"http://a\x7f\x00/\\x1b"),
        (0x87, bytes([127, 0, 0, 1])),
        (0x82, b"localhost"),
    )
    leaf = LEAF.replace(
        "subjectAltName=DNS:leaf.example,IP:192.0.2.7,email:someone@leaf.example",
        "subjectAltName=" + names,
    )
    ca = stage.hostile_certificate("evil-ca", chunks, CA)
    path = stage.hostile_certificate("evil", chunks, leaf, "evil-ca")
    for command in SOURCES:
        out, _ = stage.prints(*command.split(), path, codes=(0, 1))
        if "json" in command:
            json.loads(out)
    out, _ = stage.prints("cert", "--show", path)
    for character in CHARACTERS:
        code = "".join(f"\\{octet:02x}" for octet in character.encode())
        expect(code in out, "nothing shows", hex(ord(character)))
    for arguments in (
        ("--trust", ca),
        ("--trust", ca, "--name", "other.example"),
        ("--trust", stage.ca),
        ("--trust", ca, "--time", "2000-01-01T00:00:00Z"),
    ):
        for options in ((), ("--json",)):
            stage.prints("verify", path, *arguments, *options)
    with open(path, encoding="ascii") as file:
        line = json.dumps({"id": EVIL, "leaf": file.read(), "trusted": [], "peer_name": EVIL})
    out, _ = stage.prints(
        "verify", "--batch", "-", text=(line + "\n").encode() + b"\xff\x1b\n", codes=(2,)
    )
    expect(out.count("\n") == 2 and json.loads(out.splitlines()[0])["id"] == EVIL, out)


@test("a peer's hostile certificate is shown harmlessly by connect, by serve and on its page")
def peers_certificate(stage):
    extensions = LEAF.replace("leaf.example", "localhost").replace(
        "extendedKeyUsage=serverAuth", "extendedKeyUsage=serverAuth,clientAuth"
    )
    ca = stage.hostile_certificate("peer-ca", [EVIL], CA)
    path = stage.hostile_certificate("peer", [EVIL, "\u202e,O=Bank"], extensions, "peer-ca")
    os.makedirs(stage.path("evil-pki"), exist_ok=True)
    shutil.copy(path, stage.path("evil-pki/localhost.pem"))
    shutil.copy(path.replace(".pem", "-key.pem"), stage.path("evil-pki/localhost-key.pem"))
    with Server(stage, "--trace", "--client-auth", "request", www=False, pki="evil-pki") as server:
        for trust in (("--ca", ca), ("--ca", stage.ca), ("--insecure",)):
            for options in ((), ("--json",), ("--trace",)):
                stage.prints(
                    "connect",
                    f"127.0.0.1:{server.port}",
                    "--servername",
                    "localhost",
                    "--timeout",
                    "20",
                    *trust,
                    *options,
                    text=b"GET / HTTP/1.0\r\n\r\n",
                )
        context = ssl.create_default_context(cafile=ca)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(path, path.replace(".pem", "-key.pem"))
        for page in ("/", "/request", "/state.json"):
            with Client(server, context) as client:
                status, _, content = client.ask(
                    page, "X-Evil: <i>\\x1b&\"'", "Connection: close"
                ).answer()
                text = harmless(content, page)
                expect(
                    status == 200
                    and "<i>" not in text.replace("<i>\\\\x1b", "")
                    or page == "/state.json",
                    page,
                    text,
                )
                expect(page != "/" or r"O=a\1b[2J\0ab\e2\80\aegpj" in text, text)
        harmless("\n".join(server.lines()), "serve")


@test(
    "a list, an OCSP response and a request of a hostile issuer are shown harmlessly, and so are "
    "verdicts about them"
)
def revocation(stage):
    forge = stage.forge
    ca = stage.hostile_certificate("list-ca", [EVIL, "\u2067\u200d"], CA)
    leaf = forge.issue("listed", LEAF, "list-ca")
    crl = forge.list_of_revoked("evil-crl", "list-ca", ["listed"])
    ocsp = forge.path("evil-ocsp.der")
    forge.run(
        "ocsp",
        "-index",
        "index.txt",
        "-rsigner",
        "list-ca.pem",
        "-rkey",
        "list-ca-key.pem",
        "-CA",
        "list-ca.pem",
        "-issuer",
        "list-ca.pem",
        "-cert",
        "listed.pem",
        "-respout",
        ocsp,
    )
    for path in (ca, crl, ocsp, forge.path("list-ca.csr")):
        for options in ((), ("--json",), ("--brief",)):
            stage.prints("show", path, *options, codes=(0, 1))
    for options in ((), ("--json",)):
        for status in (
            ("--crl", crl),
            ("--ocsp", ocsp),
            ("--crl", crl, "--time", "2100-01-01T00:00:00Z"),
            ("--revocation", "require"),
        ):
            stage.prints("verify", leaf, "--trust", ca, *status, *options)


@test("strings of every type and octet in a certificate are shown harmlessly")
def every_string(stage):
    strings = [
        bytes([tag, 32]) + octets
        for tag in (0x0C, 0x12, 0x13, 0x14, 0x16, 0x1A, 0x1C, 0x1E, 0x17, 0x18)
        for octets in (*EVERY_BYTE, (BROKEN * 2)[:32])
    ]
    values = b"".join(strings)

    # SEQUENCE { Attribute { 2.5.4.3, SET OF the strings } }
    def element(tag, content):
        return bytes([tag, 0x82]) + len(content).to_bytes(2, "big") + content

    directory = element(0x30, element(0x30, bytes.fromhex("0603550403") + element(0x31, values)))
    path = stage.forge.issue("strings", LEAF + "2.5.29.9=DER:" + directory.hex(":") + "\n")
    for options in ((), ("--json",), ("--brief",)):
        stage.prints("show", path, *options, codes=(0, 1))


# ------------------------------------------------ HTTP


@test("a request's path and fields are logged in one harmless line, and shown on a harmless page")
def requests(stage):
    with Server(stage, www=False) as server:
        for line in (
            b"GET /a\xe2\x80\xae\xff\" HTTP/1.1",
            b"GET /a\x1b[2J HTTP/1.1",
            b"GET /%1b%0a\\x1b HTTP/1.1",
            b"G\x1bT / HTTP/1.1",
            b"GET / HTTP/9.9\x1b",
        ):
            with Client(server) as client:
                client.send(
                    line
                    + b"\r\nHost: localhost\r\nX-Evil: \xff\xe2\x80\xae\xc2\x9b<i>\r\nConnection: "
                    b"close\r\n\r\n"
                )
                harmless(client.rest().replace(b"\r\n", b"\n"), line)
        with Client(server) as client:
            client.send(
                b"GET /request HTTP/1.1\r\nHost: localhost\r\nX-Evil: "
                b"\xff\xe2\x80\xae\xc2\x9b<i>\\x1b\r\nConnection: close\r\n\r\n"
            )
            status, _, content = client.answer()
            text = harmless(content, "/request")
            expect(status == 200 and r"X-Evil: \xff\u{202e}\u{9b}&lt;i&gt;\\x1b" in text, text)
            server.of(client)
        lines = server.lines()
        harmless("\n".join(lines), "log")
        expect(all(line.startswith("tls12: 127.0.0.1:") for line in lines), lines)


@test("names of files are shown harmlessly, lead to their files, and each differs from all others")
def file_names(stage):
    folder = os.path.join(os.fsencode(stage.www), b"evil")
    os.mkdir(folder)
    names = [
        EVIL.encode(),
        BROKEN.replace(b"\x00", b"").replace(b"/", b""),
        b"\x1b",
        b"\\x1b",
        *(octets.replace(b"\x00", b"").replace(b"/", b"").lstrip(b".") for octets in EVERY_BYTE),
    ]
    for name in names:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"it")
    with Server(stage) as server:
        with Client(server) as client:
            _, _, content = client.ask("/evil/", "Connection: close").answer()
        text = harmless(content, "listing")
        rows = re.findall(r"<a href='(\./[^']*)'>([^<]*)</a>", text)
        expect(len(rows) == len({shown for _, shown in rows}) == len(set(names)), rows)
        for href, _ in rows:
            with Client(server) as client:
                status, _, content = client.ask("/evil" + href[1:], "Connection: close").answer()
                expect(status == 200 and content == b"it", href, status)
        harmless("\n".join(server.lines()), "log")


# ------------------------------------------------ arguments and files


@test("arguments and the names of files in reasons are printed harmlessly, in one line")
def arguments(stage):
    evil = EVIL.encode()
    os.makedirs(stage.path("dir"), exist_ok=True)
    for broken in (evil, BROKEN.replace(b"\x00", b"")):
        for line in (
            (broken,),
            ("show", broken),
            ("cert", "--show", broken),
            ("verify", broken, "--trust", broken),
            ("verify", stage.ca, "--trust", broken),
            ("connect", broken),
            ("connect", broken + b":1"),
            ("connect", "localhost:1", "--ca", broken),
            ("connect", "localhost:1", "--servername", broken),
            ("connect", "localhost:1", "--suites", broken),
            ("connect", "localhost:1", "--psk", broken),
            ("connect", "localhost:1", "--keylog", broken + b"/x"),
            ("serve", "--www", broken),
            ("serve", "--cert", broken, "--key", broken),
            ("serve", "--listen", broken),
            ("serve", "--quiet", "--ticket-keys", broken),
            ("cert", "--out", stage.path("dir"), broken),
            ("cert", "--out", stage.path("dir"), "--subject", broken, "x"),
            ("verify", stage.ca, "--time", broken),
            ("cert", "--out", stage.path("dir"), "--sign", broken, "--issuer", broken),
            ("verify", "--batch", broken),
        ):
            _, told = stage.prints(*line)
            expect(told.count("\n") <= 1, "not one line:", line, told)


if __name__ == "__main__":
    sys.exit(main(TESTS, "hostile text", lambda _: Scene(sys.argv[1]), threads=2))
