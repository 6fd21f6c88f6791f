"""Debian's docker-registry on loopback: open, with a token service, or behind TLS with an authority of its own."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Optional
from urllib.parse import parse_qs, urlsplit

from support.oci.readers import run
from support.programs import require
from support.servers.serving import free_port, serving

USER, PASSWORD = "me", "the secret"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """An authority that is also the server's certificate, for 127.0.0.1 and localhost, and its key."""
    certificate, key = folder / "ca.crt", folder / "ca.key"
    run(
        *(require("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=registry", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
        *("-keyout", str(key), "-out", str(certificate)),
    )
    return certificate, key


@contextmanager
def docker_registry(folder: Path, *, program: str = "", **http: Any) -> Iterator[str]:
    """The address of a registry that keeps its data in a folder. `auth` and `tls` are as its configuration has them.

    :param program: the registry of another release of distribution.
    """
    program = program or require("docker-registry", "docker-registry")
    port = free_port()
    auth = http.pop("auth", None)
    configuration = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}", **http},
        **({"auth": auth} if auth else {}),
    }
    # JSON is YAML, too.
    (folder / "config.yml").write_text(json.dumps(configuration))
    with serving([program, "serve", str(folder / "config.yml")], port, folder / "log"):
        yield f"127.0.0.1:{port}"


@contextmanager
def crane_registry(folder: Path, program: str) -> Iterator[str]:
    """The address of the registry that is in crane, which has code of its own; the folder gets its log."""
    port = free_port()
    with serving([program, "registry", "serve", "--address", f"127.0.0.1:{port}"], port, folder / "log"):
        yield f"127.0.0.1:{port}"


@contextmanager
def olareg_registry(folder: Path, program: str) -> Iterator[str]:
    """The address of olareg's registry, which lists referrers itself; the folder gets its log."""
    port = free_port()
    command = [program, "serve", "--addr", "127.0.0.1", "--port", str(port), "--store-type", "mem"]
    with serving(command, port, folder / "log"):
        yield f"127.0.0.1:{port}"


@dataclass
class TokenService:
    """It gives tokens to a user with the right password, and notes for which scopes.

    :param stale: how many of the next tokens have expired already, though their answer says nothing of it.
    """

    url: str
    key: Path
    certificate: Path
    stale: int = 0
    scopes: list[str] = field(default_factory=list)

    @property
    def auth(self) -> Mapping[str, Any]:
        """What the registry's configuration says of it."""
        return {
            "token": {
                "realm": self.url,
                "service": "registry",
                "issuer": "tests",
                "rootcertbundle": str(self.certificate),
            }
        }

    def token(self, scopes: list[str]) -> str:
        now = int(time.time())
        if self.stale:
            self.stale -= 1
            # The registry allows for clocks that differ by a minute.
            now -= 600
        access = []
        for scope in scopes:
            kind, name, actions = scope.split(":")
            access.append({"type": kind, "name": name, "actions": actions.split(",")})
        der = base64.b64encode(
            subprocess.run(
                ["openssl", "x509", "-in", str(self.certificate), "-outform", "DER"], check=True, capture_output=True
            ).stdout
        ).decode()
        header = {"typ": "JWT", "alg": "RS256", "x5c": [der]}
        claims = {
            "iss": "tests",
            "sub": USER,
            "aud": "registry",
            "jti": str(time.monotonic_ns()),
            "nbf": now - 5,
            "iat": now,
            "exp": now + 300,
            "access": access,
        }
        text = ".".join(_url64(json.dumps(each).encode()) for each in (header, claims))
        signed = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self.key)],
            input=text.encode(),
            check=True,
            capture_output=True,
        ).stdout
        return f"{text}.{_url64(signed)}"


def _url64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@contextmanager
def token_service(folder: Path, certificate: Path, key: Path) -> Iterator[TokenService]:
    service: Optional[TokenService] = None

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert service
            wanted = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if self.headers.get("Authorization") != f"Basic {wanted}":
                self.send_error(401)
                return
            scopes = parse_qs(urlsplit(self.path).query).get("scope", [])
            service.scopes += scopes
            body = json.dumps({"token": service.token(scopes), "expires_in": 300}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        service = TokenService(f"http://127.0.0.1:{httpd.server_port}/token", key, certificate)
        thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            httpd.shutdown()
            thread.join()
