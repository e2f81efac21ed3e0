"""Certificates, revocation lists and requests made by the openssl command, for what reads them."""
import os
import shutil
import subprocess

from served import Skipped

CA = (
    "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n"
    "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
)
LEAF = (
    "basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n"
    "extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\n"
    "authorityKeyIdentifier=keyid\n"
    "subjectAltName=DNS:leaf.example,IP:192.0.2.7,email:someone@leaf.example\n"
)


class Forge:
    """A folder of PEM files: NAME.pem and NAME-key.pem."""

    def __init__(self, folder):
        self.folder = folder
        self.openssl = shutil.which("openssl")
        if not self.openssl:
            raise Skipped("openssl is not installed")

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments, text=None):
        done = subprocess.run(
            [self.openssl, *arguments],
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError("openssl " + " ".join(arguments) + "\n" + done.stderr)
        return done.stdout

    def write(self, name, content):
        with open(self.path(name), "w" if isinstance(content, str) else "wb") as file:
            file.write(content)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="ascii") as file:
            return file.read()

    def request(self, name, subject, extensions=""):
        """The subject and the extensions may have any characters."""
        self.write(
            name + ".cnf",
            "[req]\ndistinguished_name=dn\nutf8=yes\nstring_mask=utf8only\n[dn]\n[v3]\n"
            + extensions,
        )
        more = ["-reqexts", "v3"] if extensions else []
        self.run(
            "req",
            "-new",
            "-utf8",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            name + "-key.pem",
            "-subj",
            subject,
            "-config",
            name + ".cnf",
            "-out",
            name + ".csr",
            *more,
        )
        return self.path(name + ".csr")

    def issue(self, name, extensions=LEAF, issuer=None, subject=None, days=30):
        """By itself without an issuer. A common name that is a host's is one of its names."""
        self.request(
            name,
            subject
            or ("/CN=leaf.example" if "leaf.example" in extensions else f"/CN={name}.example"),
        )
        self.write(name + ".ext", extensions)
        signer = (
            ["-CA", issuer + ".pem", "-CAkey", issuer + "-key.pem", "-CAcreateserial"]
            if issuer
            else ["-signkey", name + "-key.pem"]
        )
        self.run(
            "x509",
            "-req",
            "-in",
            name + ".csr",
            *signer,
            "-days",
            str(days),
            "-sha256",
            "-extfile",
            name + ".ext",
            "-out",
            name + ".pem",
        )
        return self.path(name + ".pem")

    def list_of_revoked(self, name, issuer, revoked=(), number=True):
        self.write("index.txt", "")
        self.write("crlnumber", "01\n")
        numbers = f"crlnumber={self.path('crlnumber')}\n" if number else ""
        self.write(
            "ca.cnf",
            f"[ca]\ndefault_ca=it\n[it]\ndatabase={self.path('index.txt')}\n"
            f"{numbers}default_md=sha256\n"
            "default_crl_days=30\ncrl_extensions=v2\n[v2]\nauthorityKeyIdentifier=keyid\n",
        )
        signer = ["-config", "ca.cnf", "-cert", issuer + ".pem", "-keyfile", issuer + "-key.pem"]
        for one in revoked:
            self.run("ca", *signer, "-revoke", one + ".pem", "-crl_reason", "keyCompromise")
        self.run("ca", *signer, "-gencrl", "-out", name + ".pem")
        return self.path(name + ".pem")

    def der(self, name, kind="x509"):
        self.run(kind, "-in", name + ".pem", "-outform", "DER", "-out", name + ".der")
        return self.path(name + ".der")
