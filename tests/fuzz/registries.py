"""This module reads what registries answer, and the images that others built, and has valid ones to begin with."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, BinaryIO
from unittest.mock import patch

from strata.bases.fetch import read_base
from strata.bases.findings import Findings
from strata.bases.inspect_layer import run as inspect
from strata.bases.lock import BaseLock, LockedBase, base_lock_text, read_base_lock
from strata.errors import StrataError
from strata.oci.descriptor import CONFIG, INDEX, LAYER_GZIP, MANIFEST, Descriptor
from strata.protocol.bases.fetch_base import BaseLayer, Request
from strata.protocol.bases.inspect_base_layer import Request as Inspected
from strata.registry.connections import Connections
from strata.registry.provider import Provider, Settings
from strata.registry.reference import Reference
from strata.registry.referrers.listing import list_at_tag, referrers
from strata.registry.remote import RemoteSource
from strata.registry.retries import Retries
from strata.registry.source import read_tree
from strata.registry.upload import BlobUpload

_HEX = hashlib.sha256(b"{}").hexdigest()
_DIGEST = f"sha256:{_HEX}"
_REFERENCE = "registry.example/team/base:1"


def _named(media_type: str, size: int = 2) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": _DIGEST, "size": size}


_PLATFORM = {"os": "linux", "architecture": "amd64"}
_INDEX = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [{**_named(MANIFEST), "platform": _PLATFORM}]}
_REFERRERS = {
    **_INDEX,
    "manifests": [{**_named(MANIFEST), "artifactType": "text/plain", "annotations": {"a": "b"}}, _named(MANIFEST)],
}
_MANIFEST = {
    "schemaVersion": 2,
    "mediaType": MANIFEST,
    "config": _named(CONFIG),
    "layers": [_named(LAYER_GZIP), _named("application/vnd.docker.image.rootfs.diff.tar.gzip")],
}
_CONFIG = {
    **_PLATFORM,
    "config": {"User": "1", "Env": ["A=b"], "Labels": {"a": "b"}, "ExposedPorts": {"80": {}}, "Volumes": None},
    "rootfs": {"type": "layers", "diff_ids": [_DIGEST, _DIGEST]},
}


def base_documents(folder: Path) -> Sequence[bytes]:
    return [json.dumps(each).encode() for each in (_INDEX, _MANIFEST, _CONFIG)]


class _Documents:
    """A registry whose index, manifest or config is the given one."""

    def __init__(self, content: bytes) -> None:
        self._config = json.dumps(_CONFIG).encode()
        self._manifest = json.dumps(_MANIFEST).encode()
        self._index = json.dumps(_INDEX).encode()
        if b'"rootfs"' in content:
            self._config = content
        elif b'"layers"' in content:
            self._manifest = content
        else:
            self._index = content

    def read(self, descriptor: Descriptor) -> bytes:
        return self._index if descriptor.media_type == INDEX else self._manifest

    @contextmanager
    def open_blob(self, descriptor: Descriptor) -> Iterator[BinaryIO]:
        yield io.BytesIO(self._config)


def read_base_documents(content: bytes, folder: Path) -> None:
    root = Descriptor(INDEX, _DIGEST, 2)
    read_base(_Documents(content), root, Request(_REFERENCE, "linux/amd64"))


def base_layers(folder: Path) -> Sequence[bytes]:
    files = {
        "var/lib/dpkg/status": b"Package: libc6\nStatus: install ok installed\nVersion: 2.41-12\n\nPackage: b\n",
        "var/lib/dpkg/status.d/tzdata": b"Package: tzdata\nVersion: 2025b\n",
        "usr/lib/x86_64-linux-gnu/libc.so.6": b"\x7fELF GNU C Library (Debian) stable release version 2.41.\n",
        "usr/include/python3.13/patchlevel.h": b'#define PY_VERSION "3.13.5"\n',
        "etc/ld.so.cache": b"glibc-ld.so.cache1.1\0\0\0libz.so.1\0/lib/libz.so.1\0",
        "usr/bin/.wh.pip": b"",
        "usr/bin/pip": b"#!/usr/bin/python3\nfrom pip._internal.cli.main import main\n",
    }
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o755
            archive.addfile(member, io.BytesIO(data))
    return [output.getvalue(), gzip.compress(output.getvalue(), mtime=0)]


def read_base_layer(content: bytes, folder: Path) -> None:
    path = folder / "blobs" / "sha256" / _HEX
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    inspect(Inspected(path))


def base_locks(folder: Path) -> Sequence[bytes]:
    found = Findings(
        (({"path": "usr/bin/pip", "project": "pip", "kind": "script"},),),
        {"libc6": "2.41-12"},
        {},
        {},
        libraries=("libc.so.6",),
    )
    locked = LockedBase(_DIGEST, (BaseLayer(LAYER_GZIP, _DIGEST, 2, _DIGEST),), found)
    return [base_lock_text(BaseLock(_REFERENCE, _DIGEST, {"linux/amd64": locked})).encode()]


def read_lock_of_a_base(content: bytes, folder: Path) -> None:
    read_base_lock(content, "base.lock.json")


def _answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def answers(folder: Path) -> Sequence[bytes]:
    """Answers that a pull or a push can go on with, or gives up upon."""
    manifest = json.dumps({**_MANIFEST, "mediaType": MANIFEST}).encode()
    token = json.dumps({"token": "secret", "expires_in": 300}).encode()
    return [
        _answer("200 OK", manifest, Content_Type=MANIFEST, Docker_Content_Digest=_DIGEST),
        _answer("200 OK", json.dumps(_INDEX).encode(), Content_Type=INDEX),
        _answer("200 OK", json.dumps(_REFERRERS).encode(), Content_Type=INDEX, Link='</v2/a?n=1>; rel="next"'),
        _answer("202 Accepted", Location="/v2/team/base/blobs/uploads/1?s=x", Range="0-0", OCI_Chunk_Min_Length="9"),
        _answer("201 Created", Location=f"https://registry.example/v2/team/base/blobs/{_DIGEST}"),
        _answer("307 Temporary Redirect", Location="https://cdn.example/blobs/a?b=c#d"),
        _answer("401 Unauthorized", WWW_Authenticate='Bearer realm="https://auth.example/t?a=b",service="r",scope="s"'),
        _answer("200 OK", token, Content_Type="application/json"),
        _answer("429 Too Many Requests", Retry_After="3"),
        _answer("503 Service Unavailable", Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"),
        _answer("404 Not Found", b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "no", "detail": {"a": 1}}]}'),
        _answer("416 Range Not Satisfiable", Range="bytes=0-1"),
    ]


class _Socket:
    """A connection whose other side has sent all that it says, and takes whatever it gets."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, *_: Any) -> BinaryIO:
        return io.BytesIO(self._content)

    def sendall(self, data: bytes) -> None:
        pass

    def settimeout(self, seconds: float) -> None:
        pass

    def close(self) -> None:
        pass


