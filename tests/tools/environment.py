"""What the command takes from its environment, and prints of itself: variables, versions, full
disks. usage: environment.py TLS12"""
import os
import re
import subprocess
import sys

from input_stage import Stage
from served import PATIENCE, collected, expect, main

TESTS, test = collected()


# ---------------------------------------------------------------------------------- the environment


@test("SSLKEYLOGFILE is the key log of connect and serve, unless --keylog names another")
def key_log(stage):
    paths = {name: stage.forge.path(name) for name in ("client", "server", "option")}
    with stage.serve(environment={"SSLKEYLOGFILE": paths["server"]}) as server:
        server.connect(stage, environment={"SSLKEYLOGFILE": paths["client"]})
        server.connect(
            stage, "--keylog", paths["option"], environment={"SSLKEYLOGFILE": paths["client"]}
        )
        server.connect(stage, environment={"SSLKEYLOGFILE": ""})
    lines = {name: stage.content(path).splitlines() for name, path in paths.items()}
    expect(
        len(lines["client"]) == 1 and len(lines["option"]) == 1 and len(lines["server"]) == 3, lines
    )
    expect(
        all(
            re.fullmatch(rb"CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}", line)
            for line in lines["server"]
        ),
        lines,
    )
    expect(lines["server"][:2] == lines["client"] + lines["option"], lines)


@test("a key log that cannot be opened or written is exit code 1, and names the variable")
def key_log_errors(stage):
    with stage.serve() as server:
        reason = server.connect(stage, environment={"SSLKEYLOGFILE": "/nonexistent/log"}, code=1)
        expect("SSLKEYLOGFILE=/nonexistent/log (No such file or directory)" in reason, reason)
        reason = server.connect(
            stage, "--quiet", environment={"SSLKEYLOGFILE": "/dev/full"}, code=1
        )
        expect("SSLKEYLOGFILE=/dev/full (No space left on device)" in reason, reason)
        expect(
            "/dev/full (No space"
            in server.connect(stage, "--quiet", "--keylog", "/dev/full", code=1)
        )
    expect(server.code == 0, server.log)
    with stage.serve("--quiet", "--keylog", "/dev/full") as server:
        for _ in range(2):
            server.connect(stage)
    expect(
        server.code == 1 and server.log.count("/dev/full (No space left on device)") == 1,
        server.code,
        server.log,
    )


@test("errors of the system's certificates name SSL_CERT_FILE or SSL_CERT_DIR and the file")
def system_store(stage):
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        environment = {"SSL_CERT_FILE": "", "SSL_CERT_DIR": "", variable: "/nonexistent"}
        reason = stage.run("connect", "localhost:1", environment=environment, code=1)
        expect(variable + "=/nonexistent (No such file or directory)" in reason, reason)


# ------------------------------------------------------------------------------- the command itself


@test("--version tells the version, the backends and the compiler")
def version(stage):
    expect(
        re.fullmatch(
            r"tls12 \d+\.\d+\.\d+\nbackends: (sodium|mbedtls)(\+mbedtls)?\ncompiler: (gcc|clang) "
            r"\d[\d.]*\n",
            stage.run("--version"),
        )
    )


@test("an unknown command is named, and so are those that there are")
def unknown_command(stage):
    for line in (["frobnicate"], ["frobnicate", "localhost:1"], ["--frobnicate"]):
        reason = stage.run(*line, code=2)
        expect(f"'{line[0]}' is not one of the commands demo, connect, serve, " in reason, reason)


@test("times are finite numbers")
def times(stage):
    for option in (
        "--timeout",
        "--handshake-time",
        "--header-time",
        "--idle-time",
        "--write-time",
        "--stop-time",
    ):
        for value in (
            "nan",
            "-nan",
            "inf",
            "-inf",
            "infinity",
            "NAN",
            "1e999",
            "0",
            "-1",
            "1e7",
            "x",
        ):
            expect("seconds" in stage.run("serve", option + "=" + value, code=2))
    for value in ("nan", "inf"):
        expect("seconds" in stage.run("connect", "localhost:1", "--timeout", value, code=2))


@test("output that a full disk does not take is exit code 1")
def full_disk(stage):
    with stage.serve() as server, open("/dev/full", "wb") as full:
        for line in (
            ["show", stage.leaf],
            ["cert", "--show", stage.leaf],
            ["cert", "--show", stage.leaf, "--json"],
            ["suites"],
            ["backends", "--no-speed"],
            ["verify", "--trust", stage.root, stage.leaf],
            ["--help"],
            ["--version"],
            ["connect", "--help"],
            ["serve", "--listen", "127.0.0.1:0", "--quiet"],
        ):
            reason = stage.run(*line, code=1, stdout=full)
            expect("standard output: " in reason, line, reason)
        server.connect(stage, "--quiet", code=1, stdin=b"hello", stdout=full)
    reason = stage.run(
        "serve", "--listen", "127.0.0.1:0", "--quiet", "--ca-out", "/dev/full", code=1
    )
    expect(
        "/dev/full: No space left on device" in reason
        and os.path.exists("/dev/full")
        and not os.path.isfile("/dev/full"),
        reason,
    )


@test("a reader that stops early, like head, is not complained about")
def early_reader(stage):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [stage.tls12, "suites"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    expect(done.returncode == 1 and done.stderr == b"", done)


sys.exit(main(TESTS, "the environment", lambda folder: Stage(sys.argv[1], folder)))
