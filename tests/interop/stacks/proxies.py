"""Servers of the web, which are clients as well, towards what they are put before: nginx,
HAProxy, Apache httpd. All of them are built on OpenSSL."""
from registry import CURVES
from stacks import openssl
from stacks.base import COMMAND, Proxy, Server, joined, on_free_port

COMMANDS = dict.fromkeys(
    (
        "psk",
        "ffdhe",
        "export",
        "small-records",
        "bytes",
        "max-fragment",
        "want-staple",
        "no-ems",
        "no-etm",
        "schemes",
        "groups",
        "address",
        "tickets",
        "session-ids",
        "alpn",
        "staple",
        "identities",
        "old",
        "tls13",
    ),
    COMMAND,
)


class OverOpenssl:
    """What they share."""

    lacks = COMMANDS
    groups = frozenset(CURVES)

    @property
    def suites(self):
        return frozenset(suite for suite in openssl.names() if "PSK" not in suite)


# -------------------------------------------------------------------------------------------- nginx

NGINX = """daemon off; master_process off; pid nginx.pid; error_log stderr error;
worker_rlimit_nofile 256;
events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
  uwsgi_temp_path t4; scgi_temp_path t5;
  server {{ {server} }} }}
"""


def nginx(stage, server):
    stage.write("nginx.conf", NGINX.format(server=server).encode())
    return stage.start("nginx", "-p", stage.folder, "-e", "stderr", "-c", "nginx.conf")


def commands(prefix, setting):
    """Of nginx, those that either side has."""
    lines = [
        f"{prefix}_protocols " + " ".join("TLSv" + version for version in setting.versions) + ";"
    ]
    if setting.suites:
        lines.append(f"{prefix}_ciphers {openssl.ciphers(setting)};")
    for name, value in (
        ("Options", " ".join(openssl.library_options(setting))),
        ("SignatureAlgorithms", openssl.schemes(setting)),
        ("Groups", openssl.groups(setting) if prefix == "proxy_ssl" else ""),
    ):
        if value:
            lines.append(f'{prefix}_conf_command {name} "{value}";')
    return lines


class NginxServer(OverOpenssl, Server):
    name, programs = "nginx", ("nginx",)
    protocols, demands_by_page = ("http/1.1",), True
    groups = frozenset((*CURVES, "ffdhe2048"))
    lasting = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    features = frozenset(
        "alpn lasting closes-first session-ids tickets staple client-auth accepts-max-fragment "
        "ems no-ems etm no-etm identities sni schemes groups old tls13 verify".split()
    )

    def serve(self, stage, setting):
        lines = commands("ssl", setting)
        if setting.groups:
            lines.append(f"ssl_ecdh_curve {openssl.groups(setting)};")
        for identity in setting.identities:
            lines.append(f"ssl_certificate {identity.chain}; ssl_certificate_key {identity.key};")
        if any("_DHE_" in suite for suite in setting.suites):
            stage.start(
                "openssl",
                "genpkey",
                "-genparam",
                "-algorithm",
                "DH",
                "-pkeyopt",
                "group:ffdhe2048",
                "-out",
                "dh.pem",
            ).exits(0)
            lines.append("ssl_dhparam dh.pem;")
        if setting.client_auth != "none":
            lines.append(
                f"ssl_client_certificate {setting.trust}; ssl_verify_depth 3; ssl_verify_client "
                f"{'on' if setting.client_auth == 'require' else 'optional'};"
            )
        if setting.staple:
            lines.append(f"ssl_stapling on; ssl_stapling_file {setting.staple};")
        lines.append(
            "ssl_session_tickets "
            f"{'off' if setting.sessions in ('session-ids', 'no-resumption') else 'on'};"
        )
        lines.append(
            "ssl_session_cache "
            f"{'shared:here:1m' if setting.sessions == 'session-ids' else 'none'};"
        )
        lines.append(
            'location / { return 200 "$ssl_cipher $ssl_session_reused $ssl_client_verify\\n"; }'
        )
        return on_free_port(
            lambda port: nginx(stage, f"listen 127.0.0.1:{port} ssl; " + " ".join(lines))
        )


