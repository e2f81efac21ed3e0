"""Other people's TLS as commands. A server peer starts with a setting; a client peer talks to a port with one. Both tell what they saw."""
import re
import shutil
import socket

from setting import ALERTS, GROUPS, SCHEMES, SUITES
from stage import Failed, expect

# The openssl command has no option for it; its library has.
WITHOUT_EXTENDED_MASTER_SECRET = b"""openssl_conf = top
[top]
ssl_conf = sections
[sections]
system_default = defaults
[defaults]
Options = -ExtendedMasterSecret
"""


class Peer:
    """`name` heads its column; `program` must be installed."""

    name = program = ""

    def present(self):
        return shutil.which(self.program) is not None


# ---------------------------------------------------------------------------------------------- OpenSSL


def _openssl_environment(stage, setting):
    if setting.extended_master_secret:
        return {}
    return {"OPENSSL_CONF": stage.write("without_extended_master_secret.cnf", WITHOUT_EXTENDED_MASTER_SECRET)}


def _openssl_options(setting):
    options = {("1.2",): ["-tls1_2"], ("1.1",): ["-tls1_1"]}.get(setting.versions, [])
    # Debian's security level forbids what is older.
    ciphers = SUITES[setting.suite][0] if setting.suite else "DEFAULT@SECLEVEL=0" if "1.1" in setting.versions else ""
    if ciphers:
        options += ["-cipher", ciphers]
    if setting.group:
        options += ["-groups", GROUPS[setting.group][0]]
    if setting.scheme:
        options += ["-sigalgs", SCHEMES[setting.scheme][0]]
    if setting.alpn:
        options += ["-alpn", ",".join(setting.alpn)]
    if setting.small_records:
        options += ["-max_send_frag", "512"]
    return options


class OpensslMessages:
    """What `-msgfile` keeps, complete when the process has ended."""

    def messages(self, process):
        process.wait()
        with open(process.messages, encoding="ascii") as file:
            return file.read()

    def saw_alert(self, process, alert):
        found = self.messages(process)
        expect(re.search(rf"<<< [^\n]*, Alert [^\n]*\n    0[12] {ALERTS[alert]:02x}\b", found), f"{self.name} got no {alert}:",
               *re.findall(r"[<>]{3} .*Alert.*", found), process.err.text()[-1000:])


class OpensslServer(OpensslMessages, Peer):
    name, program = "s_server", "openssl"

    def start(self, stage, setting, mode="talk"):
        """talk: gives every line back, reversed. raw: its input goes to the client, what the client sends is in its output. files: the stage's, by HTTP."""
        options = {"talk": ["-rev"], "raw": [], "files": ["-WWW", "-http_server_binmode"]}[mode]
        identity, *second = setting.identities
        options += ["-cert", identity.leaf, "-key", identity.key]
        if identity.intermediates:
            options += ["-cert_chain", identity.intermediates]
        for other in second:
            options += ["-dcert", other.leaf, "-dkey", other.key] + (["-dcert_chain", other.intermediates] if other.intermediates else [])
        options += {"no": [], "asks": ["-verify", "1"], "requires": ["-Verify", "1"]}[setting.ask_client]
        messages = stage.path("s_server.messages")
        process = stage.start("openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", 1, "-msg", "-msgfile", messages, *options,
                              *_openssl_options(setting), environment=_openssl_environment(stage, setting))
        process.messages = messages
        process.port = int(process.out.until(r"ACCEPT 127\.0\.0\.1:(\d+)")[1])
        return process

    @staticmethod
    def answer(line):
        return line[::-1]

    def negotiated_suite(self, process):
        name = process.err.until(r"Ciphersuite: (\S+)")[1]
        return next(suite for suite, names in SUITES.items() if names[0] == name)

    def got_empty_certificate(self, process):
        found = self.messages(process)
        expect("CertificateRequest\n" in found and re.search(r"<<< [^\n]*, Certificate\n    0b 00 00 03 00 00 00\n", found), "no empty Certificate came")

    def server_name(self, process):
        """What the ClientHello's extension asked for (RFC 6066 §3), or nothing."""
        hello = re.search(r"ClientHello\n((?:    [0-9a-f ]+\n)+)", self.messages(process))[1]
        found = re.search(r"00 00 00 (?:..) 00 (?:..) 00 00 (..) ((?:.. )+)", " ".join(hello.split()) + " ")
        return bytes.fromhex(found[2])[: int(found[1], 16)].decode() if found else ""


