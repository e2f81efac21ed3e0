"""Where `tls12 connect` connects to, and what it prints of names, lists and help.
usage: connect_words.py TLS12"""
import errno
import fcntl
import os
import pty
import socket
import struct
import subprocess
import sys
import termios

from connect import REQUEST, Peer, command, connect, request_of
from served import PATIENCE, Server, Skipped, Stage, collected, expect, play

TESTS, test = collected()


# ------------------------------------------------ where to


@test("what is not HOST:PORT is refused, with the way to write it")
def endpoints(stage):
    for target, hint in (
        ("https://example.org/", "leave the scheme out: example.org:443"),
        ("tls://example.org:8443", "leave the scheme out: example.org:8443"),
        ("http://[::1]/x", "leave the scheme out: [::1]:443"),
        ("example.org:443/path", "leave out what follows the port: example.org:443"),
        ("me@example.org:443", "leave the user out: example.org:443"),
        ("example.org", "the port is missing: example.org:443"),
        ("[::1]", "the port is missing: [::1]:443"),
        ("[::1]443", "after ] comes :PORT"),
        ("[::1:443", "no ]"),
        ("[example.org]:443", "IPv6"),
        ("[]:443", "IPv6"),
        ("[fe80::1%]:443", "IPv6"),
        ("::1:443", "[ADDRESS]:PORT"),
        ("fe80::1%lo:443", "[ADDRESS]:PORT"),
        (":443", "the host is missing"),
        ("example.org:", "the port is missing"),
        ("example.org:0", "at least 1"),
        ("example.org:65536", "at most 65535"),
        ("example.org:99999999999999999999", "at most 65535"),
        ("example.org:-1", "neither a port number nor a service"),
        ("example.org:no-such-service", "neither a port number nor a service"),
        ("two words:443", "space"),
        ("example.org: 443", "space"),
        ("b\u00fccher.example:443", "xn--"),
    ):
        done = subprocess.run(
            [stage.tls12, "connect", target],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        expect(
            done.returncode == 2 and done.stderr.count("\n") == 1 and hint in done.stderr,
            target,
            done,
        )
    for target, hint in (
        ("8443", "are written :8443"),
        ("*:8443", "are written :8443"),
        ("https://localhost:1", "leave the scheme out"),
    ):
        done = subprocess.run(
            [stage.tls12, "serve", "--listen", target],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        expect(done.returncode == 2 and hint in done.stderr, target, done)


@test("a port may be a service's name")
def services(stage):
    try:
        socket.getservbyname("https", "tcp")
    except OSError:
        raise Skipped("this machine does not know the service https") from None
    # Port 443 of an address of RFC 5737: the error names it, whatever the network makes of it.
    done = subprocess.run(
        [stage.tls12, "connect", "192.0.2.1:https", "--insecure", "--timeout", "0.2"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    expect(done.returncode == 1 and "192.0.2.1:443" in done.stderr, done)


def link_local():
    """An address of this machine that needs a zone, and the zone."""
    try:
        with open("/proc/net/if_inet6", encoding="ascii") as file:
            for line in file:
                digits, index, _, _, _, interface = line.split()
                if digits.startswith("fe80"):
                    return (
                        socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits)),
                        int(index, 16),
                        interface,
                    )
    except OSError:
        pass
    raise Skipped("no interface has a link-local IPv6 address")


@test(
    "an IPv6 address with a zone: the zone chooses the interface, the certificate is for the "
    "address"
)
def zones(stage):
    address, index, interface = link_local()
    stage.run("cert", "--out", stage.path("zone"), "--file", "localhost", address)

    def talk(stream):
        request_of(stream)
        stream.sendall(b"the answer\n")
        stream.unwrap()

    with Peer(stage, talk, address=(address, 0, 0, index), pki="zone") as peer:
        done = subprocess.run(
            [
                stage.tls12,
                "connect",
                f"[{address}%{interface}]:{peer.port}",
                "--ca",
                stage.path("zone/ca.pem"),
                "--timeout",
                str(PATIENCE),
            ],
            input=REQUEST,
            capture_output=True,
            timeout=2 * PATIENCE,
            check=False,
        )
    expect(done.returncode == 0 and done.stdout == b"the answer\n", done)
    expect(peer.names == [None], "a name was asked for:", peer.names)
    done = subprocess.run(
        [stage.tls12, "connect", f"[{address}%absent0]:1", "--insecure"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    expect(done.returncode == 1 and b"not an interface" in done.stderr, done)


@test("--listen :PORT listens on all addresses, IPv4 and IPv6")
def everywhere(stage):
    with Server(stage, listen=":0") as server:
        for host in ("127.0.0.1", "[::1]"):
            try:
                socket.create_connection((host.strip("[]"), server.port), PATIENCE).close()
            except OSError as why:
                expect(host != "127.0.0.1" and why.errno != errno.ECONNREFUSED, host, "is refused")
                continue  # a machine without IPv6
            done = connect(stage, server.port, "--servername", "localhost", host=host)
            expect(done.returncode == 0 and b"HTTP/1.1 200" in done.stdout, host, done)
        server.logged(r"^tls12: 127\.0\.0\.1:\d+ TLS 1\.2")


# ------------------------------------------------ words


@test("an unknown name in a list is told with the nearest ones, in one short line")
def nearest(stage):
    for options, told in (
        (("--suites", "FOO"), "TLS_"),
        (("--suites", "ECDHE-RSA-AES128-GCM-SHA256"), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        (
            ("--suites", "tls_ecdhe_ecdsa_with_chacha20_poly1305"),
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        ),
        (("--groups", "x25518"), "x25519"),
        (("--groups", "P-256r1"), "secp256r1"),
        (("--schemes", "rsa_pss_sha256"), "rsa_pss_rsae_sha256"),
        (("--cert-schemes", "ecdsa_p256_sha256"), "ecdsa_secp256r1_sha256"),
        (("--policy", "new"), "modern"),
        (("--renegotiate", "twice"), "once"),
        (("--color", "maybe"), "always"),
    ):
        done = subprocess.run(
            [stage.tls12, "connect", "localhost:1", *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        expect(
            done.returncode == 2 and done.stderr.count("\n") == 1 and len(done.stderr) < 300,
            options,
            done,
        )
        expect(options[1] in done.stderr and told in done.stderr, options, done)


def terminal(stage, *arguments, columns=None, size=None):
    """What the command prints on a terminal of this width."""
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    if columns is not None:
        environment["COLUMNS"] = str(columns)
    ours, theirs = pty.openpty()
    if size:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    with subprocess.Popen(
        [stage.tls12, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    ) as process:
        os.close(theirs)
        data = b""
        try:
            while part := os.read(ours, 65536):
                data += part
        except OSError:  # the other side is closed
            pass
        process.wait(PATIENCE)
    os.close(ours)
    return data.decode().replace("\r\n", "\n")


@test("help fits the width of the terminal, and says the same at every width")
def help_fits(stage):
    words = {}
    for name in ("", "connect", "serve", "cert", "verify", "show", "suites", "backends", "demo"):
        arguments = [name] * bool(name) + ["--help"]
        for width, text in (
            (60, terminal(stage, *arguments, columns=60)),
            (100, terminal(stage, *arguments, size=(40, 100))),
            (80, terminal(stage, *arguments, size=(24, 80), columns="")),
        ):
            longest = max(text.split("\n"), key=len)
            expect(len(longest) <= width, f"{len(longest)} columns of {width}:", longest)
            words.setdefault(name, text.replace("\\\n", " ").split())
            expect(
                text.replace("\\\n", " ").split() == words[name],
                "other words at",
                width,
                "columns:",
                name,
            )


@test("without UTF-8 nothing is drawn with lines and arrows")
def plain_locale(stage):
    with Server(stage) as server:
        for locale, drawn in (
            ("C", False),
            ("POSIX", False),
            ("C.UTF-8", True),
            ("en_US.utf8", True),
        ):
            done = subprocess.run(
                [*command(stage, server.port), "--trace"],
                input=REQUEST,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
                env=dict(os.environ, LC_ALL=locale),
            )
            told = done.stderr.decode()
            expect(done.returncode == 0 and "ClientHello" in told, done)
            expect(
                any(0x2500 <= ord(c) < 0x2800 for c in told) == drawn,
                locale,
                [line for line in told.split("\n") if not line.isascii()][:3],
            )
            expect(drawn or "client --> server" in told, locale, told[:500])


if __name__ == "__main__":
    sys.exit(play(TESTS, Stage(os.path.abspath(sys.argv[1])), 4))
