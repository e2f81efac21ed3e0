"""Libraries without commands of their own, or whose own tell too little: programs in
tests/interop/peers, which all take and tell the same."""
import functools
import json
import subprocess

from registry import SUITES
from stage import Failed, expect
from stacks.base import COMMAND, Client, Server, joined

# What such a program's exchange has in any case.
ALWAYS = {
    "client": {"sni", "verify", "client-auth"},
    "server": {"sni", "address", "lasting", "answers-close"},
}


# What a library has, and its program does not ask it for.
UNASKED = {
    "BearSSL": ["small-records"],
    "JSSE": ["small-records"],
    "mbedTLS": ["small-records"],
    "Node": ["small-records", "ffdhe"],
}


@functools.lru_cache(None)
def commands(path):
    """The name of each library, and its command."""
    if not path:
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


@functools.lru_cache(None)
def can(command):
    done = subprocess.run(
        [*command, "can"], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} can: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def _options(setting):
    options = [] if setting.versions == ("1.2",) else ["--versions", ",".join(setting.versions)]
    for option, value in (
        ("--suites", ",".join(setting.suites)),
        ("--groups", ",".join(setting.groups)),
        ("--schemes", ",".join(setting.schemes)),
        ("--alpn", ",".join(setting.alpn)),
        ("--ca", setting.trust),
        ("--psk", setting.psk),
        ("--export", setting.export),
        ("--max-fragment", setting.max_fragment),
        ("--staple", setting.staple),
    ):
        if value:
            options += [option, value]
    for identity in setting.identities:
        options += ["--cert", identity.chain, "--key", identity.key]
    if setting.sessions:
        options.append("--" + setting.sessions)
    return (
        options
        + ["--no-ems"] * (not setting.ems)
        + ["--no-etm"] * (not setting.etm)
        + ["--want-staple"] * setting.want_staple
    )


def told(line):
    """A program's account of one connection, in the words of wire.facts()."""
    facts = json.loads(line)
    expect("error" not in facts and "unsupported" not in facts, "it is not content:", facts)
    words = {
        "version": facts.get("version"),
        "suite": facts.get("suite"),
        "resumed": facts.get("resumed"),
        "alpn": facts.get("alpn") or "",
        "ems": facts.get("ems"),
        "etm": facts.get("etm"),
        "group": facts.get("group"),
        "exported": facts.get("exported"),
    }
    return {
        **words,
        "eof": facts.get("eof"),
        "received": facts.get("received"),
        "sent": facts.get("sent"),
    }


class Program:
    """`command` can what it says it can."""

    def __init__(self, name, command):
        self.name, self.command = name, tuple(command)
        self.can = can(self.command)[self.role]
        self.suites = frozenset(self.can["suites"]) & frozenset(SUITES.values())
        self.groups, self.schemes = frozenset(self.can["groups"]), frozenset(self.can["schemes"])
        self.keys, self.verifies = frozenset(self.can["keys"]), frozenset(self.can["verifies"])
        self.features = frozenset(self.can["features"]) | ALWAYS[self.role]
        self.refuses_unknown_protocols = name != "Python"
        self.goes_on_when_declined = name == "mbedTLS"  # another handshake
        self.tells_why_of_clients = name not in ("BearSSL", "mbedTLS", "wolfSSL")
        self.asks_for_its_own_kind = self.staples_what_it_verifies = name == "wolfSSL"
        self.lacks = dict.fromkeys(
            ("closes-first", "answers-close", *UNASKED.get(name, ())), COMMAND
        )
        self.tells_why = name != "mbedTLS"
        if (name, self.role) == ("mbedTLS", "client"):
            self.fragments = (1024, 2048, 4096)  # it cannot take a certificate in pieces

    def missing(self):
        return []


class ProgramServer(Program, Server):
    question, answer = b"hello over there\n", r"^hello over there\n"
    lasting, half_closing = question, ("--half-close",)
    connections = 1000

    def serve(self, stage, setting, *more):
        if setting.staple and self.staples_what_it_verifies:
            identity = setting.identities[0]
            setting = setting.but(
                trust=stage.write("issuers.pem", joined(identity.ca, identity.intermediates))
            )
        auth = [] if setting.client_auth == "none" else ["--client-auth", setting.client_auth]
        process = stage.start(
            *self.command,
            "server",
            "--port",
            0,
            "--connections",
            self.connections,
            *auth,
            *_options(setting.but(groups=setting.groups)),
            *more,
        )
        process.port = json.loads(process.out.until(r"\{.*\}\n")[0])["port"]
        return process

    def seen(self, process, connections=1):
        return [
            told(line)
            for line in process.out.until(r"(?:\{[^\n]*\}\n){%d}" % connections)[0].splitlines()
        ][-1]


class ProgramClient(Program, Client):
    talks_http = False

    def connect(self, stage, port, setting, *more):
        name = setting.name or "127.0.0.1"
        return stage.start(
            *self.command,
            "client",
            "--port",
            port,
            "--host",
            name,
            "--connections",
            setting.connections,
            *_options(setting),
            *more,
        )

    def finish(self, process):
        if process.wait() != 0:
            raise Failed(process.out.text()[-500:] + process.err.text()[-1000:])
        return [told(line) for line in process.out.text().splitlines()][-1]


def absent_programs(path):
    """Libraries whose programs were not built: their library is not installed, or in a version
    that the program is not for (meson.build)."""
    return sorted({"BearSSL", "Go", "JSSE", "mbedTLS", "Node", "wolfSSL"} - set(commands(path)))


def program_peers(path):
    """The servers, and the clients."""
    known = commands(path).items()
    return (
        [
            ProgramServer(name, command)
            for name, command in known
            if can(tuple(command)).get("server")
        ],
        [
            ProgramClient(name, command)
            for name, command in known
            if can(tuple(command)).get("client")
        ],
    )
