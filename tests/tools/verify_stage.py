"""A chain of certificates, and runs of `tls12 verify` over it."""
import base64
import subprocess

from certificates import CA, LEAF, Forge
from served import expect


class Stage:
    """root > issuing > leaf, and what else there is to judge."""

    def __init__(self, tls12, folder):
        self.tls12 = tls12
        self.forge = forge = Forge(folder)
        self.root = forge.issue("root", CA)
        self.issuing = forge.issue("issuing", CA, "root")
        self.leaf = forge.issue("leaf", LEAF, "issuing")
        self.stranger = forge.issue("stranger", CA)
        self.junk = forge.write("junk", b"\x01 no certificate")

    def verify(self, *arguments, text=None):
        return subprocess.run(
            [self.tls12, "verify", *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def base64(self, name):
        with open(self.forge.der(name), "rb") as file:
            return base64.b64encode(file.read()).decode()

    def valid(self, *arguments):
        done = self.verify(*arguments)
        expect(
            done.returncode == 0 and done.stdout.startswith("valid: "),
            "not valid:",
            arguments,
            done,
        )
        return done.stdout

    def invalid(self, *arguments, code=1):
        done = self.verify(*arguments)
        expect(done.returncode == code, f"not exit code {code}:", arguments, done)
        expect(
            done.stdout == "" and done.stderr.count("\n") == 1 and done.stderr.startswith("tls12"),
            "not one line of reason:",
            done,
        )
        return done.stderr

    def trusting(self, *more):
        return ("--trust", self.root, "--untrusted", self.issuing, *more)
