"""How `tls12 connect` reads its command line, and how its connections end. usage: connect.py
TLS12"""
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading

from served import PATIENCE, Skipped, Stage, collected, expect, play

TESTS, test = collected()
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
NOTHING_CAME = "the connection ended before any byte came"


class Peer:
    """A TLS server for one connection, which `talk` makes of it; what went wrong there fails the
    test."""

    def __init__(self, stage, talk, plain=False, address=("127.0.0.1", 0), pki="pki"):
        self.listening = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        self.listening.bind(address)
        self.listening.listen()
        self.port = self.listening.getsockname()[1]
        self.fault = None
        self.names = []  # that clients asked for
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.context.load_cert_chain(
            stage.path(pki + "/localhost.pem"), stage.path(pki + "/localhost-key.pem")
        )
        self.context.sni_callback = lambda _stream, name, _context: self.names.append(name)
        self._thread = threading.Thread(target=self._run, args=(talk, plain), daemon=True)
        self._thread.start()

    def _run(self, talk, plain):
        try:
            accepted, _ = self.listening.accept()
            accepted.settimeout(PATIENCE)
            with accepted:
                if plain:
                    talk(accepted)
                else:
                    with self.context.wrap_socket(
                        accepted, server_side=True, suppress_ragged_eofs=False
                    ) as stream:
                        talk(stream)
        except Exception as fault:  # any way to fail is one
            self.fault = fault

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._thread.join(PATIENCE)
        self.listening.close()
        if kind is None:
            expect(self.fault is None, "the peer:", repr(self.fault))


def command(stage, port, *options, host="127.0.0.1", timeout=PATIENCE):
    return [
        stage.tls12,
        "connect",
        f"{host}:{port}",
        "--ca",
        stage.ca,
        "--quiet",
        "--timeout",
        str(timeout),
        *options,
    ]


def connect(stage, port, *options, text=REQUEST, **where):
    return subprocess.run(
        command(stage, port, *options, **where),
        input=text,
        capture_output=True,
        timeout=2 * PATIENCE,
        check=False,
    )


def request_of(stream):
    data = b""
    while not data.endswith(b"\n"):
        part = stream.recv(4096)
        expect(part, "the client's direction ended inside its request:", data)
        data += part
    return data


@test(
    "a certificate of --ca that cannot be used is reported with its place, and the others are "
    "trusted"
)
def skips_unusable(stage):
    bundle = stage.path("bundle.pem")
    with open(stage.ca, encoding="ascii") as ca, open(bundle, "w", encoding="ascii") as file:
        file.write(ca.read() + "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n")
    with Peer(stage, lambda stream: (request_of(stream), stream.unwrap())) as peer:
        done = subprocess.run(
            [stage.tls12, "connect", f"127.0.0.1:{peer.port}", "--ca", bundle, "--half-close"],
            input=REQUEST,
            capture_output=True,
            timeout=2 * PATIENCE,
            check=False,
        )
    expect(done.returncode == 0, done)
    expect(done.stderr.startswith(b"tls12: skipped: "), done.stderr)
    expect(f" {bundle}: certificate 2: ".encode() in done.stderr.splitlines()[0], done.stderr)


# ------------------------------------------------ the end of the input


