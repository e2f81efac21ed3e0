"""The command in a process that runs out of memory or descriptors at any call: an error and an
exit code, a closed connection; never a wrong answer or an abort. usage: scarce.py TLS12
PRELOADED-LIBRARY"""
import os
import signal
import socket
import ssl
import subprocess
import sys

from served import PATIENCE, Stage, expect

TLS12, PRELOADED = sys.argv[1:3]
POINTS = 25  # of each command and kind of shortage
REQUESTS = 120


def environment(**scarce):
    return {
        **os.environ,
        "LD_PRELOAD": PRELOADED,
        **{"SCARCE_" + name.upper(): str(value) for name, value in scarce.items()},
    }


def run(arguments, stdin=b"", **scarce):
    return subprocess.run(
        [TLS12, *arguments],
        input=stdin,
        capture_output=True,
        timeout=PATIENCE,
        env=environment(**scarce),
    )


def check(story, done, right):
    """Right and silent, or at most a beginning of it and a reason."""
    story = (story, "exit code", done.returncode, done.stderr[-300:])
    if done.returncode == right.returncode:
        expect(done.stdout == right.stdout, *story, "another answer:", done.stdout[-300:])
    else:
        expect(done.returncode == 1, *story)
        expect(right.stdout.startswith(done.stdout), *story, "not a beginning:", done.stdout[-300:])
    if done.returncode != 0:
        expect(done.stderr or done.stdout, *story, "without a reason")


def at_every_point(stage, name, arguments, stdin=b""):
    for what in ("memory", "system"):
        counted = stage.path("count")
        right = run(arguments, stdin, what=what, count=counted)
        with open(counted) as file:
            calls = int(file.read())
        expect(right.returncode == 0, name, right.stderr)
        step = max(1, calls // POINTS)
        for first in range(1, calls + 1, step):
            for until in (first + 1, 1 << 60):
                for error in (12,) if what == "memory" else (24, 12):
                    scarce = {"what": what, "from": first, "until": until, "errno": error}
                    check((name, scarce), run(arguments, stdin, **scarce), right)
        print(f"ok: {name}: {what}, {calls} calls")


class Server:
    def __init__(self, *arguments, **scarce):
        self.process = subprocess.Popen(
            [TLS12, "serve", "--listen", "127.0.0.1:0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(**scarce) if scarce else None,
        )
        line = self.process.stdout.readline().decode()
        expect(line.startswith("listening on "), line)
        self.port = int(line.strip().rsplit(":", 1)[1])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        expect(code == 0, "the server ended with", code)


def ask(stage, port, path):
    """The whole answer; None if the connection was refused, cut or closed first."""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as plain:
            with stage.context().wrap_socket(
                plain, server_hostname="localhost", suppress_ragged_eofs=False
            ) as tls:
                tls.sendall(
                    f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
                )
                answer = b""
                while part := tls.recv(65536):
                    answer += part
                return answer
    except (OSError, ssl.SSLError):
        return None


def serve_with_shortages(stage):
    # Ed25519 and X25519 allocate little: the failing call wanders over everything else that a
    # request needs.
    stage.run(
        "cert", "--key-type", "ed25519", "--file", "cheap", "--out", stage.path("pki"), "localhost"
    )
    common = (
        "--cert",
        stage.path("pki/cheap.pem"),
        "--key",
        stage.path("pki/cheap-key.pem"),
        "--www",
        stage.www,
    )
    for what, error, rates in (
        ("memory", 12, (29, 113, 127, 1009)),
        ("system", 24, (3, 29)),
        ("system", 12, (3, 29)),
    ):
        for every in rates:
            server = Server(*common, what=what, every=every, errno=error, since="accept")
            right = 0
            for _ in range(REQUESTS):
                answer = ask(stage, server.port, "/digits.txt")
                if not answer:
                    continue
                story = (what, every, answer[:400])
                head, _, body = answer.partition(b"\r\n\r\n")
                status = head.split(b"\r\n")[0]
                if status == b"HTTP/1.1 200 OK":
                    expect(
                        b"\r\nContent-Length: 100\r\n" in head + b"\r\n"
                        and stage.digits.startswith(body),
                        *story,
                    )
                    right += body == stage.digits
                else:
                    expect(status.split(b" ")[1] in (b"404", b"503"), *story)
            server.stop()
            expect(right > 0 or every < rates[-1], what, every, "no answer at all")
            print(f"ok: serve: 1 call of {what} in {every} fails: {right} of {REQUESTS} answers")


def closed_descriptors(stage):
    """What a closed standard output would have got never reaches the socket."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(
        "--cert",
        stage.path("pki/localhost.pem"),
        "--key",
        stage.path("pki/localhost-key.pem"),
        "--echo",
    )
    port = listening.getsockname()[1]
    for closed in ((1,), (0, 1), (1, 2), (0, 1, 2)):
        client = subprocess.Popen(
            [
                TLS12,
                "connect",
                f"127.0.0.1:{port}",
                "--ca",
                stage.ca,
                "--half-close",
                "--timeout",
                "5",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: [os.close(d) for d in closed],
        )
        near = listening.accept()[0]
        far = socket.create_connection(("127.0.0.1", server.port))
        if 0 not in closed:
            client.stdin.write(b"in the clear")
            client.stdin.close()
        sent = relay(near, far)
        stderr = client.stderr.read()
        expect(b"in the clear" not in sent, closed, "plaintext on the socket")
        if 0 not in closed:
            expect(client.wait(PATIENCE) == 1, closed, client.returncode, stderr)
            expect(2 in closed or b"standard output" in stderr, closed, stderr)
        client.wait(PATIENCE)
    server.stop()
    print("ok: closed standard descriptors")


def relay(near, far):
    """Carries bytes both ways until one end closes. What the near end sent."""
    import select

    sent = b""
    while True:
        for ready in select.select([near, far], [], [], PATIENCE)[0] or [near]:
            try:
                part = ready.recv(65536)
            except ConnectionError:
                part = b""
            if ready is near:
                sent += part
            if not part:
                near.close()
                far.close()
                return sent
            try:
                (far if ready is near else near).sendall(part)
            except ConnectionError:
                pass


def main():
    stage = Stage(TLS12)
    closed_descriptors(stage)
    leaf = stage.path("pki/localhost.pem")
    at_every_point(stage, "show", ("show", leaf))
    at_every_point(stage, "verify", ("verify", "--trust", stage.ca, "--name", "localhost", leaf))
    server = Server("--cert", leaf, "--key", stage.path("pki/localhost-key.pem"), "--echo")
    at_every_point(
        stage,
        "connect",
        (
            "connect",
            f"127.0.0.1:{server.port}",
            "--ca",
            stage.ca,
            "--quiet",
            "--half-close",
            "--timeout",
            "2",
        ),
        b"hello\n" * 100,
    )
    server.stop()
    serve_with_shortages(stage)


main()
