"""Keys and certificates in every form, and servers that use them."""
import os
import subprocess

from certificates import CA, LEAF, Forge
from served import PATIENCE, expect


class Stage:
    """root > leaf, by openssl; and a server of the command."""

    def __init__(self, tls12, folder):
        self.tls12 = tls12
        self.forge = forge = Forge(folder)
        self.root = forge.issue("root", CA)
        self.leaf = forge.issue("leaf", LEAF + "", "root", "/CN=leaf.example")
        self.key = forge.path("leaf-key.pem")
        self.encrypted = forge.path("encrypted.pem")
        forge.run(
            "pkcs8", "-topk8", "-in", self.key, "-passout", "pass:secret", "-out", self.encrypted
        )

    def run(self, *arguments, code=0, stdin=None, environment=None, stdout=subprocess.PIPE):
        """Ends with this exit code; a failure is one line of reason."""
        done = subprocess.run(
            [self.tls12, *arguments],
            input=stdin if stdin is not None else b"",
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
            env={**os.environ, **(environment or {})},
        )
        reason = done.stderr.decode(errors="replace")
        expect(
            done.returncode == code, f"exit code {done.returncode}, not {code}:", arguments, reason
        )
        if code != 0:
            expect(reason.count("\n") == 1, "not one line:", arguments, reason)
        return reason if code != 0 else (done.stdout or b"").decode(errors="replace")

    def serve(self, *arguments, environment=None, key=None):
        return Serving(
            self, ["--cert", self.leaf, "--key", key or self.key, *arguments], environment
        )

    def content(self, path):
        with open(path, "rb") as file:
            return file.read()


class Serving:
    """`tls12 serve --echo`, until the end of the block; `code` is its exit code after that."""

    def __init__(self, stage, options, environment):
        self.process = subprocess.Popen(
            [stage.tls12, "serve", "--echo", "--listen", "127.0.0.1:0", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        first = self.process.stdout.readline()
        expect(
            first.startswith("listening on "),
            "no first line:",
            first or self.process.communicate()[1],
        )
        self.address = first.split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.log = self.process.communicate(timeout=PATIENCE)[1]
        self.code = self.process.returncode

    def connect(self, stage, *options, **more):
        return stage.run(
            "connect",
            self.address,
            "--ca",
            stage.root,
            "--servername",
            "leaf.example",
            "--half-close",
            "--timeout",
            "20",
            *options,
            **more,
        )
