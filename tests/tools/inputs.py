"""What the command reads and writes besides connections: forms of files, passphrases, the
environment, full disks. usage: inputs.py TLS12"""
import os
import pty
import select
import subprocess
import sys

from input_stage import Serving, Stage
from served import PATIENCE, collected, expect, main

TESTS, test = collected()


# ----------------------------------------------------------------------------------- forms of files


@test("certificates are verified whatever the form of their file")
def forms(stage):
    forge = stage.forge
    trusted = forge.write(
        "trusted.pem", forge.run("x509", "-in", stage.root, "-trustout", "-addtrust", "serverAuth")
    )
    for anchor in (
        stage.root,
        trusted,
        forge.write(
            "mark.pem", b"\xef\xbb\xbf" + stage.content(stage.root).replace(b"\n", b"\r\n")
        ),
        forge.write("end.der", stage.content(forge.der("root")) + b"\n"),
    ):
        for leaf in (
            stage.leaf,
            forge.write("leaf-end.der", stage.content(forge.der("leaf")) + b"\r\n"),
        ):
            stage.run("verify", "--trust", anchor, leaf)
    distrusted = forge.write(
        "distrusted.pem",
        forge.run(
            "x509",
            "-in",
            stage.root,
            "-trustout",
            "-addreject",
            "serverAuth",
            "-addreject",
            "clientAuth",
        ),
    )
    reason = stage.run("verify", "--trust", distrusted, stage.leaf, code=2)
    expect("there is no certificate in --trust" in reason, reason)


@test("serve, connect and cert read DER")
def der(stage):
    forge = stage.forge
    forge.run("pkey", "-in", stage.key, "-outform", "DER", "-out", "key.der")
    with Serving(
        stage, ["--cert", forge.der("leaf"), "--key", forge.path("key.der")], None
    ) as server:
        expect(
            server.connect(
                stage, "--cert", forge.der("leaf"), "--key", forge.path("key.der"), stdin=b"hello"
            )
            == "hello"
        )
        stage.run(
            "connect",
            server.address,
            "--ca",
            forge.der("root"),
            "--servername",
            "leaf.example",
            "--half-close",
        )
    expect("CN=leaf.example" in stage.run("cert", "--show", forge.der("leaf")))
    forge.request("asked", "/CN=asked.example", "subjectAltName=DNS:asked.example\n")
    forge.run("req", "-in", "asked.csr", "-outform", "DER", "-out", "asked.der")
    stage.run(
        "cert",
        "--sign",
        forge.path("asked.der"),
        "--issuer",
        forge.path("root"),
        "--out",
        forge.path("out"),
    )


@test(
    "UTF-16, PKCS#12 and PKCS#7 are named by every command that reads certificates, with the "
    "command that converts them"
)
def foreign(stage):
    forge = stage.forge
    forge.run(
        "pkcs12",
        "-export",
        "-passout",
        "pass:x",
        "-inkey",
        stage.key,
        "-in",
        stage.leaf,
        "-out",
        "a.p12",
    )
    forge.run("crl2pkcs7", "-nocrl", "-certfile", stage.leaf, "-outform", "DER", "-out", "a.p7b")
    forge.write("wide.pem", stage.content(stage.leaf).decode().encode("utf-16"))
    for name, words in (
        ("a.p12", "PKCS#12; convert it: openssl pkcs12 "),
        ("a.p7b", "PKCS#7; convert it: openssl pkcs7 "),
        ("wide.pem", "UTF-16 text; convert it: iconv "),
    ):
        path = forge.path(name)
        for code, line in (
            (2, ["verify", "--trust", path, stage.leaf]),
            (2, ["verify", "--trust", stage.root, path]),
            (2, ["verify", "--trust", stage.root, "--crl", path, stage.leaf]),
            (1, ["show", path]),
            (1, ["cert", "--show", path]),
            (1, ["serve", "--cert", path, "--key", stage.key]),
            (1, ["serve", "--cert", stage.leaf, "--key", path]),
            (1, ["serve", "--cert", stage.leaf, "--key", stage.key, "--staple", path]),
            (1, ["connect", "localhost:1", "--ca", path]),
            (1, ["connect", "localhost:1", "--cert", stage.leaf, "--key", path]),
            (1, ["connect", "localhost:1", "--peer-key", path]),
            (1, ["connect", "localhost:1", "--pin", path]),
            (1, ["cert", "--sign", path, "--issuer", forge.path("root")]),
        ):
            reason = stage.run(*line, code=code)
            expect(path + ": " + words in reason, line, reason)


@test("the file of ticket keys may start with a byte-order mark")
def ticket_keys(stage):
    keys = stage.forge.write(
        "tickets", b"\xef\xbb\xbf# of a farm\r\n" + b"0123456789abcdef" * 6 + b"\r\n"
    )
    with stage.serve("--ticket-keys", keys) as server:
        server.connect(stage, "--resume", "1")


# -------------------------------------------------------------------------------------- passphrases


@test(
    "--key-pass gives the passphrase from a variable or the first line of a file, to serve, "
    "connect and cert"
)
def key_pass(stage):
    forge = stage.forge
    with open(forge.path("pass"), "w", encoding="ascii") as file:
        file.write("secret\r\nanother\n")
    by_file, by_variable = ["--key-pass", "file:" + forge.path("pass")], [
        "--key-pass",
        "env:TLS12_TEST_PASS",
    ]
    given = {"TLS12_TEST_PASS": "secret"}
    with stage.serve(*by_variable, key=stage.encrypted, environment=given) as server:
        expect(
            server.connect(
                stage, "--cert", stage.leaf, "--key", stage.encrypted, *by_file, stdin=b"hello"
            )
            == "hello"
        )
    stage.run(
        "cert",
        "--request",
        "a.example",
        "--key",
        stage.encrypted,
        *by_variable,
        "--out",
        forge.path("out"),
        environment=given,
    )
    forge.run(
        "pkcs8",
        "-topk8",
        "-in",
        "root-key.pem",
        "-passout",
        "pass:secret",
        "-out",
        "root-encrypted.pem",
    )
    stage.run(
        "cert",
        "b.example",
        "--issuer",
        forge.path("root"),
        "--issuer-key",
        forge.path("root-encrypted.pem"),
        *by_file,
        "--out",
        forge.path("out"),
    )


