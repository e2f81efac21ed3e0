"""`tls12 serve` as a browser sees it: Chromium, driven by its own driver. usage: browser.py
TLS12"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import chromium  # noqa: E402
from served import PATIENCE, Server, Skipped, Stage, expect, play  # noqa: E402


class Browser:
    """A session with an empty profile that trusts this certificate's key alone (W3C WebDriver)."""

    def __init__(self, certificate):
        browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
        if not browser or not driver or not shutil.which("openssl"):
            raise Skipped("chromium, chromium-driver or openssl is not installed")
        self._profile = tempfile.TemporaryDirectory(
            prefix="tls12-browser-", ignore_cleanup_errors=True
        )
        self._driver = subprocess.Popen(
            [driver, "--port=0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "TMPDIR": self._profile.name},
        )
        self._session = None
        try:
            for line in self._driver.stdout:
                if port := re.search(r"started successfully on port (\d+)", line):
                    break
            self._at = f"http://127.0.0.1:{port[1]}/session"
            arguments = [
                *chromium.SWITCHES,
                "--user-data-dir=" + self._profile.name,
                "--ignore-certificate-errors-spki-list=" + chromium.key_pin(certificate),
            ]
            options = {
                "goog:chromeOptions": {"binary": browser, "args": arguments},
                "goog:loggingPrefs": {"browser": "ALL"},
            }
            self._session = self._ask(
                "", {"capabilities": {"alwaysMatch": {"browserName": "chrome", **options}}}
            )["sessionId"]
            self._at += "/" + self._session
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            if self._session:
                self._ask("", method="DELETE")
        finally:
            self._driver.kill()
            self._driver.wait()
            self._driver.stdout.close()
            self._profile.cleanup()

    def _ask(self, command, body=None, method=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            self._at + command, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                request, timeout=2 * PATIENCE
            ) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            raise AssertionError(
                f"{command or '/session'}: {refused.read().decode()[:500]}"
            ) from None

    def open(self, url):
        self._ask("/url", {"url": url})

    def follow(self, link):
        found = self._ask("/element", {"using": "link text", "value": link})
        self._ask(f"/element/{next(iter(found.values()))}/click", {})

    def text(self):
        return self.look("document.body.innerText")

    def look(self, expression):
        return self._ask("/execute/sync", {"script": "return " + expression, "args": []})

    def complaints(self):
        return self._ask("/se/log", {"type": "browser"})


def browse(stage):
    stage.file("www/favicon.ico", b"")
    with Server(stage) as server, Browser(stage.path("pki/localhost.pem")) as browser:
        browser.open(f"https://localhost:{server.port}/")
        expect(
            "digits.txt" in browser.text()
            and "24 kB" not in browser.text()
            and "25 MB" in browser.text(),
            browser.text(),
        )
        browser.follow("digits.txt")
        expect(browser.text().strip() == stage.digits.decode(), browser.text())
        browser.open(f"https://localhost:{server.port}/")
        browser.follow("about this connection")
        page = browser.text()
        for told in (
            "This connection speaks TLS 1.2",
            "TLS_ECDHE_ECDSA_WITH_",
            "ecdsa_secp256r1_sha256",
            "http/1.1",
            "localhost",
        ):
            expect(told in page, told, "is not in:", page)
        for field, value in (
            ("resumed", "no"),
            ("extended master secret", "yes"),
            ("secure renegotiation", "yes"),
            ("group", r"x25519|secp\d+r1"),
        ):
            expect(
                re.search(rf"^{field}\s+({value})$", page, re.MULTILINE),
                field,
                "is not",
                value,
                "in:",
                page,
            )
        expect(
            browser.look("getComputedStyle(document.querySelector('.card')).borderRadius")
            == "12px",
            "the style is not applied",
        )
        expect(
            browser.look("performance.getEntriesByType('navigation')[0].nextHopProtocol")
            == "http/1.1",
            "another protocol",
        )
        expect(
            browser.look("location.protocol + document.querySelectorAll('script').length")
            == "https:0",
            "there are scripts",
        )
        browser.follow("what your browser asked")
        expect(
            "GET /.tls12/request HTTP/1.1" in browser.text()
            and "User-Agent: " in browser.text()
            and "Chrome" in browser.text(),
            browser.text(),
        )
        browser.follow("what this connection negotiated")
        expect("This connection speaks TLS 1.2" in browser.text(), browser.text())
        complaints = browser.complaints()
        expect(complaints == [], "it complains:", complaints)
        server.logged(r'"GET /\.tls12/request HTTP/1\.1" 200')
        expect(
            not any(
                "handshake failed" in line and "alert" in line and "[no alert]" not in line
                for line in server.lines()
            ),
            server.lines(),
        )


def refuse(stage):
    """Without its pin, the same browser does not believe the server: what was loaded above was
    verified."""
    stage.run("cert", "--out", stage.path("elsewhere"), "localhost")
    with Server(stage) as server, Browser(stage.path("elsewhere/localhost.pem")) as browser:
        try:
            browser.open(f"https://localhost:{server.port}/")
            shown = browser.text()
        except AssertionError as refused:
            shown = str(refused)
        expect(
            "ERR_CERT_AUTHORITY_INVALID" in shown or "insecure certificate" in shown,
            "it is shown:",
            shown,
        )
        expect(
            not any('"GET' in line for line in server.lines()),
            "it asked for a page:",
            *server.lines(),
        )


if __name__ == "__main__":
    sys.exit(
        play(
            [
                (
                    "Chromium loads the pages over TLS 1.2, follows their links, and has nothing "
                    "to complain of",
                    browse,
                ),
                ("Chromium refuses the server whose key it was not told", refuse),
            ],
            Stage(os.path.abspath(sys.argv[1])),
            2,
        )
    )
