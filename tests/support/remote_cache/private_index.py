"""A package index that asks for a password (PEP 503, HTTP basic authentication), on loopback."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


@dataclass
class PrivateIndex:
    """`wheels` lie in one folder; `passwords` are those of users; `granted` and `refused` name who asked for a file."""

    host: str
    granted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.host}/simple/"

    def url_for(self, user: str, password: str) -> str:
        return f"http://{user}:{password}@{self.host}/simple/"


@contextmanager
def private_index(wheels: Path, passwords: Mapping[str, str]) -> Iterator[PrivateIndex]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, token = self.headers.get("Authorization", "").partition(" ")
            user, _, password = base64.b64decode(token).decode().partition(":")
            if kind != "Basic" or passwords.get(user) != password:
                index.refused.append(user)
                self.answer(401, b"", "text/plain")
                return
            index.granted.append(user)
            folder, _, name = self.path.strip("/").partition("/")
            if folder == "simple":
                self.answer(200, self.page(name).encode(), "text/html")
            else:
                self.answer(200, (wheels / name).read_bytes(), "application/octet-stream")

        def page(self, project: str) -> str:
            found = (path for path in wheels.iterdir() if path.name.startswith(f"{project.replace('-', '_')}-"))
            links = (f'<a href="/files/{path.name}#sha256={_sha256(path)}">{path.name}</a>' for path in found)
            return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>"

        def answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="wheels"')
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        index = PrivateIndex(f"127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
