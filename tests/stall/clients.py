"""`tls12 connect` and a server that goes wrong at every point of the conversation: it ends by
its --timeout, with one line of reason."""
import concurrent.futures
import os
import subprocess
import time

from servers import limit_descriptors

TIMEOUT = 1.0
# One for the handshake, one for the wait behind it, and what a loaded machine takes.
BOUND = 2 * TIMEOUT + 3
JOBS = 12
REASONS = {
    "stall": ("deadline",),
    "trickle": ("deadline",),
    "cut": ("close_notify", "ended", "closed", "cut"),
    "reset": ("reset", "Reset", "ended"),
}


def run_one(site, upload, port, point):
    """Exit code, what was said, seconds."""
    content = upload if point == "not reading" else "/dev/null"
    begin = time.monotonic()
    arguments = [
        site.tls12,
        "connect",
        f"localhost:{port}",
        "--ca",
        site.ca,
        "--quiet",
        "--timeout",
        str(TIMEOUT),
    ]
    shell = ["/bin/sh", "-c", '{ echo hello; cat; } | "$0" "$@"', *arguments]
    with open(content, "rb") as stdin, subprocess.Popen(
        shell, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _, said = process.communicate(timeout=BOUND + 10)
        except subprocess.TimeoutExpired:
            process.kill()
            return None, "it never ended", BOUND + 10
    return process.returncode, said, time.monotonic() - begin


def check_our_client(site, check):
    upload = os.path.join(site.folder, "upload")
    with open(upload, "wb") as file:
        file.truncate(16 << 20)
    servers = [site.staller, "server", site.chain, site.key]
    with subprocess.Popen(
        servers,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=limit_descriptors,
    ) as process:
        scripts = []
        while (line := process.stdout.readline()) not in ("ready\n", ""):
            scripts.append(line.rstrip("\n").split("\t"))
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            outcomes = list(
                pool.map(lambda script: run_one(site, upload, script[0], script[1]), scripts)
            )
        process.stdin.close()
    for (_, point, act), (code, said, seconds) in zip(scripts, outcomes):
        good = (
            code == 1
            and said.count("\n") == 1
            and seconds <= BOUND
            and any(word in said for word in REASONS[act])
        )
        check(good, f"connect: {act} {point}", f"exit code {code}, {seconds:.1f} s", said)
    longest = max(seconds for _, _, seconds in outcomes)
    print(
        f"connect: {len(scripts)} servers that go wrong; the longest wait was {longest:.2f} s, "
        f"with --timeout {TIMEOUT:.0f}"
    )
