"""What every peer is to the matrix, whatever it is made of."""
import http.client
import itertools
import random
import shutil
import socket
import threading
import time

from registry import CURVES, FFDHE, SCHEMES, SUITES
from stage import PATIENCE, Failed, expect

# Why a cell is empty.
PEER = "p"  # the peer's stack has no such thing
COMMAND = "c"  # its command has no way to ask for it, or to tell
ROLE = "–"  # it makes no sense in this role

KEYS = ("rsa", "rsa-pss", "p256", "p384", "p521", "ed25519")

# What a peer may have beside suites, groups, schemes and keys. As tests/interop/peers/README.md has
# them, and:
#   record-size-limit; sni and address: which name it asks for, or is asked for; verify: it checks
#   whom it talks to; schemes: it takes a choice of them; old: it can be made to speak TLS 1.1
#   alone; tls13: and 1.3 beside 1.2; lasting: a server's connection goes on behind the first
#   answer; closes-first: it closes behind its answer, which is for its client to answer;
#   answers-close: it says close_notify when the other end has; half-close: it answers behind that;
#   raw-keys: it shows and takes them.
EVERYTHING = frozenset(
    "psk session-ids tickets staple want-staple alpn client-auth max-fragment accepts-max-fragment "
    "ems no-ems etm no-etm export bytes half-close identities record-size-limit small-records sni "
    "address verify schemes groups old tls13 answers-close".split()
)


class Peer:
    """One column: a stack in one role."""

    name = ""
    role = "server"  # or client
    programs = ()  # what must be installed
    suites = frozenset(SUITES.values())
    groups = frozenset((*CURVES, *FFDHE))
    schemes = frozenset(SCHEMES.values())
    keys = frozenset(KEYS)  # of its own certificate
    verifies = frozenset(KEYS)  # of ours
    features = EVERYTHING
    connects_ahead = False  # opens connections that it may not use, which resume the first
    refuses_unknown_protocols = True  # a server: of ALPN; or goes on without one
    demands_by_page = (
        False  # a server: a client's certificate, of which nothing is said in the handshake
    )
    tells_why_of_clients = True  # a server: that one shows no certificate
    asks_for_its_own_kind = (
        False  # a server: certificates of clients with the type of key that its own has
    )
    tells_why = True  # by an alert, whatever the reason is
    fragments = (512, 1024, 2048, 4096)  # of max_fragment_length
    protocols = ("first", "second")  # of ALPN
    lacks = {}  # feature: why, where it is not the peer's stack

    def missing(self):
        return [program for program in self.programs if not shutil.which(program)]

    def why_not(self, *needs):
        """The reason not to have all of this; none where it has."""
        for feature in needs:
            if feature not in self.features:
                return self.lacks.get(feature, PEER)
        return ""


class Server(Peer):
    lasting = b""  # a question behind whose answer it goes on
    half_closing = ()  # options for who answers a client that has closed already
    question, answer = b"GET / HTTP/1.0\r\n\r\n", r"^HTTP/1\.[01] 200"

    def serve(self, stage, setting):
        """Started, and listening at its `port`."""
        raise NotImplementedError

    def expecting(self, process):
        """Before every connection: what it says of earlier ones is not to be taken for what it
        says of this."""
        process.out.forget()
        process.err.forget()

    def reply(self, process):
        """The question is on its way: what it takes for an answer."""

    def seen(self, _process, _connections=1):
        """What it says of the last of so many connections, as wire.facts() has it."""
        return {}


class Client(Peer):
    role = "client"
    talks_http = True  # and asks for a page of our server; else says a line to its echo
    exit_code_tells = True

    def connect(self, stage, port, setting):
        """On its way, to talk as it does."""
        raise NotImplementedError

    def finish(self, process):
        """All went well, and this is what it says of it."""
        process.exits(0)
        expect(
            b'"cipher_suite"' in process.out.bytes(),
            "not our server's page:",
            process.out.text()[:500],
            process.err.text()[-1000:],
        )
        return {}

    def is_refused(self, process):
        code = process.wait()
        expect(
            code != 0 or not self.exit_code_tells,
            "it is content:",
            process.out.text()[-500:],
            process.err.text()[-1000:],
        )
        expect(
            b'"cipher_suite"' not in process.out.bytes(),
            "it got our server's page:",
            process.out.text()[-500:],
        )


class Proxy(Client):
    """A reverse proxy is a client towards what is behind it; we ask at its front, in plain HTTP."""

    def front(self, stage, port, setting):
        """A process with its front at `port`."""
        raise NotImplementedError

    def connect(self, stage, port, setting):
        process = self.front(stage, port, setting)
        process.answers = [ask(process.port, setting.page) for _ in range(setting.connections)]
        return process

    def finish(self, process):
        for status, content in process.answers:
            expect(
                status == 200 and b'"cipher_suite"' in content,
                f"answer {status}:",
                content[:500],
                process.err.text()[-1500:],
            )
        return {}

    def is_refused(self, process):
        status, content = process.answers[-1]
        expect(status >= 500, f"answer {status}:", content[:500])


def ask(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def body(process):
    """What came behind the head of the answer."""
    head, _, rest = process.out.bytes().partition(b"\r\n\r\n")
    start = head.find(b"HTTP/1.")
    expect(start >= 0, "no HTTP answer:", head[:300], process.err.text()[-1500:])
    return rest


def joined(*paths):
    """What these files have, one behind the other."""
    text = b""
    for path in paths:
        with open(path, "rb") as file:
            text += file.read()
    return text


def request(path):
    return f"GET {path} HTTP/1.0\r\n\r\n".encode()


def _ports():
    """Below those that the system gives to whoever does not care, so that none is given away
    before it is taken."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        end = int(file.read().split()[0])
    ports = range(max(1024, end - 20000), end)
    start = random.randrange(len(ports))
    yield from itertools.cycle((*ports[start:], *ports[:start]))


_port, _turn = _ports(), threading.Lock()


def free_port():
    with _turn:
        for port in _port:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return port


def on_free_port(start, says=""):
    """start(port) -> process, until one listens, which it says on standard error, or answers;
    somebody else may have been faster."""
    for _ in range(10):
        port = free_port()
        process = start(port)
        try:
            process.err.until(says) if says else _until_it_answers(process, port)
        except Failed:
            if not process.ended():
                raise
            continue
        process.port = port
        return process
    raise Failed("no port is free")


def _until_it_answers(process, port):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        expect(not process.ended(), "it ended:", process.err.text()[-1000:])
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise Failed("it does not listen")