class OpensslClient(OpensslMessages, Peer):
    name, program = "s_client", "openssl"

    def start(self, stage, port, setting, *more):
        """Its input goes to the server, whose data is its output; it closes at the end of its input."""
        name = ["-servername", setting.name, "-verify_hostname", setting.name] if setting.name else ["-noservername", "-verify_ip", "127.0.0.1"]
        messages = stage.path("s_client.messages")
        process = stage.start("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *name, "-CAfile", setting.trust, "-verify_return_error", "-brief", "-msg",
                              "-msgfile", messages, *_openssl_options(setting), *more, environment=_openssl_environment(stage, setting))
        process.messages = messages
        return process

    def fetch(self, stage, port, path, setting):
        """Asks for this path; the answer is the output."""
        return self.start(stage, port, setting, "-ign_eof").end_input(request(path))

    def negotiated_suite(self, process):
        return OpensslServer.negotiated_suite(self, process)

    def refused_to_trust(self, process, name_is_wrong):
        process.exits(1)
        process.err.until(r"hostname mismatch" if name_is_wrong else r"verify error|unable to get (local )?issuer|certificate verify failed")


# ---------------------------------------------------------------------------------------------- GnuTLS


def _gnutls_priority(setting):
    exchange, cipher = SUITES[setting.suite][1:] if setting.suite else ("", "")
    parts = ["NORMAL", "-VERS-ALL", *("+VERS-TLS" + version for version in setting.versions)]
    if setting.suite:
        parts += ["-KX-ALL", "+" + exchange, "-CIPHER-ALL", "+" + cipher]
    if setting.group:
        parts += ["-GROUP-ALL", "+" + GROUPS[setting.group][1]]
    if setting.scheme:
        parts += ["-SIGN-ALL", "+" + SCHEMES[setting.scheme][1]]
    if not setting.extended_master_secret:
        parts.append("%NO_SESSION_HASH")
    return ":".join(parts)


def _gnutls_options(setting):
    options = ["--priority", _gnutls_priority(setting), "--debug", "5"]
    for protocol in setting.alpn:
        options += ["--alpn", protocol]
    return options


class GnutlsLog:
    """What `--debug 5` tells on standard error."""

    def saw_alert(self, process, alert):
        process.err.until(rf"Alert\[[12]\|{ALERTS[alert]}\] - [^\n]* - was received")

    def negotiated_suite(self, process):
        text = process.err.until(r"Selected cipher suite: GNUTLS_(\S+)")[1]
        return next(suite for suite in SUITES if suite.replace("TLS_", "", 1).replace("_WITH", "").startswith(text))


class GnutlsServer(GnutlsLog, Peer):
    name, program = "gnutls-serv", "gnutls-serv"

    def start(self, stage, setting, mode="talk", file=None):
        """talk: gives every line back. files: an HTTP server whose every answer is this file."""
        options = {"talk": ["--echo"], "files": ["--http", "--httpdata", file]}[mode]
        for identity in setting.identities:
            options += ["--x509certfile", identity.chain, "--x509keyfile", identity.key]
        options += {"no": ["--disable-client-cert"], "asks": [], "requires": ["--require-client-cert"]}[setting.ask_client]
        if setting.alpn:
            options.append("--alpn-fatal")
        for _ in range(10):
            port = free_port()
            process = stage.start("gnutls-serv", "--port", port, *options, *_gnutls_options(setting))
            # It listens on every address, or ends when somebody else was faster.
            try:
                process.err.until(r"listening on IPv4 0\.0\.0\.0 port \d+\.\.\.done")
            except Failed:
                if not process.ended():
                    raise
                continue
            process.port = port
            return process
        raise Failed("gnutls-serv finds no port")

    @staticmethod
    def answer(line):
        return line

    def got_empty_certificate(self, process):
        process.err.until(r"CERTIFICATE REQUEST was queued")
        process.err.until(r"CERTIFICATE \(11\) was received\. Length 3\[")

    def server_name(self, process):
        process.out.until(r"- Version: ")
        found = re.search(r"Given server name\[\d\]: (\S+)\n", process.out.text())
        return found[1] if found else ""