class NginxClient(OverOpenssl, Proxy):
    name, programs = "nginx", ("nginx",)
    features = frozenset(
        "session-ids tickets client-auth ems no-ems etm no-etm sni schemes groups old tls13 "
        "verify".split()
    )

    def front(self, stage, port, setting):
        lines = commands("proxy_ssl", setting)
        if setting.trust:
            lines.append(
                "proxy_ssl_verify on; proxy_ssl_verify_depth 3; proxy_ssl_trusted_certificate "
                f"{setting.trust};"
            )
        for identity in setting.identities:
            lines.append(
                f"proxy_ssl_certificate {identity.chain}; proxy_ssl_certificate_key {identity.key};"
            )
        if setting.sessions == "session-ids":
            lines.append('proxy_ssl_conf_command Options "-SessionTicket";')
        lines.append(
            f"proxy_ssl_server_name on; proxy_ssl_name {setting.name}; location / {{ proxy_pass "
            f"https://127.0.0.1:{port}; }}"
        )
        return on_free_port(
            lambda front: nginx(stage, f"listen 127.0.0.1:{front}; " + " ".join(lines))
        )


# ------------------------------------------------------------------------------------------ HAProxy


HAPROXY = """global
  log stderr format raw local0 err
  nbthread 1
  tune.ssl.default-dh-param 2048
  {globals}
defaults
  mode http
  retries 0
  timeout connect 10s
  timeout client 20s
  timeout server 20s
  option http-server-close
{sections}
"""


def haproxy(stage, setting, sections, settings=""):
    stage.write("haproxy.cfg", HAPROXY.format(sections=sections, globals=settings).encode())
    return stage.start(
        "haproxy", "-db", "-f", "haproxy.cfg", environment=openssl.environment(stage, setting)
    )


class HaproxyServer(OverOpenssl, Server):
    name, programs = "HAProxy", ("haproxy",)
    refuses_unknown_protocols = False
    lasting = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    features = frozenset(
        "lasting closes-first answers-close half-close session-ids tickets staple client-auth alpn "
        "accepts-max-fragment ems no-ems etm no-etm "
        "identities sni schemes groups verify old tls13".split()
    )

    def serve(self, stage, setting):
        words = [
            "ssl",
            "crt certificates.d",
            f"ssl-min-ver TLSv{setting.versions[0]}",
            f"ssl-max-ver TLSv{setting.versions[-1]}",
        ]
        stage.folder_of("certificates.d")
        for number, identity in enumerate(setting.identities):
            stage.write(f"certificates.d/{number}.pem", joined(identity.chain, identity.key))
            if setting.staple:
                stage.write(f"certificates.d/{number}.pem.ocsp", joined(setting.staple))
                stage.write(f"certificates.d/{number}.pem.issuer", joined(identity.intermediates))
        if openssl.ciphers(setting):
            words.append("ciphers " + openssl.ciphers(setting))
        if setting.groups:
            words.append("curves " + openssl.groups(setting))
        if setting.alpn:
            words.append("alpn " + ",".join(setting.alpn))
        if setting.client_auth != "none":
            words.append(
                f"ca-file {setting.trust} verify "
                f"{'required' if setting.client_auth == 'require' else 'optional'}"
            )
        if setting.sessions in ("session-ids", "no-resumption"):
            words.append("no-tls-tickets")
        settings = (
            "tune.ssl.cachesize 0" if setting.sessions in ("tickets", "no-resumption") else ""
        )
        answer = (
            'http-request return status 200 content-type text/plain lf-string "%[ssl_fc_cipher]\\n"'
        )
        return on_free_port(
            lambda port: haproxy(
                stage,
                setting,
                f"frontend here\n  bind 127.0.0.1:{port} {' '.join(words)}\n  {answer}\n",
                settings,
            )
        )


class HaproxyClient(OverOpenssl, Proxy):
    name, programs = "HAProxy", ("haproxy",)
    features = frozenset(
        "answers-close session-ids tickets client-auth ems no-ems etm no-etm sni verify alpn "
        "schemes groups old tls13".split()
    )

    def front(self, stage, port, setting):
        words = [
            "ssl",
            f"sni str({setting.name})",
            f"ssl-min-ver TLSv{setting.versions[0]}",
            f"ssl-max-ver TLSv{setting.versions[-1]}",
        ]
        words.append(
            f"verify required ca-file {setting.trust} verifyhost {setting.name}"
            if setting.trust
            else "verify none"
        )
        if openssl.ciphers(setting):
            words.append("ciphers " + openssl.ciphers(setting))
        if setting.alpn:
            words.append("alpn " + ",".join(setting.alpn))
        for identity in setting.identities:
            words.append("crt " + stage.write("client.pem", joined(identity.chain, identity.key)))
        if setting.sessions == "session-ids":
            words.append("no-tls-tickets")
        address = f"127.0.0.1:{port} {' '.join(words)}"
        backend = f"backend there\n  http-reuse never\n  server there {address}\n"
        return on_free_port(
            lambda at: haproxy(
                stage,
                setting,
                f"frontend here\n  bind 127.0.0.1:{at}\n  default_backend there\n{backend}",
            )
        )


