"""`tls12 serve --www` and clients of other makes: files, their parts, what has not changed, crowds.
usage: serve_files.py TLS12"""
import os
import re
import subprocess
import sys
import time

from serve import fetch, program
from served import PATIENCE, Client, Plain, Server, Stage, collected, expect, play

TESTS, test = collected()


# ------------------------------------------------ HTTP


def curl(stage, server, *arguments, path="/digits.txt", code=0):
    """Standard output."""
    done = subprocess.run(
        [
            program("curl"),
            "-sS",
            "--tlsv1.2",
            "--tls-max",
            "1.2",
            "--cacert",
            stage.ca,
            *arguments,
            f"https://localhost:{server.port}{path}",
        ],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    expect(done.returncode == code, "curl's exit code", done.returncode, done.stderr.decode())
    return done.stdout


@test("curl: a file, its parts, the rest of a download, and what is beyond the end")
def _(stage):
    with Server(stage) as server:
        expect(curl(stage, server) == stage.digits, "not the file")
        expect(curl(stage, server, "-r", "10-14") == b"01234", "not the middle")
        expect(curl(stage, server, "-r", "-5") == b"56789", "not the end")
        head = curl(stage, server, "-D-", "-o", os.devnull, "-r", "95-").decode()
        expect(
            "HTTP/1.1 206 Partial Content" in head
            and "Content-Range: bytes 95-99/100" in head
            and "Content-Length: 5\r" in head,
            head,
        )
        head = curl(stage, server, "-D-", "-o", os.devnull, "-r", "100-").decode()
        expect("HTTP/1.1 416 " in head and "Content-Range: bytes */100" in head, head)
        partial = stage.path("partial")
        with open(partial, "wb") as out:
            out.write(stage.big[:5_000_001])
        curl(stage, server, "-C", "-", "-o", partial, path="/big.bin")
        with open(partial, "rb") as whole:
            expect(whole.read() == stage.big, "the continued download differs")


@test("curl: what has not changed is not sent again")
def _(stage):
    with Server(stage) as server:
        tag, content = stage.path("tag"), stage.path("content")
        curl(stage, server, "--etag-save", tag, "-o", content)
        for condition in (["--etag-compare", tag], ["-z", "Sun, 06 Nov 1994 08:49:37 GMT"]):
            out = curl(
                stage, server, *condition, "-o", os.devnull, "-w", "%{http_code} %{size_download}"
            )
            expect(out == b"304 0", condition, out)
        out = curl(
            stage,
            server,
            "-z",
            "Sun, 06 Nov 1994 08:49:36 GMT",
            "-o",
            os.devnull,
            "-w",
            "%{http_code} %{size_download}",
        )
        expect(out == b"200 100", out)


@test("curl: HEAD, and two requests over one connection")
def _(stage):
    with Server(stage) as server:
        head = curl(stage, server, "-I").decode()
        expect(
            "Content-Length: 100" in head
            and "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT" in head
            and "Accept-Ranges: bytes" in head,
            head,
        )
        url = f"https://localhost:{server.port}/"
        out = curl(
            stage,
            server,
            "-w",
            "%{num_connects} %{ssl_verify_result}\n",
            "-o",
            os.devnull,
            "-o",
            os.devnull,
            "-o",
            os.devnull,
            url,
            url,
        )
        expect(out == b"1 0\n0 0\n0 0\n", out)
        server.logged(r"TLS 1\.2 .* 3 requests, closed")
        expect(
            len(server.logged(r'"GET /(digits\.txt)? HTTP/1\.1" 200, \d+ bytes', 3)) == 3,
            server.lines(),
        )


@test(
    "a part that depends on If-Range is given for the same file alone, and several ranges are the "
    "whole"
)
def _(stage):
    with Server(stage) as server, Client(server) as client:
        tag = client.ask("/digits.txt", method="HEAD").answer(body=False)[1]["etag"]
        expect(
            client.ask("/digits.txt", "Range: bytes=0-4", "If-Range: " + tag).answer()[::2]
            == (206, b"01234"),
            "not the part",
        )
        expect(
            client.ask("/digits.txt", "Range: bytes=0-4", 'If-Range: "other"').answer()[::2]
            == (200, stage.digits),
            "not the whole",
        )
        expect(
            client.ask("/digits.txt", "Range: bytes=0-1,50-51").answer()[::2]
            == (200, stage.digits),
            "not the whole",
        )
        expect(
            client.ask("/digits.txt", "If-Match: \"a\"", "If-Match: " + tag).answer()[0] == 200,
            "two lines of a field are one list",
        )
        expect(client.ask("/digits.txt", "If-Match: \"a\"").answer()[0] == 412, "not 412")


@test(
    "a file of this moment has a weak validator, an empty one has no parts, and a pipe is refused"
)
def _(stage):
    with open(stage.path("www/fresh.txt"), "wb"), Server(stage) as server, Client(server) as client:
        future = time.time() + 3600
        os.utime(stage.path("www/fresh.txt"), (future, future))
        _, fields, content = client.ask("/fresh.txt").answer()
        expect(fields["etag"].startswith('W/"') and content == b"", fields)
        expect(client.ask("/fresh.txt", "Range: bytes=0-").answer()[0] == 416, "not 416")
        os.mkfifo(stage.path("www/pipe"))
        expect(client.ask("/pipe").answer()[0] == 404, "not 404")


@test(
    "the pages about the connection tell what the client's own library says of it, and run nothing"
)
def _(stage):
    for www, place in ((False, "/"), (True, "/.tls12/")):
        with Server(stage, www=www) as server, Client(server) as client:
            name, version, _ = client.socket.cipher()
            expect(version == "TLSv1.2", version)
            _, fields, content = client.ask(place).answer()
            page = content.decode()
            for part in name.split("-"):
                expect(
                    re.search("TLS_[A-Z0-9_]*" + part.replace("AES256", "AES_256"), page),
                    part,
                    "is not in the page",
                )
            expect(
                "localhost" in page
                and "x25519" in page
                and "<script" not in page
                and "script-src" not in fields["content-security-policy"],
                page,
            )
            expect("default-src 'none'" in fields["content-security-policy"], fields)
            for link in re.findall(r"href='\./([^']*)'", page):
                expect(client.ask(place + link).answer()[0] == 200, link, "leads nowhere")
            content = client.ask(place + "request", "X-Mark: <b>&").answer()[2].decode()
            expect("X-Mark: &lt;b&gt;&amp;" in content, content)
            expect(client.ask(place + "nothing").answer()[0] == 404, "not 404")


@test("--quiet logs nothing")
def _(stage):
    with Server(stage, "--quiet") as server:
        fetch(server)
        with Plain(server):
            pass
        server.stop()
        server.exits()
        expect(server.lines() == [], server.lines())


@test("wrk: a crowd of persistent connections is served without a fault")
def _(stage):
    with Server(stage) as server:
        done = subprocess.run(
            [program("wrk"), "-t2", "-c64", "-d1s", f"https://127.0.0.1:{server.port}/digits.txt"],
            capture_output=True,
            text=True,
            check=False,
        )
        requests = re.search(r"(\d+) requests in", done.stdout)
        expect(done.returncode == 0 and requests and int(requests[1]) > 500, done)
        expect("Socket errors" not in done.stdout and "Non-2xx" not in done.stdout, done.stdout)
        print("wrk:", re.search(r"Requests/sec: +(\S+)", done.stdout)[1], "requests a second")
        expect(fetch(server) == stage.digits, "not the file")


if __name__ == "__main__":
    sys.exit(play(TESTS, Stage(os.path.abspath(sys.argv[1])), 4))
