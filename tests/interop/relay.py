"""A relay on the wire between two ends, and what it heard: as facts, or as a capture file. It
may cut the wire at a chosen place."""
import contextlib
import dataclasses
import socket
import struct
import threading

import wire
from stage import PATIENCE, expect

CLIENT_PORT = 40000  # in the capture


@dataclasses.dataclass(frozen=True)
class Cut:
    """Nothing that one end says passes from here on: a record's beginning, or its middle."""

    from_client: bool
    record: int  # from 0 on
    inside: bool

    def passes(self, data):
        """How many of these bytes, the first that this end has said."""
        at = 0
        for _ in range(self.record):
            at += wire.record_size(data[at:]) or len(data)
        size = wire.record_size(data[at:])
        return at + size // 2 if self.inside and size else at


class Conversation:
    """One connection, forwarded byte by byte as they come, and kept."""

    def __init__(self, client, port, cut=None):
        self._cut = cut
        self._heard = []  # (from the client?, bytes)
        self._lock = threading.Lock()
        self._port = port
        self.from_port = 0  # whence the server sees it come
        self._thread = threading.Thread(target=self._run, args=(client,), daemon=True)

    def start(self):
        self._thread.start()

    def _run(self, client):
        try:
            with client, socket.create_connection(("127.0.0.1", self._port), PATIENCE) as server:
                client.settimeout(PATIENCE)
                self.from_port = server.getsockname()[1]
                back = threading.Thread(
                    target=self._forward, args=(server, client, False), daemon=True
                )
                back.start()
                self._forward(client, server, True)
                back.join()
        except OSError:
            pass  # shows at both ends

    def _forward(self, source, sink, from_client):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                passed = self._until_the_cut(data, from_client)
                with self._lock:
                    self._heard.append((from_client, passed))
                sink.sendall(passed)
                if len(passed) < len(data):
                    break
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _until_the_cut(self, data, from_client):
        if not self._cut or self._cut.from_client != from_client:
            return data
        before = self.said_by(from_client)
        return data[: max(0, self._cut.passes(before + data) - len(before))]

    def said_by(self, client):
        with self._lock:
            return b"".join(data for from_client, data in self._heard if from_client == client)

    def until_end(self):
        self._thread.join(PATIENCE)
        return self

    def facts(self):
        return wire.facts(self.said_by(True), self.said_by(False))

    def capture(self):
        """All of it as a pcap file: packets of raw IP (link type 101), with TCP headers made up
        for them, and a FIN from each end."""
        self.until_end()
        file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
        sent = {True: 1, False: 1}
        packets = [*self._heard, (True, None), (False, None)]
        for number, (from_client, whole) in enumerate(packets):
            for data in (
                [None]
                if whole is None
                else [whole[at : at + (1 << 14)] for at in range(0, len(whole), 1 << 14)]
            ):
                packet = self._packet(
                    from_client,
                    sent[from_client],
                    sent[not from_client],
                    data or b"",
                    final=data is None,
                )
                sent[from_client] += len(data or b"")
                file += struct.pack("<IIII", 1, number, len(packet), len(packet)) + packet
        return file

    def _packet(self, from_client, sequence, acknowledged, data, final):
        ports = (CLIENT_PORT, self._port) if from_client else (self._port, CLIENT_PORT)
        push_ack, fin = 0x18, 0x01
        tcp = (
            struct.pack(
                ">HHIIBBHHH",
                *ports,
                sequence,
                acknowledged,
                5 << 4,
                push_ack | (fin if final else 0),
                65535,
                0,
                0,
            )
            + data
        )
        address = socket.inet_aton("127.0.0.1")
        return (
            struct.pack(
                ">BBHHHBBH4s4s",
                0x45,
                0,
                20 + len(tcp),
                0,
                0,
                64,
                socket.IPPROTO_TCP,
                0,
                address,
                address,
            )
            + tcp
        )


class Relay:
    """Listens for a port's sake; every connection is a conversation of its own."""

    def __init__(self, port, cut=None):
        self._target, self._cut = port, cut
        self._conversations = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            while True:
                client, _ = self._listener.accept()
                self._conversations.append(Conversation(client, self._target, self._cut))
                self._conversations[-1].start()
        except OSError:
            pass  # closed

    def conversations(self):
        """Those in which anything was said: some clients knock before they come."""
        return [
            one
            for one in self._conversations
            if one.facts()["client_alerts"]
            or "suite" in one.facts()
            or one.facts()["server_alerts"]
        ]

    def last(self):
        found = self.conversations()
        expect(found, "nobody came")
        return found[-1]

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)  # which accept() notices
        self._listener.close()