@test(
    "at the end of its input connect keeps its direction open, and reads on to the peer's "
    "close_notify"
)
def stays_open(stage):
    seen = threading.Event()

    def talk(stream):
        request_of(stream)
        stream.sendall(b"the answer\n")
        expect(seen.wait(PATIENCE), "the answer was not seen")
        stream.setblocking(False)
        try:
            raise AssertionError(f"something came: {stream.recv(1)!r}")
        except ssl.SSLWantReadError:
            pass
        stream.settimeout(PATIENCE)
        stream.unwrap()  # returns once the client's close_notify has come

    with Peer(stage, talk) as peer, open(stage.path("www/digits.txt"), "rb") as digits:
        with subprocess.Popen(
            command(stage, peer.port),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as client:
            client.stdin.write(digits.read() + b"\n")
            client.stdin.close()
            expect(client.stdout.readline() == b"the answer\n", "no answer")
            seen.set()
            expect(client.wait(PATIENCE) == 0, client.stderr.read())


@test("with --half-close it sends close_notify at the end of its input, and reads on")
def half_close(stage):
    def talk(stream):
        expect(stream.recv(4096) == REQUEST, "another request")
        expect(stream.recv(1) == b"", "no close_notify")
        stream.sendall(b"the answer\n")
        stream.unwrap()

    with Peer(stage, talk) as peer:
        done = connect(stage, peer.port, "--half-close")
    expect(done.returncode == 0 and done.stdout == b"the answer\n", done)


@test("after the end of the input, --timeout ends the wait for a peer that says no more")
def deadline(stage):
    ended = threading.Event()

    def talk(stream):
        request_of(stream)
        stream.sendall(b"an answer without an end\n")
        ended.wait(PATIENCE)

    with Peer(stage, talk) as peer:
        done = connect(stage, peer.port, timeout=0.5)
        ended.set()
    expect(done.returncode == 1 and done.stdout == b"an answer without an end\n", done)
    expect(
        done.stderr.count(b"\n") == 1 and b"deadline" in done.stderr and b"read" in done.stderr,
        done,
    )


def answers(stage, process, port):
    """An HTTP server of another stack, which drops its answer if the client closes its direction
    too early."""
    try:
        done = connect(stage, port)
        expect(done.returncode == 0 and b"the answer" in done.stdout, done)
    finally:
        process.kill()
        process.wait()


NODE = """
const https = require('https'), fs = require('fs');
const cert = fs.readFileSync(process.argv[1]), key = fs.readFileSync(process.argv[2]);
https.createServer({cert, key, maxVersion: 'TLSv1.2'},
  (request, response) => setImmediate(() => response.end('the answer')))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port); });
"""


@test("Node's HTTPS server answers though the input has ended")
def node(stage):
    if not shutil.which("node"):
        raise Skipped("node is not installed")
    process = subprocess.Popen(
        ["node", "-e", NODE, stage.path("pki/localhost.pem"), stage.path("pki/localhost-key.pem")],
        stdout=subprocess.PIPE,
    )
    answers(stage, process, int(process.stdout.readline()))


GO = """
package main
import ("crypto/tls"; "fmt"; "net"; "net/http"; "os"; "time")
func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil { panic(err) }
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done(): // the client has closed its direction
		case <-time.After(200 * time.Millisecond): fmt.Fprintln(w, "the answer")
		}
	})
	server := http.Server{Handler: handler, TLSConfig: &tls.Config{MaxVersion: tls.VersionTLS12}}
	panic(server.ServeTLS(listener, os.Args[1], os.Args[2]))
}
"""


@test("Go's HTTPS server answers though the input has ended")
def go(stage):
    if not shutil.which("go"):
        raise Skipped("go is not installed")
    source, program = stage.path("main.go"), stage.path("go-server")
    with open(source, "w", encoding="ascii") as file:
        file.write(GO)
    environment = dict(os.environ, GOFLAGS="", GO111MODULE="off", CGO_ENABLED="0")
    environment.setdefault("GOCACHE", stage.path("go-cache"))
    subprocess.run(["go", "build", "-o", program, source], env=environment, check=True, timeout=200)
    process = subprocess.Popen(
        [program, stage.path("pki/localhost.pem"), stage.path("pki/localhost-key.pem")],
        stdout=subprocess.PIPE,
    )
    answers(stage, process, int(process.stdout.readline()))


@test("a connection that ends before any byte came says so, and another does not")
def nothing_came(stage):
    def closes(stream):
        request_of(stream)
        stream.unwrap()

    def cuts(stream):
        request_of(stream)
        stream.shutdown(socket.SHUT_WR)

    def answers_and_cuts(stream):
        request_of(stream)
        stream.sendall(b"the answer\n")
        stream.shutdown(socket.SHUT_WR)

    for talk, code, told in ((closes, 0, True), (cuts, 1, True), (answers_and_cuts, 1, False)):
        with Peer(stage, talk) as peer:
            plain = [option for option in command(stage, peer.port) if option != "--quiet"]
            done = subprocess.run(
                plain, input=REQUEST, capture_output=True, timeout=2 * PATIENCE, check=False
            )
        expect(
            done.returncode == code and (NOTHING_CAME.encode() in done.stderr) == told,
            talk.__name__,
            done,
        )
    with Peer(stage, closes) as peer:
        done = connect(stage, peer.port)  # --quiet
    expect(done.returncode == 0 and done.stderr == b"", done)


# ------------------------------------------------ peers that do not speak TLS


@test("a server that speaks another protocol is named")
def other_servers(stage):
    for banner, told in (
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "it speaks SSH"),
        (b"220 mail.example.org ESMTP\r\n", "it speaks SMTP or FTP"),
        (b"* OK IMAP4rev1 ready\r\n", "it speaks IMAP"),
        (b"+OK POP3 ready\r\n", "it speaks POP3"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the peer speaks plain HTTP"),
    ):

        def talk(plain, banner=banner):
            plain.sendall(banner)
            plain.recv(65536)  # the ClientHello
            plain.recv(65536)  # the alert, or the end

        with Peer(stage, talk, plain=True) as peer:
            done = connect(stage, peer.port)
        expect(
            done.returncode == 1 and done.stderr.count(b"\n") == 1 and told.encode() in done.stderr,
            banner,
            done,
        )


@test("a server that ends the handshake after a warning alert has its alert named")
def warned(stage):
    def talk(plain):
        plain.recv(65536)
        plain.sendall(b"\x15\x03\x03\x00\x02\x01\x70")
        plain.shutdown(socket.SHUT_WR)
        plain.recv(65536)

    with Peer(stage, talk, plain=True) as peer:
        done = connect(stage, peer.port)
    expect(
        done.returncode == 1 and b"[received warning alert unrecognized_name]" in done.stderr, done
    )


if __name__ == "__main__":
    sys.exit(play(TESTS, Stage(os.path.abspath(sys.argv[1])), 4))
