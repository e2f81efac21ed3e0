"""A folder of keys and certificates that `tls12 cert` made, and what others say of them."""
import json
import os
import shutil
import subprocess

from served import Skipped, expect


class Stage:
    """A folder, and the commands that work in it."""

    def __init__(self, tls12, folder):
        self.tls12 = os.path.realpath(tls12)
        self.folder = folder
        self.chains = {}

    def run(self, *command):
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=100, check=False
        )

    def peer(self, name, *arguments):
        if not shutil.which(name):
            raise Skipped(f"{name} is not installed")
        return self.run(name, *arguments)

    def cert(self, *arguments):
        done = self.run(self.tls12, "cert", *arguments)
        expect(done.returncode == 0, "tls12 cert", arguments, done.stderr)
        return done.stdout

    def refused(self, *arguments, code=1):
        done = self.run(self.tls12, "cert", *arguments)
        expect(
            done.returncode == code and done.stderr.count("\n") == 1,
            f"not exit code {code} and one line:",
            arguments,
            done,
        )
        return done.stderr

    def shown(self, path):
        return json.loads(self.cert("--show", path, "--json"))

    def openssl_verifies(self, *arguments):
        done = self.peer("openssl", "verify", "-x509_strict", *arguments)
        return done.returncode == 0

    def openssl_text(self, path, *arguments):
        return self.peer("openssl", "x509", "-noout", "-in", path, *arguments).stdout

    def we_verify(self, *arguments):
        return self.run(self.tls12, "verify", *arguments).returncode == 0

    def make_chain(self, algorithm):
        """root > ca > www and client, once for each algorithm; GnuTLS's high profile wants RSA
        from 3,072 bits."""
        if algorithm not in self.chains:
            out = self.chains[algorithm] = algorithm.replace(" ", "")
            kind, *more = algorithm.split()
            key = ("--key-type", kind, "--rsa-bits", "3072", *more)
            subject = "O=Example \\, Inc.,L=Ghent,ST=East Flanders,C=BE"
            self.cert("--ca", "Example Root", "--file", "root", "--out", out, *key)
            self.cert(
                "--ca",
                "--issuer",
                out + "/root",
                "--file",
                "ca",
                "--subject",
                "CN=Example CA," + subject,
                "--out",
                out,
                *key,
            )
            self.cert(
                "www.example.org",
                "*.web.example.org",
                "192.0.2.1",
                "2001:db8::1",
                "--issuer",
                out + "/ca",
                "--out",
                out,
                "--ocsp-url",
                "http://ocsp.example.org",
                "--crl-url",
                "http://crl.example.org/ca.crl",
                "--policy",
                "2.23.140.1.2.1",
                *key,
            )
            self.cert(
                "alice@example.org",
                "--for",
                "client",
                "--issuer",
                out + "/ca",
                "--file",
                "alice",
                "--out",
                out,
                *key,
            )
        return self.chains[algorithm]
