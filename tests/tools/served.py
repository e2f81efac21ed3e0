"""`tls12 serve` under test, and clients for it that speak TLS 1.2 and no other version."""
import concurrent.futures
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback

PATIENCE = 20  # seconds for what must happen; what must not happen late has bounds of its own


class Skipped(Exception):
    """What the test needs is not installed."""


def expect(truth, *story):
    if not truth:
        raise AssertionError(" ".join(str(s) for s in story))


class Stage:
    """A folder with a CA, a certificate for localhost, and files to serve."""

    def __init__(self, tls12):
        self.tls12 = tls12
        self._scratch = tempfile.TemporaryDirectory(prefix="tls12-serve-")
        self.folder = self._scratch.name
        self.run("cert", "--out", self.path("pki"), "localhost", "127.0.0.1")
        self.ca = self.path("pki/ca.pem")
        self.www = self.path("www")
        os.mkdir(self.www)
        self.digits = self.file("www/digits.txt", b"0123456789" * 10)
        self.big = self.file("www/big.bin", os.urandom(1 << 20) * 24)

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content):
        """Old enough for its validators to be strong."""
        with open(self.path(name), "wb") as out:
            out.write(content)
        os.utime(self.path(name), (784111777, 784111777))
        return content

    def run(self, *arguments):
        subprocess.run([self.tls12, *arguments], check=True, stdout=subprocess.DEVNULL)

    def context(self, trusting=True):
        context = ssl.create_default_context(cafile=self.ca if trusting else None)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context


class Server:
    def __init__(self, stage, *options, www=True, pki="pki", listen="127.0.0.1:0"):
        self.stage = stage
        folder = ["--www", stage.www] if www else []
        self.process = subprocess.Popen(
            [
                stage.tls12,
                "serve",
                "--listen",
                listen,
                "--cert",
                stage.path(pki + "/localhost.pem"),
                "--key",
                stage.path(pki + "/localhost-key.pem"),
                *folder,
                *map(str, options),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        first = self.process.stdout.readline()
        expect(
            first.startswith("listening on " + ("127.0.0.1:" if listen == "127.0.0.1:0" else "")),
            "no first line:",
            first,
            "" if first else self.process.stderr.read(),
        )
        self.port = int(first.rsplit(":", 1)[1])
        self._lines, self._more = [], threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self._more:
                self._lines.append(line.rstrip("\n"))
                self._more.notify_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def lines(self):
        with self._more:
            return list(self._lines)

    def logged(self, pattern, count=1):
        """Waits for so many lines that match, and returns them."""
        end = time.monotonic() + PATIENCE
        with self._more:
            while len(found := [line for line in self._lines if re.search(pattern, line)]) < count:
                expect(
                    self._more.wait(max(0, end - time.monotonic())),
                    f"not {count} lines of log with '{pattern}':",
                    *self._lines[-5:],
                )
        return found

    def of(self, client):
        """What was logged about this client's connection, once that has ended."""
        me = re.escape("127.0.0.1:%d " % client.port)
        self.logged(me + r"(TLS 1\.2|handshake failed|turned away)")
        return [line for line in self.lines() if re.search(me, line)]

    def stop(self):
        self.process.terminate()

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def exits(self, within=PATIENCE):
        started = time.monotonic()
        code = self.process.wait(PATIENCE)
        expect(code == 0, "exit code", code, *self.lines()[-5:])
        took = time.monotonic() - started
        expect(took < within, f"it took {took:.2f} s to end")

    def refuses(self):
        """Waits until nobody listens any more."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
            except ConnectionError:
                return
        raise AssertionError("it goes on listening")

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident(self):
        """Bytes of memory."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Plain:
    """A TCP connection."""

    def __init__(self, server, small_window=False):
        self.socket = socket.socket()
        if small_window:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", server.port))
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def rest(self, reset_is_end=True):
        """What comes until the end."""
        data = b""
        try:
            while part := self.socket.recv(65536):
                data += part
        except ConnectionError:
            if not reset_is_end:
                raise
        return data

    def trickle(self, data, pause=0.1):
        """Sends byte by byte, until the peer ends the connection; what it said."""
        self.socket.settimeout(pause)
        heard = b""
        for i in range(len(data)):
            try:
                self.socket.sendall(data[i : i + 1])
                part = self.socket.recv(65536)
                if not part:
                    return heard
                heard += part
            except TimeoutError:
                pass
            except OSError:  # also what OpenSSL says of a connection that is gone
                return heard
        raise AssertionError("it listened to the last byte")


class Client(Plain):
    """A TLS 1.2 connection; an end without close_notify is an error."""

    def __init__(self, server, context=None, small_window=False):
        super().__init__(server, small_window)
        try:
            self.socket = (context or server.stage.context()).wrap_socket(
                self.socket, server_hostname="localhost", suppress_ragged_eofs=False
            )
        except BaseException:
            self.socket.close()
            raise

    def ask(self, path, *fields, method="GET"):
        self.send(
            "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *fields, "", ""]).encode()
        )
        return self

    def answer(self, body=True):
        """Status, fields by their small names, content."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = self.socket.recv(65536)
            expect(part, "the connection ended before an answer:", data)
            data += part
        head, data = data.split(b"\r\n\r\n", 1)
        status, *lines = head.decode().split("\r\n")
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = int(fields.get("content-length", 0)) if body else 0
        parts = [data]
        got = len(data)
        while got < length:
            part = self.socket.recv(65536)
            expect(part, "the connection ended inside an answer")
            parts.append(part)
            got += len(part)
        return int(status.split()[1]), fields, b"".join(parts)

    def closed_properly(self):
        """Waits for close_notify and nothing before it."""
        part = self.socket.recv(1)  # an end without close_notify raises
        expect(part == b"", "there is more:", part)


def client_hello(stage):
    """A whole one, as a record."""
    out = ssl.MemoryBIO()
    tls = stage.context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost")
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


def until(truth, what):
    """Looks again and again: for what nothing announces."""
    end = time.monotonic() + PATIENCE
    while not truth():
        expect(time.monotonic() < end, "not in time:", what)
        time.sleep(0.01)


def collected():
    """A list of (title, function) pairs for play(), and the decorator that adds to it: @test("a
    title")."""
    tests = []

    def test(title):
        def keep(function):
            tests.append((title, function))
            return function

        return keep

    return tests, test


def play(tests, stage, threads):
    """Runs (title, function) pairs side by side and tells how each went; the exit code."""
    failures = skipped = 0
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for title, future in [(title, pool.submit(function, stage)) for title, function in tests]:
            try:
                future.result()
                print("ok:", title)
            except Skipped as absent:
                skipped += 1
                print(f"skipped: 1 {title}: {absent}")
            except Exception:  # any way to fail is one
                failures += 1
                print("FAILED:", title)
                print("    " + traceback.format_exc().strip().replace("\n", "\n    "))
            sys.stdout.flush()
    return 1 if failures else 0


def main(tests, what, make_stage, threads=1):
    """Plays the tests on the stage that `make_stage` sets up with a folder; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            stage = make_stage(folder)
        except Skipped as absent:
            print(f"skipped: {len(tests)} tests of {what}: {absent}")
            return 0
        return play(tests, stage, threads)