class GnutlsClient(GnutlsLog, Peer):
    name, program = "gnutls-cli", "gnutls-cli"

    def start(self, stage, port, setting, *more):
        name = ["--sni-hostname", setting.name, "--verify-hostname", setting.name] if setting.name else ["--disable-sni", "--verify-hostname", "127.0.0.1"]
        process = stage.start("gnutls-cli", "--port", port, "--x509cafile", setting.trust, "--logfile", "gnutls-cli.log", *name,
                              *_gnutls_options(setting), *more, "127.0.0.1")
        process.log = stage.path("gnutls-cli.log")
        return process

    def fetch(self, stage, port, path, setting):
        return self.start(stage, port, setting).feed(request(path))

    def refused_to_trust(self, process, name_is_wrong):
        process.exits(1)
        with open(process.log, encoding="utf-8") as file:
            log = file.read()
        expect(re.search("does not match" if name_is_wrong else "NOT trusted", log), f"{self.name} gives another reason:", log)


# ---------------------------------------------------------------------------------------------- curl


class Curl(Peer):
    name, program = "curl", "curl"

    def fetch(self, stage, port, path, setting):
        host = setting.name or "127.0.0.1"
        options = {("1.2",): ["--tlsv1.2", "--tls-max", "1.2"], ("1.1",): ["--tlsv1.1", "--tls-max", "1.1"]}.get(setting.versions, [])
        ciphers = SUITES[setting.suite][0] if setting.suite else "DEFAULT@SECLEVEL=0" if "1.1" in setting.versions else ""
        if ciphers:
            options += ["--ciphers", ciphers]
        if setting.group:
            options += ["--curves", GROUPS[setting.group][0]]
        options += {(): ["--http1.0", "--no-alpn"], ("http/1.1",): ["--http1.1"], ("h2", "http/1.1"): []}[setting.alpn]
        return stage.start("curl", "-q", "-sSiv", "--noproxy", "*", "--cacert", setting.trust, "--resolve",
                           f"{host}:{port}:127.0.0.1", *options, f"https://{host}:{port}{path}", environment=_openssl_environment(stage, setting))

    def saw_alert(self, process, alert):
        process.wait()
        number = ALERTS[alert]
        process.err.until(rf"\(IN\), TLS alert, [^\n]*\(({256 + number}|{512 + number})\)")

    def negotiated_suite(self, process):
        name = process.err.until(r"SSL connection using TLSv1\.2 / (\S+)")[1]
        return next(suite for suite, names in SUITES.items() if names[0] == name)

    def refused_to_trust(self, process, name_is_wrong):
        process.exits(60)
        process.err.until("no alternative certificate subject name" if name_is_wrong else "unable to get (local )?issuer certificate|self.signed")


# ---------------------------------------------------------------------------------------------- HTTP, and where it goes


def body(process):
    """What came behind the head of the answer."""
    head, _, rest = process.out.bytes().partition(b"\r\n\r\n")
    expect(head.startswith(b"HTTP/1."), "no HTTP answer:", head[:300], process.err.text()[-1500:])
    return rest


def request(path):
    return f"GET {path} HTTP/1.0\r\n\r\n".encode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


OPENSSL_SERVER, GNUTLS_SERVER = OpensslServer(), GnutlsServer()
OPENSSL_CLIENT, GNUTLS_CLIENT, CURL = OpensslClient(), GnutlsClient(), Curl()
SERVERS = [OPENSSL_SERVER, GNUTLS_SERVER]
CLIENTS = [OPENSSL_CLIENT, GNUTLS_CLIENT, CURL]
PEERS = SERVERS + CLIENTS
