"""Programs that fetch pages: curl, wget, Chromium."""
import functools
import re

import chromium
from registry import CURVES, SUITE_CODES
from stacks import gnutls, openssl
from stacks.base import COMMAND, KEYS, Client


class Curl(Client):
    name, programs = "curl", ("curl",)
    features = frozenset(
        "answers-close session-ids client-auth alpn ems no-ems etm no-etm groups schemes sni "
        "address verify old tls13 want-staple".split()
    )
    lacks = dict.fromkeys(
        ("psk", "export", "max-fragment", "small-records", "tickets", "bytes", "half-close"),
        COMMAND,
    )
    groups = frozenset(CURVES)
    protocols = ("http/1.1",)

    @property
    def suites(self):
        return frozenset(suite for suite in openssl.names() if "PSK" not in suite)

    def connect(self, stage, port, setting):
        host = setting.name or "127.0.0.1"
        options = {
            ("1.2",): ["--tlsv1.2", "--tls-max", "1.2"],
            ("1.1",): ["--tlsv1.1", "--tls-max", "1.1"],
        }.get(setting.versions, [])
        for option, value in (
            ("--ciphers", openssl.ciphers(setting)),
            ("--curves", openssl.groups(setting)),
            ("--cacert", setting.trust),
        ):
            if value:
                options += [option, value]
        for identity in setting.identities:
            options += ["--cert", identity.chain, "--key", identity.key]
        options += {(): ["--http1.0", "--no-alpn"], ("http/1.1",): ["--http1.1"]}.get(
            setting.alpn, []
        )
        if setting.want_staple:
            options.append("--cert-status")
        if setting.sessions == "session-ids":
            options.append("--no-sessionid") if setting.connections == 1 else None
        pages = [f"https://{host}:{port}{setting.page}"] * setting.connections
        return stage.start(
            "curl",
            "-q",
            "-sSiv",
            "--noproxy",
            "*",
            "-H",
            "Connection: close",
            "--resolve",
            f"{host}:{port}:127.0.0.1",
            *options,
            *pages,
            environment=openssl.environment(stage, setting),
        )

    def finish(self, process):
        super().finish(process)
        return {
            "suite": openssl.suite_of(
                re.findall(r"SSL connection using TLSv1\.2 / (\S+)", process.err.text())[-1]
            )
        }


class Wget(Client):
    """Over GnuTLS, whose priority strings it takes."""

    name, programs = "wget", ("wget",)
    keys = frozenset(KEYS) - {
        "ed25519"
    }  # which its library does not choose by ecdsa_sign, as RFC 8422 §5.5 has it
    features = frozenset(
        "client-auth ems no-ems etm no-etm groups schemes sni address verify tls13 old".split()
    )
    lacks = dict.fromkeys(
        (
            "psk",
            "export",
            "max-fragment",
            "small-records",
            "record-size-limit",
            "bytes",
            "half-close",
            "alpn",
            "session-ids",
            "tickets",
            "want-staple",
            "raw-keys",
        ),
        COMMAND,
    )

    @property
    def suites(self):
        return frozenset(suite for suite in gnutls.known() if "PSK" not in suite)

    def connect(self, stage, port, setting):
        options = (
            ["--ca-certificate", setting.trust] if setting.trust else ["--no-check-certificate"]
        )
        for identity in setting.identities:
            options += ["--certificate", identity.chain, "--private-key", identity.key]
        return stage.start(
            "wget",
            "--no-config",
            "--no-hsts",
            "-4",
            "-t",
            1,
            "-O",
            "-",
            "--ciphers",
            gnutls.priority(setting),
            *options,
            f"https://{setting.name or '127.0.0.1'}:{port}{setting.page}",
        )


class Chromium(Client):
    """One page, by a profile of its own; the key is trusted by its pin, the rest as pages see
    it."""

    name, programs = "Chromium", ("chromium", "openssl")
    exit_code_tells = False
    connects_ahead = True
    suites = frozenset(
        (
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
            "TLS_RSA_WITH_AES_256_CBC_SHA",
        )
    )
    groups = frozenset(("x25519", "secp256r1", "secp384r1"))
    verifies = frozenset(("rsa", "p256", "p384"))
    features = frozenset("ems sni address tls13 alpn".split())
    lacks = dict.fromkeys(
        (
            "groups",
            "schemes",
            "client-auth",
            "session-ids",
            "tickets",
            "verify",
            "want-staple",
            "export",
            "old",
            "answers-close",
        ),
        COMMAND,
    )
    protocols = ("http/1.1",)

    def connect(self, stage, port, setting):
        # An order of suites has no option, but each can be left out.
        out = [
            f"0x{SUITE_CODES[suite]:04x}"
            for suite in self.suites
            if setting.suites and suite not in setting.suites
        ]
        pins = [
            stage.once(certificate, functools.partial(chromium.key_pin, certificate))
            for certificate in setting.shown
        ]
        return stage.start(
            "chromium",
            *chromium.SWITCHES,
            "--user-data-dir=" + stage.path("chromium"),
            "--ignore-certificate-errors-spki-list=" + ",".join(pins),
            "--cipher-suite-blacklist=" + ",".join(out),
            "--dump-dom",
            f"https://{setting.name or '127.0.0.1'}:{port}{setting.page}",
            environment={"HOME": stage.folder},
        )
