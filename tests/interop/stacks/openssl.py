"""OpenSSL's own commands, s_server and s_client, and the names that all have who are built on
it."""
import functools
import re
import subprocess

from registry import ALERTS, SUITES
from stage import expect
from stacks.base import EVERYTHING, Client, Server, request

GROUPS = {
    "x25519": "X25519",
    "secp256r1": "P-256",
    "secp384r1": "P-384",
    "secp521r1": "P-521",
    "ffdhe2048": "ffdhe2048",
    "ffdhe3072": "ffdhe3072",
    "ffdhe4096": "ffdhe4096",
}
SCHEMES = {
    "rsa_pkcs1_sha256": "RSA+SHA256",
    "rsa_pkcs1_sha384": "RSA+SHA384",
    "rsa_pkcs1_sha512": "RSA+SHA512",
    "ecdsa_secp256r1_sha256": "ECDSA+SHA256",
    "ecdsa_secp384r1_sha384": "ECDSA+SHA384",
    "ecdsa_secp521r1_sha512": "ECDSA+SHA512",
}


@functools.lru_cache(None)
def names():
    """OpenSSL's name of each suite that it has."""
    listed = subprocess.run(
        ["openssl", "ciphers", "-stdname", "-psk", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return {
        iana: name
        for iana, name in re.findall(r"^(\S+)\s+- (\S+)", listed, re.MULTILINE)
        if iana in SUITES.values()
    }


@functools.lru_cache(None)
def suite_of(name):
    return next((iana for iana, known in names().items() if known == name), name)


def ciphers(setting):
    """A cipher list; below Debian's security level is what is older, or short."""
    if "1.1" in setting.versions:
        return "DEFAULT@SECLEVEL=0"
    return (
        ":".join(names()[suite] for suite in setting.suites) + ":@SECLEVEL=0"
        if setting.suites
        else ""
    )


def groups(setting):
    return ":".join(GROUPS[group] for group in setting.groups)


def schemes(setting):
    return ":".join(SCHEMES.get(scheme, scheme) for scheme in setting.schemes)


def library_options(setting):
    """What its library calls Options."""
    return ["-ExtendedMasterSecret"] * (not setting.ems) + ["-EncryptThenMac"] * (not setting.etm)


def environment(stage, setting):
    """What a command has no option for, its library has."""
    chosen = {
        "Options": ",".join(library_options(setting)),
        "SignatureAlgorithms": schemes(setting),
        "Groups": groups(setting),
    }
    lines = [f"{name} = {value}" for name, value in chosen.items() if value]
    if not lines:
        return {}
    text = "\n".join(
        [
            "openssl_conf = top",
            "[top]",
            "ssl_conf = sections",
            "[sections]",
            "system_default = defaults",
            "[defaults]",
            *lines,
            "",
        ]
    )
    return {"OPENSSL_CONF": stage.write("openssl.cnf", text.encode())}


def _options(stage, setting):
    options = {("1.2",): ["-tls1_2"], ("1.1",): ["-tls1_1"]}.get(setting.versions, [])
    for option, value in (
        ("-cipher", ciphers(setting)),
        ("-groups", groups(setting)),
        ("-sigalgs", schemes(setting)),
        ("-alpn", ",".join(setting.alpn)),
    ):
        if value:
            options += [option, value]
    if setting.small_records:
        options += ["-max_send_frag", 512]
    if not setting.etm:
        options.append("-no_etm")
    if setting.psk:
        identity, key = setting.psk.split(":")
        options += ["-psk_identity", identity, "-psk", key]
    if setting.export:
        label, length = setting.export.split(":")
        options += ["-keymatexport", label, "-keymatexportlen", length]
    if setting.sessions in ("session-ids", "no-resumption"):
        options.append("-no_ticket")
    if setting.trust:
        options += ["-CAfile", setting.trust]
    return options


class Messages:
    """What `-msgfile` keeps, complete when the process has ended."""

    def messages(self, process):
        process.wait()
        with open(process.messages, encoding="ascii") as file:
            return file.read()

    def saw_alert(self, process, alert):
        found = self.messages(process)
        expect(
            re.search(rf"<<< [^\n]*, Alert [^\n]*\n    0[12] {ALERTS[alert]:02x}\b", found),
            f"{self.name} got no {alert}:",
            *re.findall(r"[<>]{3} .*Alert.*", found),
            process.err.text()[-1000:],
        )


class OpensslServer(Messages, Server):
    name, programs = "OpenSSL", ("openssl",)
    features = EVERYTHING - {"record-size-limit"}
    question, answer = b"hello over there\n", r"a line from s_server\n"

    @property
    def suites(self):
        return frozenset(names())

    def serve(self, stage, setting, mode="raw", once=False):
        """raw: its input goes to the client, what the client sends is in its output. talk: gives
        every line back, reversed. files: the stage's, by HTTP."""
        options = {"talk": ["-rev"], "raw": [], "files": ["-WWW", "-http_server_binmode"]}[mode]
        if setting.identities:
            identity, *second = setting.identities
            options += ["-cert", identity.leaf, "-key", identity.key] + (
                ["-cert_chain", identity.intermediates] if identity.intermediates else []
            )
            for other in second:
                options += ["-dcert", other.leaf, "-dkey", other.key] + (
                    ["-dcert_chain", other.intermediates] if other.intermediates else []
                )
        else:
            options.append("-nocert")
        if any("DHE" in suite and "ECDHE" not in suite for suite in setting.suites):
            # Left to itself, it takes other groups, and with PSK too small ones.
            group = setting.groups[0] if setting.groups else "ffdhe2048"
            stage.start(
                "openssl",
                "genpkey",
                "-genparam",
                "-algorithm",
                "DH",
                "-pkeyopt",
                "group:" + group,
                "-out",
                "dh.pem",
            ).exits(0)
            options += ["-dhparam", "dh.pem"]
        options += {"none": [], "request": ["-verify", 3], "require": ["-Verify", 3]}[
            setting.client_auth
        ]
        if setting.client_auth != "none":
            options.append("-verify_return_error")
        if setting.sessions in ("tickets", "no-resumption"):
            options.append("-no_cache")
        if setting.staple:
            options += ["-status_file", setting.staple]
        if once:
            options += ["-naccept", 1]
        messages = stage.path("s_server.messages")
        # What it tells goes through a buffer that is not emptied before the next connection.
        process = stage.start(
            "stdbuf",
            "-oL",
            "openssl",
            "s_server",
            "-accept",
            "127.0.0.1:0",
            "-msg",
            "-msgfile",
            messages,
            *options,
            *_options(stage, setting),
            environment=environment(stage, setting),
        )
        process.messages = messages
        process.port = int(process.out.until(r"ACCEPT 127\.0\.0\.1:(\d+)")[1])
        return process

    def reply(self, process):
        # Not sooner: with something to say, it forgets to tell of the handshake.
        process.out.until(r"hello over there\n")
        process.feed(b"a line from s_server\n")

    def seen(self, process, _connections=1):
        process.out.until(r"CIPHER is ")
        process.out.until(r"Secure Renegotiation IS ")
        text = process.out.text()
        material = re.search(r"Keying material: ([0-9A-F]+)", text) or (
            "Keying material" in text and process.out.until(r"Keying material: ([0-9A-F]+)\n")
        )
        protocol = re.search(r"ALPN protocols selected: (\S+)", text)
        return {
            "suite": suite_of(re.search(r"CIPHER is (\S+)", text)[1]),
            "resumed": "Reused session-id" in text,
            "alpn": protocol[1] if protocol else "",
            "secure_renegotiation": "Secure Renegotiation IS supported" in text,
            "exported": material[1].lower() if material else None,
            "client_certificate": "Client certificate\n" in text
            if "Client certificate" in text
            else None,
        }


class OpensslClient(Messages, Client):
    name, programs = "OpenSSL", ("openssl",)
    features = EVERYTHING - {"record-size-limit"}

    @property
    def suites(self):
        return frozenset(names())

    def start(self, stage, port, setting, *more, brief=True):
        """Its input goes to the server, whose data is its output; it closes at the end of its
        input. Not brief: what it tells is there as well."""
        name = (
            ["-servername", setting.name, "-verify_hostname", setting.name]
            if setting.name
            else ["-noservername", "-verify_ip", "127.0.0.1"]
        )
        options = ["-maxfraglen", setting.max_fragment] if setting.max_fragment else []
        if setting.want_staple:
            options.append("-status")
        if brief:
            options.append("-brief")
        for identity in setting.identities:
            options += ["-cert", identity.leaf, "-key", identity.key] + (
                ["-cert_chain", identity.intermediates] if identity.intermediates else []
            )
        messages = stage.path("s_client.messages")
        process = stage.start(
            "openssl",
            "s_client",
            "-connect",
            f"127.0.0.1:{port}",
            *name,
            *(["-verify_return_error"] if setting.trust else []),
            "-msg",
            "-msgfile",
            messages,
            *options,
            *_options(stage, setting),
            *more,
            environment=environment(stage, setting),
        )
        process.messages = messages
        return process

    def connect(self, stage, port, setting):
        def ask(*sessions):
            return self.start(stage, port, setting, "-ign_eof", *sessions, brief=False).end_input(
                request(setting.page)
            )

        for number in range(1, setting.connections):
            ask(
                "-sess_out", "session.pem", *(["-sess_in", "session.pem"] if number > 1 else [])
            ).exits(0)
        return ask(*(["-sess_in", "session.pem"] if setting.connections > 1 else []))

    def finish(self, process):
        super().finish(process)
        text = process.out.text()
        state, suite = re.search(
            r"^(New|Reused), \S+, Cipher is (\S+)", text, re.MULTILINE
        ).groups()
        protocol = re.search(r"ALPN protocol: (\S+)", text)
        material = re.search(r"Keying material: ([0-9A-F]+)", text)
        return {
            "suite": suite_of(suite),
            "resumed": state == "Reused",
            "alpn": protocol[1] if protocol else "",
            "ems": "Extended master secret: yes" in text,
            "exported": material[1].lower() if material else None,
            "secure_renegotiation": "Secure Renegotiation IS supported" in text,
            "stapled": True if "OCSP Response Status: successful" in text else None,
        }