class _Blob:
    def read(self, descriptor: Descriptor) -> bytes:
        return b"{}"

    @contextmanager
    def open_blob(self, descriptor: Descriptor) -> Iterator[BinaryIO]:
        yield io.BytesIO(b"{}")


@contextmanager
def _answering(content: bytes) -> Iterator[None]:
    """Give each request the same answer, at once."""

    def opened(self: Connections, parts: Any, proxy: str) -> HTTPConnection:
        connection = HTTPConnection(parts.hostname or "", parts.port or 80)
        connection.sock = _Socket(content)
        return connection

    new_ones = patch.object(Connections, "_take", lambda *_: None)
    with new_ones, patch.object(Connections, "_open", opened), patch("strata.registry.retries.time.sleep"):
        yield


def _provider(folder: Path) -> Provider:
    settings = Settings(retries=Retries(attempts=2, first_wait=0))
    environment = {"HOME": str(folder), "DOCKER_CONFIG": str(folder)}
    return Provider(Reference.parse(_REFERENCE), settings=settings, environment=environment)


def lists_of_referrers(folder: Path) -> Sequence[bytes]:
    return [json.dumps(each).encode() for each in (_REFERRERS, _INDEX, {**_INDEX, "manifests": []})]


def read_list_of_referrers(content: bytes, folder: Path) -> None:
    """List what is attached, as a registry has it, and as clients keep it at a tag."""
    with _answering(_answer("200 OK", content, Content_Type=INDEX)):
        referrers(_provider(folder), _DIGEST)
        list_at_tag(_provider(folder), _DIGEST)


def read_answer(content: bytes, folder: Path) -> None:
    """Pull, push a blob, and list what is attached, where each answer is the given one."""
    refusals = []
    attempts = (_pull, _push, _list)
    with _answering(content):
        for attempt in attempts:
            try:
                attempt(_provider(folder))
            except StrataError as refusal:
                refusals.append(refusal)
    # Each answer is one to some question, and an error in words is what most of them lead to.
    if len(refusals) == len(attempts) and content not in answers(folder):
        raise refusals[0]


def _pull(provider: Provider) -> None:
    source = RemoteSource(provider)
    read_tree(source, source.resolve(), _REFERENCE)


def _push(provider: Provider) -> None:
    BlobUpload(provider, _Blob(), Descriptor(CONFIG, _DIGEST, 2), lambda _: None).run(["team/other"])


def _list(provider: Provider) -> None:
    referrers(provider, _DIGEST)
