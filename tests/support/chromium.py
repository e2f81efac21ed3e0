"""Chromium for tests: no window, the server as its only peer, and one trusted key."""
import base64
import hashlib
import subprocess

SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def key_pin(certificate):
    """SHA-256 of the SubjectPublicKeyInfo of a certificate's file, in base64."""
    key = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", "-pubkey"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return base64.b64encode(
        hashlib.sha256(base64.b64decode("".join(key.strip().splitlines()[1:-1]))).digest()
    ).decode()
