"""Certificates of two makers: `tls12 cert` for our server, the openssl command, with an
intermediate CA, for the peers'."""
import concurrent.futures
import dataclasses
import os
import shutil
import subprocess

# What both makers are asked for, and what openssl calls it.
KEY_TYPES = {
    "rsa": ["rsa:2048"],
    "rsa-pss": ["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
    "p256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "p521": ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "ed25519": ["ed25519"],
}
NAMES = ["localhost", "127.0.0.1"]


@dataclasses.dataclass(frozen=True)
class Identity:
    leaf: str  # a PEM file with the leaf alone
    intermediates: str  # a PEM file, or ""
    chain: str  # a PEM file, leaf first
    key: str
    ca: str  # whom to trust for it


def run(*arguments, folder):
    done = subprocess.run(
        arguments,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit("FAILED: " + " ".join(arguments) + "\n" + done.stderr)
    return done.stdout


class Pki:
    """`ours` and `theirs` map a key type to an identity for NAMES; the rest is what must be
    refused."""

    def __init__(self, tls12, folder):
        self._tls12 = tls12
        self._folder = folder
        self._openssl = shutil.which("openssl")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            foreign = pool.submit(self._make_authorities) if self._openssl else None
            self.ours = self._many(pool, self._tls12_leaf, KEY_TYPES)
            if foreign:
                foreign.result()
                self.theirs = self._many(pool, self._openssl_leaf, KEY_TYPES)
                self.misnamed = self._openssl_leaf("p256", names=["other.example"])
                self.expired = self._openssl_leaf("p256", expired=True)
                self.staple = self._make_staple(self.theirs["p256"])
            else:
                self.theirs = self.ours
                self.staple = ""
                self.misnamed = self._tls12_leaf("p256", names=["other.example"])
                self.expired = None
        self.stranger = self._tls12_leaf(
            "p256", names=["stranger.example"], authority="stranger"
        ).ca

    def _many(self, pool, make, types):
        return dict(zip(types, pool.map(make, types)))

    def _make(self, name):
        folder = os.path.join(self._folder, name)
        os.makedirs(folder, exist_ok=True)
        return folder

    def _tls12_leaf(self, key_type, names=None, authority="tls12"):
        names = names or NAMES
        folder = self._make(f"{authority}-{key_type}-{names[0]}")
        run(self._tls12, "cert", "--out", folder, "--key-type", key_type, *names, folder=folder)
        leaf = os.path.join(folder, names[0] + ".pem")
        return Identity(
            leaf,
            "",
            leaf,
            os.path.join(folder, names[0] + "-key.pem"),
            os.path.join(folder, "ca.pem"),
        )

    def _openssl_certificate(self, name, key_type, issuer, days, *extensions):
        arguments = [
            self._openssl,
            "req",
            "-x509",
            "-newkey",
            *KEY_TYPES[key_type],
            "-noenc",
            "-keyout",
            name + "-key.pem",
            "-out",
            name + ".pem",
            "-subj",
            "/CN=" + name,
            "-days",
            str(days),
        ]
        if issuer:
            arguments += ["-CA", issuer + ".pem", "-CAkey", issuer + "-key.pem"]
        for extension in extensions:
            arguments += ["-addext", extension]
        run(*arguments, folder=self._make("openssl"))

    def _expire(self, name, issuer):
        """Signs it once more, with an end that is past: `openssl req` has no such wish granted."""
        folder = self._make("openssl")
        run(
            self._openssl,
            "x509",
            "-x509toreq",
            "-in",
            name + ".pem",
            "-signkey",
            name + "-key.pem",
            "-copy_extensions",
            "copyall",
            "-out",
            name + ".csr",
            folder=folder,
        )
        run(
            self._openssl,
            "x509",
            "-req",
            "-in",
            name + ".csr",
            "-copy_extensions",
            "copyall",
            "-CA",
            issuer + ".pem",
            "-CAkey",
            issuer + "-key.pem",
            *self._past(folder),
            "-out",
            name + ".pem",
            folder=folder,
        )

    def _past(self, folder):
        """OpenSSL 3.4 refuses an end before the beginning, which is now unless it is given;
        earlier versions cannot be given it."""
        if "-not_after" in run("sh", "-c", self._openssl + " x509 -help 2>&1", folder=folder):
            return ["-not_before", "20250101000000Z", "-not_after", "20250102000000Z"]
        return ["-days", "-1"]

    def _make_authorities(self):
        authority = ["keyUsage=critical,keyCertSign,cRLSign"]
        self._openssl_certificate(
            "root", "rsa", "", 30, "basicConstraints=critical,CA:TRUE", *authority
        )
        self._openssl_certificate(
            "intermediate",
            "p384",
            "root",
            30,
            "basicConstraints=critical,CA:TRUE,pathlen:0",
            *authority,
        )

    def _make_staple(self, identity):
        """What a responder would say of this certificate: good, as its CA signs (RFC 6960 §2.2)."""
        folder = self._make("openssl")
        serial = (
            run(self._openssl, "x509", "-in", identity.leaf, "-noout", "-serial", folder=folder)
            .strip()
            .partition("=")[2]
        )
        with open(os.path.join(folder, "index.txt"), "w", encoding="ascii") as file:
            file.write(f"V\t491231235959Z\t\t{serial}\tunknown\t/CN=localhost\n")
        run(
            self._openssl,
            "ocsp",
            "-index",
            "index.txt",
            "-rsigner",
            "intermediate.pem",
            "-rkey",
            "intermediate-key.pem",
            "-CA",
            "intermediate.pem",
            "-issuer",
            "intermediate.pem",
            "-cert",
            identity.leaf,
            "-ndays",
            "7",
            "-respout",
            "staple.der",
            folder=folder,
        )
        return os.path.join(folder, "staple.der")

    def _openssl_leaf(self, key_type, names=None, expired=False):
        names = names or NAMES
        name = f"{key_type}-{names[0]}" + ("-expired" if expired else "")
        alternatives = ",".join(("IP:" if text[0].isdigit() else "DNS:") + text for text in names)
        usage = "keyUsage=critical,digitalSignature" + (
            ",keyEncipherment" if key_type == "rsa" else ""
        )
        self._openssl_certificate(
            name,
            key_type,
            "intermediate",
            30,
            "basicConstraints=critical,CA:FALSE",
            usage,
            "extendedKeyUsage=serverAuth,clientAuth",
            "subjectAltName=" + alternatives,
        )
        if expired:
            self._expire(name, "intermediate")
        leaf, intermediate, root = (
            os.path.join(self._folder, "openssl", file + ".pem")
            for file in (name, "intermediate", "root")
        )
        chain = leaf[:-4] + "-chain.pem"
        with open(chain, "w", encoding="ascii") as file:
            for part in (leaf, intermediate):
                with open(part, encoding="ascii") as source:
                    file.write(source.read())
        return Identity(leaf, intermediate, chain, leaf[:-4] + "-key.pem", root)
