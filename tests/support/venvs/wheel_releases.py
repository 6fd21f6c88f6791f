"""A release on an index, and the verb that fetches it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from strata.errors import StrataError
from strata.fetch.wheel import run
from strata.protocol.fetch_wheel import Request, Result
from support.servers.index_server import Server

TAGS = ("cp313-cp313-manylinux_2_17_x86_64", "cp313-abi3-manylinux_2_17_x86_64", "py3-none-any")
PURE = "demo_app-1.2-py3-none-any.whl"
NATIVE = "demo_app-1.2-cp313-cp313-manylinux_2_17_x86_64.whl"


def wheel_of(*requires: str, version: str = "1.2") -> bytes:
    """A wheel of demo-app that depends on these."""
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w") as archive:
        metadata = "".join(f"Requires-Dist: {line}\n" for line in requires)
        head = f"Metadata-Version: 2.1\nName: demo-app\nVersion: {version}\n"
        archive.writestr(zipfile.ZipInfo(f"demo_app-{version}.dist-info/METADATA"), head + metadata)
        archive.writestr(zipfile.ZipInfo(f"demo_app-{version}.dist-info/WHEEL"), "Wheel-Version: 1.0\n")
    return contents.getvalue()


PURE_WHEEL = wheel_of()
NATIVE_WHEEL = wheel_of("six>=1", "idna; extra == 'x'")


def digest(contents: bytes) -> str:
    return hashlib.sha256(contents).hexdigest()


def fetch(*indexes: str, find_links: tuple[str, ...] = (), **changes: Any) -> Result:
    """Run the verb with these indexes; `changes` replace fields of the request."""
    settings = {
        "environment": {"PIP_NO_INDEX": "" if indexes else "1"},
        "default_index": "https://default.invalid/simple",
        "indexes": indexes,
        "find_links": find_links,
    }
    Path(".host/settings.json").write_text(json.dumps(settings))
    request = Request(
        name="demo-app",
        version="1.2",
        hashes=(digest(PURE_WHEEL), digest(NATIVE_WHEEL), digest(b"sdist")),
        tags=" ".join(TAGS),
        python="3.13",
        platform="linux/amd64",
        sdist=False,
    )
    return run(replace(request, **changes))


def message(server: Server, *indexes: str, **changes: Any) -> str:
    with pytest.raises(StrataError) as caught:
        fetch(*indexes, **changes)
    assert list(Path("files").iterdir()) == []
    return server.without_address(str(caught.value))


def offer(server: Server, *links: str, index: str = "simple") -> str:
    """A page of the project with these links, relative to /files/; returns the URL of the index."""
    server.page(f"/{index}/demo-app/", "".join(f'<a href="../../files/{link}">file</a>' for link in links))
    return f"{server.url}/{index}"


def hashed(name: str, contents: bytes) -> str:
    return f"{name}#sha256={digest(contents)}"
