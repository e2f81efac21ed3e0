"""OpenSSL's client with a server that forks for every connection.

usage: prefork.py PREFORK_SERVER TLS12 CONN_HPP PREFORK_CPP"""
import os
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

from pki import Pki  # noqa: E402
from stage import Failed, Stage, expect  # noqa: E402

SERVER, TLS12, HEADER, SOURCE = map(os.path.realpath, sys.argv[1:])
CONNECTIONS = 5
# Digits and line ends: commands of s_client's own are letters.
LINES = b"".join(b"%015d\n" % (i * 2654435761 % 10**15) for i in range(1 << 16))


def example_is_what_runs():
    """The example of the header is the loop of the program, but for spaces."""
    with open(HEADER, encoding="utf-8") as file:
        example = re.search(r"^//   while \(auto conn.*?^//   \}", file.read(), re.S | re.M)[0]
    with open(SOURCE, encoding="utf-8") as file:
        program = re.search(r"^  while \(auto conn.*?^  \}", file.read(), re.S | re.M)[0]
    example = [line.removeprefix("//").split() for line in example.splitlines()]
    program = [line.split() for line in program.splitlines()]
    expect(example == program, "the example differs:", *example)


def client(stage, port, ca, *more):
    return stage.start(
        "openssl",
        "s_client",
        "-connect",
        f"127.0.0.1:{port}",
        "-tls1_2",
        "-CAfile",
        ca,
        "-verify_return_error",
        *more,
    )


def ends(server, number):
    """What the server tells of so many connections: (process, how it ended)."""
    told = server.out.until(r"(?:\d+\.\d+\.\d+\.\d+:\d+: process \d+, [^\n]*\n){%d}" % number)[0]
    server.out.forget()
    return re.findall(r"process (\d+), ([^\n]*)\n", told)


def several_at_once(stage, server, port, ca):
    """1 MiB each way over each connection, all open at once; then each ends properly."""
    options = "-quiet", "-no_ign_eof"
    clients = [client(stage, port, ca, *options).feed(LINES) for _ in range(CONNECTIONS)]
    for one in clients:
        one.out.until_size(len(LINES))
    for one in clients:
        one.end_input().exits(0)
        expect(one.out.bytes() == LINES, "not what was sent")
    told = ends(server, CONNECTIONS)
    expect({how for _, how in told} == {"closed by both"}, "not closed properly:", told)
    processes = {process for process, _ in told} | {server.process}
    expect(len(processes) == CONNECTIONS + 1, "no process for each:", told)


def resumed(stage, server, port, ca):
    """A ticket that one process issued resumes the session in another: they share a key."""
    one = client(stage, port, ca, "-reconnect").end_input().exits(0)
    count = len(re.findall(r"^Reused, TLSv1\.2", one.out.text(), re.M))
    expect(count == 5, "not resumed:", one.out.text())
    told = ends(server, 6)
    expect(len({process for process, _ in told}) == 6, "no process for each:", told)


def main():
    if not shutil.which("openssl"):
        return 77
    with (
        tempfile.TemporaryDirectory(prefix="tls12-prefork-") as folder,
        Stage(TLS12, None, folder) as stage,
    ):
        identity = Pki(TLS12, folder).ours["p256"]
        try:
            example_is_what_runs()
            server = stage.start(SERVER, identity.chain, identity.key)
            listens = server.out.until(r"process (\d+) listens on port (\d+)\n")
            server.process, port = listens.groups()
            server.out.forget()
            for play in several_at_once, resumed, several_at_once:
                play(stage, server, port, identity.ca)
                print("ok:", play.__doc__)
        except Failed as failed:
            print("FAILED:", failed, stage.last_words(), sep="\n")
            return 1
    return 0


sys.exit(main())