@test("a passphrase that is wrong, absent or not given says so, and names the key")
def key_pass_errors(stage):
    line = ["serve", "--cert", stage.leaf, "--key", stage.encrypted]
    for options, words in (
        ([], "there is no passphrase for it: " + stage.encrypted + "; --key-pass gives one"),
        (["--key-pass", "env:TLS12_TEST_ABSENT"], "the variable TLS12_TEST_ABSENT is not set"),
        (["--key-pass", "file:/nonexistent"], "/nonexistent (No such file or directory)"),
        (
            ["--key-pass", "env:HOME"],
            "the passphrase is not the one that the private key was encrypted with: "
            + stage.encrypted,
        ),
    ):
        reason = stage.run(*line, *options, code=1)
        expect(words in reason, options, reason)
    for source in ("secret", "env:", "file:", "pass:secret"):
        expect(
            "is not env:NAME, file:PATH or prompt" in stage.run(*line, "--key-pass", source, code=2)
        )


@test("--key-pass prompt asks at the terminal, without showing what is typed, and not elsewhere")
def prompt(stage):
    line = [
        stage.tls12,
        "cert",
        "--request",
        "a.example",
        "--key",
        stage.encrypted,
        "--key-pass",
        "prompt",
        "--out",
        stage.forge.path("out"),
    ]
    child, terminal = pty.fork()
    if child == 0:
        os.execv(line[0], line)
    shown = b""
    asked = False
    while select.select([terminal], [], [], PATIENCE)[0]:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the end of a terminal
            break
        if not part:
            break
        shown += part
        if not asked and b"passphrase of " + stage.encrypted.encode() + b": " in shown:
            asked = True
            os.write(terminal, b"secret\n")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    expect(asked and code == 0 and b"secret" not in shown and b"wrote " in shown, code, shown)
    without = subprocess.run(
        ["setsid", *line],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    expect(
        without.returncode == 1 and "there is no terminal; use env: or file:" in without.stderr,
        without,
    )


# ----------------------------------------------------------------- standard input and special files


@test("- is standard input, wherever a file is read")
def standard_input(stage):
    leaf, root = stage.content(stage.leaf), stage.content(stage.root)
    stage.run("verify", "--trust", stage.root, "-", stdin=leaf)
    stage.run("verify", "--trust", "-", stage.leaf, stdin=root)
    expect("certificate" in stage.run("show", "-", stdin=leaf))
    expect("CN=leaf.example" in stage.run("cert", "--show", "-", stdin=leaf))
    both = leaf + stage.content(stage.key)
    with stage.serve() as server:
        # One input has both, and none of it goes to the server.
        expect(server.connect(stage, "--cert", "-", "--key", "-", stdin=both) == "")
        stage.run(
            "connect",
            server.address,
            "--ca",
            "-",
            "--servername",
            "leaf.example",
            "--half-close",
            stdin=root,
        )
    encrypted = leaf + stage.content(stage.encrypted)
    stage.run(
        "cert",
        "--request",
        "a.example",
        "--key",
        stage.encrypted,
        "--key-pass",
        "file:-",
        "--out",
        stage.forge.path("out"),
        stdin=b"secret\n",
    )
    reason = stage.run("serve", "--cert", "-", "--key", "-", code=1, stdin=encrypted)
    expect("/dev/stdin" in reason and "--key-pass" in reason, reason)


@test("endless files, FIFOs that no program writes to, and folders are errors that name them")
def special_files(stage):
    forge = stage.forge
    fifo = forge.path("fifo")
    os.mkfifo(fifo)
    for path, words in (
        ("/dev/zero", "larger than "),
        (fifo, "a FIFO to which no program writes"),
        (forge.folder, "Is a directory"),
    ):
        lines = [
            (1, ["show", path]),
            (1, ["cert", "--show", path]),
            (1, ["serve", "--cert", path, "--key", stage.key]),
            (1, ["serve", "--cert", stage.leaf, "--key", path]),
            (1, ["serve", "--quiet", "--ticket-keys", path]),
            (1, ["connect", "localhost:1", "--ca", path]),
        ]
        if path != forge.folder:  # verify reads the files of a folder
            lines += [
                (2, ["verify", "--trust", stage.root, path]),
                (2, ["verify", "--trust", path, stage.leaf]),
            ]
        for code, line in lines:
            reason = stage.run(*line, code=code)
            expect(path in reason and words in reason, line, reason)
    expect(
        "a line of more than "
        in stage.run("verify", "--trust", stage.root, "--batch", "/dev/zero", code=1)
    )


@test("a FIFO is read while a program writes to it")
def fifos(stage):
    with subprocess.Popen(["cat", stage.leaf], stdout=subprocess.PIPE) as writer:
        done = subprocess.run(
            [stage.tls12, "verify", "--trust", stage.root, f"/dev/fd/{writer.stdout.fileno()}"],
            pass_fds=[writer.stdout.fileno()],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    expect(done.returncode == 0, done)


sys.exit(main(TESTS, "inputs", lambda folder: Stage(sys.argv[1], folder)))
