"""A registry in memory, on loopback: it notes what it was asked, and fails as told.

It keeps to the distribution specification as far as pushes and pulls need it, and refuses a manifest whose blobs it
does not have.
https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock, Thread
from typing import Any, Callable, Optional
from urllib.parse import parse_qs, urlsplit

_INDEX = "application/vnd.oci.image.index.v1+json"
Answer = tuple[int, Mapping[str, str], bytes]

_NAME = r"/v2/(?P<name>.+?)"
_ROUTES = {
    "blob": re.compile(_NAME + r"/blobs/(?P<digest>sha256:[0-9a-f]+)"),
    "uploads": re.compile(_NAME + r"/blobs/uploads/"),
    "upload": re.compile(_NAME + r"/blobs/uploads/(?P<id>\d+)"),
    "manifest": re.compile(_NAME + r"/manifests/(?P<reference>[^/]+)"),
    "referrers": re.compile(_NAME + r"/referrers/(?P<digest>sha256:[0-9a-f]+)"),
}


@dataclass
class Fault:
    """The answer to requests that match, instead of the right one, for the next `times`.

    :param request: a pattern for `METHOD PATH?QUERY`.
    :param skip: how many that match are answered rightly before.
    :param status: of the answer; 0 cuts the connection instead.
    :param after: bytes of the request's body to take before, which an upload keeps; below 0 all are.
    :param done: whether the request is carried out: only its answer is lost or wrong.
    :param body: the answer's body: JSON, or bytes.
    """

    request: str
    status: int = 0
    times: int = 1
    skip: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = b""
    after: int = 0
    done: bool = False
    seconds: float = 0


@dataclass
class Request:
    method: str
    path: str
    headers: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class FakeRegistry:
    """`address` is host:port. Blobs are by repository and digest, manifests by repository and tag or digest."""

    address: str = ""
    blobs: dict[tuple[str, str], bytes] = field(default_factory=dict)
    manifests: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    uploads: dict[str, bytearray] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    chunk_minimum: int = 0
    upload_host: str = ""
    #: Whether it has OCI 1.1's list of what refers to an image.
    lists_referrers: bool = False
    #: Called after a manifest was stored, with the repository and the tag or digest.
    on_put: Optional[Callable[[str, str], None]] = None
    #: Authorization headers that are let in; all are where there is none.
    admitted: set[str] = field(default_factory=set)
    challenge: str = ""
    #: What the token service at /token answers, one after the other; the last is repeated.
    tokens: list[Any] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)
    sockets: list[socket.socket] = field(default_factory=list)

    @property
    def connections(self) -> int:
        """How many were made."""
        return len(self.sockets)

    def close_connections(self) -> None:
        for each in self.sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def asked(self, pattern: str = "") -> list[str]:
        return [str(each) for each in self.requests if re.search(pattern, str(each))]

    def add_blob(self, name: str, content: bytes) -> str:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.blobs[name, digest] = content
        return digest

    def tags(self, name: str) -> dict[str, bytes]:
        return {ref: body for (of, ref), (_, body) in self.manifests.items() if of == name and ":" not in ref}

    def incomplete(self) -> list[str]:
        """Names of manifests and blobs that a manifest here names and that are not here."""
        return [
            each["digest"]
            for (name, _), (_, body) in self.manifests.items()
            for each in _named(json.loads(body))
            if (name, each["digest"]) not in self.blobs and (name, each["digest"]) not in self.manifests
        ]


@contextmanager
def fake_registry() -> Iterator[FakeRegistry]:
    registry = FakeRegistry()

    class Handler(_Handler):
        pass

    Handler.registry = registry
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        httpd.block_on_close = False
        registry.address = f"127.0.0.1:{httpd.server_port}"
        thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield registry
        finally:
            httpd.shutdown()
            thread.join()


def _named(manifest: Any) -> list[Any]:
    return [
        *manifest.get("manifests", []),
        *([manifest["config"]] if "config" in manifest else []),
        *manifest.get("layers", []),
    ]


class _Handler(BaseHTTPRequestHandler):
    registry: FakeRegistry
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.registry.sockets.append(self.connection)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self) -> None:
        with suppress(ConnectionError, ValueError):
            super().handle()

    def _any(self) -> None:
        registry = self.registry
        with registry.lock:
            registry.requests.append(Request(self.command, self.path, dict(self.headers)))
            text = f"{self.command} {self.path}"
            fault = next((each for each in registry.faults if each.times and re.search(each.request, text)), None)
            if fault and fault.skip:
                fault.skip -= 1
                fault = None
            elif fault:
                fault.times -= 1
        if fault and fault.seconds:
            time.sleep(fault.seconds)
        length = int(self.headers.get("Content-Length") or 0)
        if fault and not fault.done:
            body = self.rfile.read(length if fault.after < 0 else min(fault.after, length))
            upload = _ROUTES["upload"].fullmatch(urlsplit(self.path).path)
            if upload and fault.after:
                registry.uploads[upload["id"]] += body
            self._answer_fault(fault, drained=len(body) == length)
            return
        body = self.rfile.read(length)
        with registry.lock:
            answer = self._route(body)
        if fault:
            self._answer_fault(fault, drained=True)
        else:
            self._answer(*answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _any

    def _answer_fault(self, fault: Fault, drained: bool) -> None:
        if fault.status:
            body = fault.body if isinstance(fault.body, bytes) else json.dumps(fault.body).encode()
            self._answer(fault.status, fault.headers, body)
        if not fault.status or not drained:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _route(self, body: bytes) -> Answer:
        registry, parts = self.registry, urlsplit(self.path)
        if parts.path == "/token":
            answer = registry.tokens.pop(0) if len(registry.tokens) > 1 else registry.tokens[0]
            return 200, {}, json.dumps(answer).encode()
        if registry.admitted and self.headers.get("Authorization", "") not in registry.admitted:
            return _error(401, "UNAUTHORIZED", "authentication required", {"WWW-Authenticate": registry.challenge})
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        for route, pattern in _ROUTES.items():
            match = pattern.fullmatch(parts.path)
            if match:
                found: Answer = getattr(self, f"_{route}")(match, query, body)
                return found
        return _error(404, "UNSUPPORTED", "no such route")

    def _blob(self, match: re.Match[str], query: Mapping[str, str], body: bytes) -> Answer:
        content = self.registry.blobs.get((match["name"], match["digest"]))
        if content is None:
            return _error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        start = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if start:
            return 206, {}, content[int(start[1]) :]
        return 200, {"Docker-Content-Digest": match["digest"]}, content

    def _uploads(self, match: re.Match[str], query: Mapping[str, str], body: bytes) -> Answer:
        registry, name = self.registry, match["name"]
        if "mount" in query and (query["from"], query["mount"]) in registry.blobs:
            registry.blobs[name, query["mount"]] = registry.blobs[query["from"], query["mount"]]
            return 201, {"Docker-Content-Digest": query["mount"]}, b""
        number = str(len(registry.uploads))
        registry.uploads[number] = bytearray()
        headers = self._where(name, number)
        if registry.chunk_minimum:
            headers["OCI-Chunk-Min-Length"] = str(registry.chunk_minimum)
        return 202, headers, b""

    def _where(self, name: str, number: str) -> dict[str, str]:
        size = len(self.registry.uploads[number])
        host = f"http://{self.registry.upload_host}" if self.registry.upload_host else ""
        return {
            "Location": f"{host}/v2/{name}/blobs/uploads/{number}?state={size}",
            "Range": f"0-{max(size - 1, 0)}",
        }

    def _upload(self, match: re.Match[str], query: Mapping[str, str], body: bytes) -> Answer:
        registry, name, number = self.registry, match["name"], match["id"]
        if number not in registry.uploads:
            return _error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
        held = registry.uploads[number]
        if self.command == "GET":
            return 204, self._where(name, number), b""
        placed = re.fullmatch(r"(\d+)-(\d+)", self.headers.get("Content-Range", ""))
        if placed and (int(placed[1]) != len(held) or int(placed[2]) - int(placed[1]) + 1 != len(body)):
            return _error(416, "BLOB_UPLOAD_INVALID", "out of order")
        held += body
        if self.command == "PATCH":
            return 202, self._where(name, number), b""
        del registry.uploads[number]
        registry.uploads[f"closed-{number}"] = bytearray()
        if f"sha256:{hashlib.sha256(held).hexdigest()}" != query["digest"]:
            return _error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        registry.blobs[name, query["digest"]] = bytes(held)
        return 201, {"Docker-Content-Digest": query["digest"]}, b""

    def _manifest(self, match: re.Match[str], query: Mapping[str, str], body: bytes) -> Answer:
        registry, name, reference = self.registry, match["name"], match["reference"]
        if self.command == "PUT":
            for each in _named(json.loads(body)):
                if (name, each["digest"]) not in registry.blobs and (name, each["digest"]) not in registry.manifests:
                    return _error(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
            digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
            for key in (reference, digest):
                registry.manifests[name, key] = (self.headers["Content-Type"], body)
            headers = {"Docker-Content-Digest": digest}
            subject = json.loads(body).get("subject")
            if subject and registry.lists_referrers:
                headers["OCI-Subject"] = subject["digest"]
            if registry.on_put:
                registry.on_put(name, reference)
            return 201, headers, b""
        found: Optional[tuple[str, bytes]] = registry.manifests.get((name, reference))
        if found is None:
            return _error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        digest = f"sha256:{hashlib.sha256(found[1]).hexdigest()}"
        return 200, {"Content-Type": found[0], "Docker-Content-Digest": digest}, found[1]

    def _referrers(self, match: re.Match[str], query: Mapping[str, str], body: bytes) -> Answer:
        """One on each page, so that whoever reads it follows the links."""
        registry, name = self.registry, match["name"]
        if not registry.lists_referrers:
            return _error(404, "NOT_FOUND", "404 page not found")
        found = []
        for (owner, reference), (media_type, content) in sorted(registry.manifests.items()):
            value = json.loads(content)
            if (owner, value.get("subject", {}).get("digest")) == (name, match["digest"]) and ":" in reference:
                described = {"mediaType": media_type, "digest": reference, "size": len(content)}
                kept = {each: value[each] for each in ("artifactType", "annotations") if each in value}
                found.append({**described, **kept})
        start = int(query.get("from", "0"))
        more = {"Link": f'<{match[0]}?from={start + 1}>; rel="next"'} if start + 1 < len(found) else {}
        index = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": found[start : start + 1]}
        return 200, {"Content-Type": _INDEX, **more}, json.dumps(index).encode()

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


def _error(status: int, code: str, message: str, headers: Optional[Mapping[str, str]] = None) -> Answer:
    return status, headers or {}, json.dumps({"errors": [{"code": code, "message": message}]}).encode()
