"""How a pre-shared key is given to the command (RFC 4279 §5.4). usage: psk.py TLS12"""
import json
import os
import subprocess
import sys

from served import PATIENCE, Server, Stage, collected, expect, play

TESTS, test = collected()

TEXT = "".join(chr(c) for c in range(0x21, 0x61))  # 64 printable characters, a colon among them


def connect(server, *options):
    """What our client tells of a connection."""
    done = subprocess.run(
        [
            server.stage.tls12,
            "connect",
            f"127.0.0.1:{server.port}",
            "--json",
            "--policy",
            "psk",
            "--half-close",
            "--timeout",
            "10",
            *options,
        ],
        input="",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return json.loads(done.stderr.splitlines()[-1])


def connects(stage, identity, server_key, client_key):
    with Server(stage, "--echo", "--policy", "psk", *server_key, www=False) as server:
        told = connect(server, *client_key)
        expect(told["ok"] and told["psk_identity"] == identity, "not as", identity, told)


# Shows RFC 4279 5.4-1, 5.4-2
@test("an identity has 128 printable Unicode characters, or 1,000")
def _(stage):
    for identity in ("\u00e9\u4e2d\U0001d11e!" * 32, "\u20ac" * 1000, "with: colon"):
        key = ["--psk", identity + ":" + "0f" * 16]
        connects(stage, identity, key, key)
    key = ["--psk-text", "\u00e9" * 128 + ":a key"]
    connects(stage, "\u00e9" * 128, key, key)


# Shows RFC 4279 5.4-3, 5.4-4
@test("a key of 64 bytes is given in hexadecimal or as text")
def _(stage):
    digits, text = ["--psk", "me:" + TEXT.encode().hex()], ["--psk-text", "me:" + TEXT]
    connects(stage, "me", digits, digits)
    connects(stage, "me", digits, text)
    connects(stage, "me", text, digits)
    with Server(stage, "--echo", "--policy", "psk", *text, www=False) as server:
        expect(
            not connect(server, "--psk-text", "me:" + TEXT[:-1] + "x")["ok"], "another key connects"
        )


sys.exit(play(TESTS, Stage(os.path.realpath(sys.argv[1])), 2))
