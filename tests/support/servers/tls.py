"""This module serves TLS on loopback with a certificate that no authority signed, and has a client for containers."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from pathlib import Path

from support.programs import require

CLIENT = """
import os, socket, ssl
context = ssl.create_default_context(cadata=os.environ.get("AUTHORITY"))
with socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), timeout=10) as connection:
    try:
        print(context.wrap_socket(connection, server_hostname="localhost").version())
    except ssl.SSLCertVerificationError as error:
        print(error.verify_message)
"""
"""Prints the version of TLS, or why the server is refused; trusts `AUTHORITY` alone where that is set."""


def self_signed_server(folder: Path) -> tuple[str, int]:
    """Its certificate and its port; it serves two connections."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *(require("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    try:
                        context.wrap_socket(connection, server_side=True).close()
                    except OSError:
                        continue

    threading.Thread(target=serve, daemon=True).start()
    return certificate.read_text(), int(listener.getsockname()[1])
