"""Python's ssl as a peer: see README.md."""
import hashlib
import re
import select
import socket
import ssl
import sys

from python_context import (
    ALERTS,
    FAULTS,
    Failure,
    GREETING,
    IANA_NAMES,
    PATIENCE,
    Unsupported,
    can,
    configured,
    context_of,
    options_of,
    tell,
)

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
