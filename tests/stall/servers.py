"""Servers of the same folder by HTTPS on a free loopback port: ours, and those it is compared
with. Each has the same time limits, if it has any."""
import os
import re
import resource
import shutil
import socket
import subprocess
import time


class Absent(Exception):
    """What a server needs is not installed."""


def limit_descriptors():
    """1,024, as most systems give at first; what needs more may raise it."""
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )


class Server:
    """Starts in the constructor. `stop()` gives its exit code."""

    def __init__(self, site, arguments, cwd=None):
        self.log = open(
            os.path.join(site.folder, type(self).__name__ + ".log"), "w+b"
        )  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=cwd,
            preexec_fn=limit_descriptors,
        )
        self.stopped = None

    def first_line(self, pattern):
        line = self.process.stdout.readline().decode()
        found = re.search(pattern, line)
        if not found:
            self.stop()
            raise SystemExit(
                f"FAILED: {self.process.args[0]} does not start: {line}{self.log_text()}"
            )
        return int(found[1])

    def log_text(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-2000:]

    def pids(self):
        """The process and its children, whom it may use for the work."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [pid] + [int(child) for child in file.read().split()]

    def stop(self):
        if self.stopped is None:
            self.process.terminate()
            try:
                self.stopped = self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.stopped = self.process.wait()
            self.process.stdout.close()
        return self.stopped


class Ours(Server):
    title = "tls12 serve"

    def __init__(self, site, timeout):
        arguments = [
            site.tls12,
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--www",
            site.www,
            "--cert",
            site.chain,
            "--key",
            site.key,
            "--timeout",
            str(timeout),
        ]
        super().__init__(site, arguments)
        self.port = self.first_line(r"listening on .*:(\d+)")


class Openssl(Server):
    title = "openssl s_server -WWW"

    def __init__(self, site, _timeout):
        if not shutil.which("openssl"):
            raise Absent("openssl")
        super().__init__(
            site,
            [
                "openssl",
                "s_server",
                "-accept",
                "127.0.0.1:0",
                "-tls1_2",
                "-cert",
                site.chain,
                "-key",
                site.key,
                "-WWW",
            ],
            cwd=site.www,
        )
        while b"ACCEPT" not in (line := self.process.stdout.readline()):
            if not line:
                raise SystemExit("FAILED: openssl s_server does not start: " + self.log_text())
        self.port = int(line.rsplit(b":", 1)[1])


NGINX = """daemon off; {user}
worker_processes auto; worker_rlimit_nofile 8192; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; root {www};
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  client_header_timeout {timeout}s; keepalive_timeout {timeout}s; send_timeout {timeout}s;
  lingering_timeout 2s;
  server {{
    listen 127.0.0.1:{port} ssl backlog=4096; ssl_protocols TLSv1.2;
    ssl_certificate {chain}; ssl_certificate_key {key};
  }}
}}
"""


class Nginx(Server):
    title = "nginx"

    def __init__(self, site, timeout):
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        if not program:
            raise Absent("nginx-light")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        folder = os.path.join(site.folder, "nginx")
        os.makedirs(folder)
        with open(os.path.join(folder, "nginx.conf"), "w", encoding="ascii") as file:
            # The workers of a master that is root would be somebody else, who cannot read the
            # folder.
            user = "user root;" if os.geteuid() == 0 else ""
            file.write(
                NGINX.format(
                    user=user,
                    folder=folder,
                    www=site.www,
                    timeout=timeout,
                    port=self.port,
                    chain=site.chain,
                    key=site.key,
                )
            )
        super().__init__(site, [program, "-p", folder, "-c", "nginx.conf"])
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise SystemExit("FAILED: nginx does not start: " + self.log_text())


class Go(Server):
    title = "Go net/http, limits set"
    limited = True

    def __init__(self, site, timeout):
        if not shutil.which("go"):
            raise Absent("golang-go")
        program = os.path.join(site.folder, "go_server")
        if not os.path.exists(program):
            environment = dict(
                os.environ,
                GOCACHE=os.path.join(site.folder, "go-cache"),
                GOFLAGS="",
                GO111MODULE="off",
                CGO_ENABLED="0",
            )
            source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "main.go")
            subprocess.run(
                ["go", "build", "-o", program, source], env=environment, check=True, timeout=100
            )
        super().__init__(
            site, [program, site.chain, site.key, site.www, f"{timeout if self.limited else 0}s"]
        )
        self.port = self.first_line(r"listening on .*:(\d+)")


class GoAsItComes(Go):
    title = "Go net/http, as it comes"
    limited = False


ALL = [Ours, Nginx, Go, GoAsItComes, Openssl]
