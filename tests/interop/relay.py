"""A relay on the wire between two ends, and what it heard as a capture file."""
import socket
import struct
import threading

from stage import PATIENCE

CLIENT_PORT = 40000  # in the capture


class Relay:
    """Forwards one connection to a port, byte by byte as they come, and keeps them."""

    def __init__(self, port):
        self._target = port
        self._heard = []  # (from the client?, bytes)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            client, _ = self._listener.accept()
            with client, socket.create_connection(("127.0.0.1", self._target), PATIENCE) as server:
                client.settimeout(PATIENCE)
                back = threading.Thread(target=self._forward, args=(server, client, False), daemon=True)
                back.start()
                self._forward(client, server, True)
                back.join()
        except OSError:
            pass  # shows at both ends

    def _forward(self, source, sink, from_client):
        try:
            while data := source.recv(1 << 14):
                with self._lock:
                    self._heard.append((from_client, data))
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self._listener.close()

    def capture(self):
        """All of it as a pcap file: packets of raw IP (link type 101), with TCP headers made up for them, and a FIN from each end."""
        self._thread.join(PATIENCE)
        file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
        sent = {True: 1, False: 1}
        packets = [*self._heard, (True, None), (False, None)]
        for number, (from_client, data) in enumerate(packets):
            packet = self._packet(from_client, sent[from_client], sent[not from_client], data or b"", final=data is None)
            sent[from_client] += len(data or b"")
            file += struct.pack("<IIII", 1, number, len(packet), len(packet)) + packet
        return file

    def _packet(self, from_client, sequence, acknowledged, data, final):
        ports = (CLIENT_PORT, self._target) if from_client else (self._target, CLIENT_PORT)
        push_ack, fin = 0x18, 0x01
        tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged, 5 << 4, push_ack | (fin if final else 0), 65535, 0, 0) + data
        address = socket.inet_aton("127.0.0.1")
        return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, socket.IPPROTO_TCP, 0, address, address) + tcp