# ------------------------------------------------------------------------------------- Apache httpd


APACHE = """ServerRoot {folder}
ServerName localhost
PidFile httpd-{port}.pid
DefaultRuntimeDir {folder}
ErrorLog /dev/stderr
LogLevel error
StartServers 1
ServerLimit 1
{modules}
DocumentRoot {folder}/pages
{lines}
"""
MODULES = "mpm_event authz_core ssl socache_shmcb proxy proxy_http"


def apache(stage, port, lines, environment=()):
    modules = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
        for name in MODULES.split()
    )
    stage.folder_of("pages")
    stage.write("pages/index.html", b"a page\n")
    text = APACHE.format(
        port=port,
        folder=stage.folder,
        modules=modules,
        lines="\n".join([f"Listen 127.0.0.1:{port}", *lines]),
    )
    return stage.start(
        "apache2",
        "-X",
        "-f",
        stage.write("httpd.conf", text.encode()),
        environment={"APACHE_RUN_DIR": stage.folder, **dict(environment)},
    )


def protocols(setting):
    return " ".join("+TLSv" + version for version in setting.versions)


class ApacheServer(OverOpenssl, Server):
    name, programs = "Apache httpd", ("apache2",)
    protocols, refuses_unknown_protocols = ("http/1.1",), False  # it answers with its own
    lasting = b"GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n"
    question = b"GET /index.html HTTP/1.0\r\nHost: localhost\r\n\r\n"
    features = frozenset(
        "alpn lasting closes-first answers-close half-close session-ids tickets client-auth "
        "accepts-max-fragment "
        "ems no-ems etm no-etm identities sni schemes groups old tls13 verify".split()
    )

    def serve(self, stage, setting):
        lines = ["SSLEngine on", "SSLProtocol " + protocols(setting)]
        if openssl.ciphers(setting):
            lines.append("SSLCipherSuite " + openssl.ciphers(setting))
        options = " ".join(openssl.library_options(setting))
        for name, value in (
            ("Options", options),
            ("SignatureAlgorithms", openssl.schemes(setting)),
            ("Groups", openssl.groups(setting)),
        ):
            if value:
                lines.append(f'SSLOpenSSLConfCmd {name} "{value}"')
        for identity in setting.identities:
            lines += [
                f"SSLCertificateFile {identity.chain}",
                f"SSLCertificateKeyFile {identity.key}",
            ]
        if setting.client_auth == "late":
            lines += [
                f"SSLCACertificateFile {setting.trust}",
                "<Location />",
                "SSLVerifyClient require",
                "SSLVerifyDepth 3",
                "</Location>",
            ]
        elif setting.client_auth != "none":
            lines += [
                f"SSLCACertificateFile {setting.trust}",
                "SSLVerifyDepth 3",
                f"SSLVerifyClient {'require' if setting.client_auth == 'require' else 'optional'}",
            ]
        lines.append(
            "SSLSessionTickets "
            + ("off" if setting.sessions in ("session-ids", "no-resumption") else "on")
        )
        lines.append(
            "SSLSessionCache "
            + ("shmcb:sessions(512000)" if setting.sessions == "session-ids" else "none")
        )
        return on_free_port(lambda port: apache(stage, port, lines))


class ApacheClient(OverOpenssl, Proxy):
    name, programs = "Apache httpd", ("apache2",)
    features = frozenset(
        "answers-close client-auth ems no-ems etm no-etm sni verify schemes groups tls13 "
        "old".split()
    )

    def front(self, stage, port, setting):
        lines = ["SSLProxyEngine on", "SSLProxyProtocol " + protocols(setting)]
        if setting.trust:
            lines += [
                "SSLProxyVerify require",
                "SSLProxyVerifyDepth 3",
                f"SSLProxyCACertificateFile {setting.trust}",
                "SSLProxyCheckPeerName on",
            ]
        if openssl.ciphers(setting):
            lines.append("SSLProxyCipherSuite " + openssl.ciphers(setting))
        for identity in setting.identities:
            lines.append(
                "SSLProxyMachineCertificateFile "
                + stage.write("client.pem", joined(identity.leaf, identity.key))
            )
            if identity.intermediates:
                lines.append("SSLProxyMachineCertificateChainFile " + identity.intermediates)
        lines.append(f"ProxyPass / https://{setting.name}:{port}/ disablereuse=on")
        return on_free_port(
            lambda at: apache(stage, at, lines, openssl.environment(stage, setting))
        )
