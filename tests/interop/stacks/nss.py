"""NSS's own commands, tstclnt and selfserv, with their keys in a database."""
import os
import re
import subprocess
import threading

from registry import CURVES, FFDHE, SUITE_CODES, is_ccm
from stage import expect
from stacks.base import COMMAND, Client, Server, on_free_port, request

GROUPS = {
    "secp256r1": "P256",
    "secp384r1": "P384",
    "secp521r1": "P521",
    "x25519": "x25519",
    "ffdhe2048": "FF2048",
    "ffdhe3072": "FF3072",
    "ffdhe4096": "FF4096",
}
# What it has: no shared keys in TLS 1.2, no CCM, no AES-256 with SHA-384 in CBC mode for DHE.
SUITES = frozenset(suite for suite in SUITE_CODES if "PSK" not in suite and not is_ccm(suite))
FEATURES = frozenset(
    "export address session-ids tickets alpn ems no-etm groups schemes client-auth sni verify "
    "tls13 old answers-close".split()
)
# What selfserv staples it makes itself, signed with SHA-1, which nobody should take.
LACKS = dict.fromkeys(
    ("no-ems", "staple", "record-size-limit", "small-records", "bytes", "half-close", "lasting"),
    COMMAND,
)

_lock = threading.Lock()
_databases = {}


def database(stage, setting):
    """With the identities and the authorities of this setting; made once."""
    contents = (
        *(identity.chain for identity in setting.identities),
        *([open(setting.trust, "rb").read()] if setting.trust else []),
    )
    with _lock:
        if contents not in _databases:
            _databases[contents] = _make(stage.shared(f"nss-{len(_databases)}"), setting)
        return _databases[contents]


def _run(*arguments):
    done = subprocess.run(
        arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    expect(done.returncode == 0, " ".join(map(str, arguments)), done.stdout, done.stderr)


def _make(folder, setting):
    where = "sql:" + folder
    _run("certutil", "-N", "-d", where, "--empty-password")
    for identity in setting.identities:
        bundle = os.path.join(folder, "identity.p12")
        _run(
            "openssl",
            "pkcs12",
            "-export",
            "-in",
            identity.chain,
            "-inkey",
            identity.key,
            "-name",
            nickname(identity),
            "-passout",
            "pass:x",
            "-out",
            bundle,
        )
        _run("pk12util", "-i", bundle, "-d", where, "-W", "x", "-K", "")
    if setting.trust:
        with open(setting.trust, encoding="ascii") as file:
            authorities = re.findall(
                r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", file.read(), re.DOTALL
            )
        for number, text in enumerate(dict.fromkeys(authorities)):
            path = os.path.join(folder, f"ca{number}.pem")
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            _run("certutil", "-A", "-d", where, "-n", f"ca{number}", "-t", "CT,C,C", "-i", path)
    return where


def nickname(identity):
    return os.path.basename(identity.leaf)[:-4]


def _options(stage, setting):
    options = [
        "-d",
        database(stage, setting),
        "-V",
        f"tls{setting.versions[0]}:tls{setting.versions[-1]}",
    ]
    if setting.suites:
        options += ["-c", "".join(f":{SUITE_CODES[suite]:04X}" for suite in setting.suites)]
    if setting.groups:
        options += ["-I", ",".join(GROUPS[group] for group in setting.groups)]
    if setting.schemes:
        options += ["-J", ",".join(setting.schemes)]
    if setting.ems:
        options.append("-G")
    if setting.sessions in ("", "tickets"):
        options.append("-u")
    if setting.export:
        options += ["-x", setting.export]
    return options


class NssServer(Server):
    name, programs = "NSS", ("selfserv", "certutil", "pk12util", "openssl")
    suites, groups, features, lacks = (
        SUITES,
        frozenset((*CURVES, *FFDHE)),
        FEATURES | {"closes-first", "half-close", "identities"},
        LACKS,
    )
    keys = frozenset(("rsa", "p256", "p384", "p521"))
    verifies = keys
    protocols = ("http/1.1",)

    def serve(self, stage, setting):
        options = []
        for identity in setting.identities:
            options += ["-e" if re.match(r"p\d", nickname(identity)) else "-n", nickname(identity)]
        options += {
            "none": [],
            "request": ["-r"],
            "require": ["-r", "-r"],
            "late": ["-r", "-r", "-r", "-r"],
        }[setting.client_auth]
        if setting.alpn:
            options.append("-Q")
        if setting.sessions in ("tickets", "no-resumption"):
            options.append("-N")
        return on_free_port(
            lambda port: stage.start(
                "stdbuf",
                "-oL",
                "selfserv",
                "-p",
                port,
                "-w",
                "",
                "-H",
                1,
                *options,
                *_options(stage, setting),
            )
        )

    def seen(self, process, _connections=1):
        if "-x" not in process.arguments:
            return {}
        return {
            "exported": re.sub(
                r"[: \n]", "", process.out.until(r"    Keying Material:\n((?:[0-9a-f: ]+\n)+)")[1]
            )
        }


class NssClient(Client):
    name, programs = "NSS", ("tstclnt", "certutil", "pk12util", "openssl")
    suites, groups, features = (
        SUITES,
        frozenset((*CURVES, *FFDHE)),
        FEATURES - {"alpn", "export"} | {"want-staple"},
    )
    lacks = {**LACKS, "alpn": COMMAND, "export": COMMAND}
    keys = frozenset(("rsa", "p256", "p384", "p521"))
    verifies = frozenset(("rsa", "p256", "p384", "p521"))

    def connect(self, stage, port, setting):
        options = []
        for identity in setting.identities:
            options += ["-n", nickname(identity), "-w", ""]
        if setting.want_staple:
            options.append("-T")
        if setting.connections > 1:
            options += ["-L", setting.connections]
        path = stage.write("request", request(setting.page))
        return stage.start(
            "tstclnt",
            "-4",
            "-h",
            setting.name or "127.0.0.1",
            "-p",
            port,
            "-A",
            path,
            "-v",
            *options,
            *_options(stage, setting),
        )
