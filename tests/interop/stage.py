"""What a test case stands on: processes whose every wait is bounded, in a folder of its own,
ended by their own ids."""
import os
import re
import shutil
import subprocess
import tempfile
import threading
import zlib

# seconds: the bound of every single wait, for slow machines; nothing waits that long when all is
# well
PATIENCE = 30


LONG_PATIENCE = 5 * PATIENCE  # where much is to be done before anything shows


class Failed(Exception):
    """What was expected, and what came instead."""


def expect(condition, what, *details):
    if not condition:
        raise Failed("\n".join([what, *(str(detail) for detail in details)]))


class Stream:
    """What a process has written to one of its outputs so far."""

    def __init__(self, pipe):
        self._data = bytearray()
        self._past = 0
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._collect, args=(pipe,), daemon=True)
        self._thread.start()

    def _collect(self, pipe):
        with pipe:
            while chunk := os.read(pipe.fileno(), 1 << 16):
                with self._changed:
                    self._data += chunk
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def forget(self):
        """What was said so far is history: from now on, only what comes is looked at."""
        with self._changed:
            self._past = len(self._data)

    def bytes(self):
        with self._changed:
            return bytes(self._data[self._past :])

    def text(self):
        return self.bytes().decode("utf-8", "replace")

    def until(self, pattern):
        """The first match of this regular expression, once it is there."""
        wanted = re.compile(pattern.encode())
        self._wait(lambda: wanted.search(self._data, self._past), f"no '{pattern}'")
        return re.search(pattern, self.text())

    def until_size(self, size):
        self._wait(
            lambda: len(self._data) - self._past >= size, f"fewer than {size} bytes", LONG_PATIENCE
        )

    def until_end(self):
        self._wait(lambda: self._ended, "no end")

    def _wait(self, condition, what, patience=PATIENCE):
        with self._changed:
            self._changed.wait_for(lambda: condition() or self._ended, patience)
            satisfied = condition()
        expect(
            satisfied, f"{what}, but{' at the end' if self._ended else ''}:", self.text()[-2000:]
        )


class Tally(Stream):
    """Of so much output that it is not kept: how long it is, and whether it repeats a pattern."""

    def __init__(self, pipe):
        self._size, self._right, self._expected = 0, True, b""
        super().__init__(pipe)

    def _collect(self, pipe):
        with pipe:
            while chunk := os.read(pipe.fileno(), 1 << 20):
                self._look(chunk)
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _look(self, chunk):
        if not self._expected:
            self._expected = _PATTERN * (2 + (1 << 20) // len(_PATTERN))
        at = self._size % len(_PATTERN)
        with self._changed:
            self._right = self._right and self._expected[at : at + len(chunk)] == chunk
            self._size += len(chunk)
            self._changed.notify_all()

    def until_size(self, size):
        self._wait(lambda: self._size >= size, f"fewer than {size} bytes", LONG_PATIENCE)

    def repeats_pattern(self):
        return self._right


_PATTERN = bytes(range(251))  # as the programs in peers/ have it


class Process:
    """A program that runs; its standard input stays open until end_input()."""

    running = set()
    interrupted = False
    patience = PATIENCE

    @staticmethod
    def end_all():
        """When the whole run is interrupted: none is left, and none starts."""
        Process.interrupted = True
        for process in list(Process.running):
            process.kill()

    def __init__(self, arguments, folder, environment=(), tally=False):
        if Process.interrupted:
            raise Failed("interrupted")
        self.arguments = arguments
        self._popen = subprocess.Popen(
            arguments,
            cwd=folder,
            env={**os.environ, "LC_ALL": "C", **dict(environment)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        Process.running.add(self)
        self.out = (Tally if tally else Stream)(self._popen.stdout)
        self.err = Stream(self._popen.stderr)

    def feed(self, data):
        """Hands over input without waiting until it is taken."""
        threading.Thread(target=self._write, args=(data,), daemon=True).start()
        return self

    def _write(self, data):
        try:
            self._popen.stdin.write(data)
            self._popen.stdin.flush()
        except (OSError, ValueError):
            pass  # it has ended, which shows elsewhere

    def feed_pattern(self, size):
        """As feed(), so many bytes as Tally knows them."""
        return self.feed((_PATTERN * (1 + size // len(_PATTERN)))[:size])

    def end_input(self, data=b""):
        """Gives the rest of the input, which must fit into a pipe, and its end."""
        self._write(data)
        try:
            self._popen.stdin.close()
        except OSError:
            pass
        return self

    def ended(self):
        return self._popen.poll() is not None

    def wait(self):
        """The exit code, with all output there."""
        try:
            code = self._popen.wait(self.patience)
        except subprocess.TimeoutExpired:
            raise Failed(
                f"{self.arguments[0]} does not end:\n{self.out.text()[-1000:]}\n"
                f"{self.err.text()[-1000:]}"
            ) from None
        self.out.until_end()
        self.err.until_end()
        return code

    def exits(self, code):
        expect(
            self.wait() == code,
            f"exit code {self._popen.returncode} instead of {code}:",
            self.out.text()[-1500:],
            self.err.text()[-1500:],
        )
        return self

    def kill(self):
        """At once, without any farewell."""
        self._popen.kill()
        self._popen.wait()

    def clear(self):
        if not self.ended():
            self.kill()
        try:
            self._popen.stdin.close()
        except OSError:
            pass
        Process.running.discard(self)


class Stage:
    """Where one case plays: its folder and its processes, which are gone when it ends."""

    def __init__(self, tls12, pki, folder):
        self.tls12 = tls12
        self.pki = pki
        self._run = folder
        self.folder = tempfile.mkdtemp(dir=folder)
        self._processes = []
        self._closed_last = []
        self._made = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self._processes):
            process.clear()
        for thing in self._closed_last:
            thing.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *arguments, environment=(), tally=False):
        process = Process(
            [str(argument) for argument in arguments], self.folder, environment, tally
        )
        self._processes.append(process)
        return process

    def folder_of(self, name):
        os.makedirs(self.path(name), exist_ok=True)
        return self.path(name)

    def shared(self, name):
        """A folder that outlives this stage, for what the whole run makes once."""
        path = os.path.join(self._run, name)
        os.makedirs(path)
        return path

    def once(self, key, make):
        """What several trials of a cell share."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def keep(self, closable):
        self._closed_last.append(closable)
        return closable

    def path(self, name):
        return os.path.join(self.folder, name)

    def trust(self, identities):
        """A file with the CAs of them all; nothing for none."""
        authorities = b""
        for identity in identities:
            with open(identity.ca, "rb") as file:
                authorities += file.read()
        return (
            self.write(f"trust{zlib.crc32(authorities):08x}.pem", authorities)
            if authorities
            else ""
        )

    def public_key(self, identity):
        """In a PEM file of its own."""

        def make():
            return self.write(
                f"public{zlib.crc32(identity.key.encode()):08x}.pem",
                self.start("openssl", "pkey", "-in", identity.key, "-pubout").exits(0).out.bytes(),
            )

        return self.once(identity.key, make)

    def last_words(self):
        """What the last two processes said last on standard error, to explain a failure."""
        words = []
        for process in self._processes[-2:]:
            words.append("-- " + " ".join(process.arguments))
            words += ["   " + line for line in process.err.text().splitlines()[-5:]]
        return "\n".join(words)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)
