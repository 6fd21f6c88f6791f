"""The verbs that fetch standalone builds, from a mirror over HTTP and from one in a folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from strata.errors import StrataError
from strata.fetch import standalone, standalone_release
from strata.protocol.standalone import fetch_standalone, fetch_standalone_release
from strata.protocol.standalone.fetch_standalone_release import Archive
from strata.standalone.lock import archive_url
from support.servers.index_server import Answer, Server, serving

CONTENTS = b"archive" * 100
SHA256 = hashlib.sha256(CONTENTS).hexdigest()
FILE = "cpython-3.12.13+20260414-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"
OTHER = FILE.replace("x86_64", "aarch64")
PATH = archive_url("20260414", FILE)[len("{mirror}") :]
REQUEST = fetch_standalone.Request(FILE, archive_url("20260414", FILE), len(CONTENTS), SHA256)
SUMS = f"{SHA256}  {FILE}\n{'b' * 64}  {OTHER}\n".encode()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A mirror, which the settings in the working directory name."""
    before = dict(os.environ)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    with serving() as server:
        configure(f"{server.url}/builds/")
        yield server
    os.environ.clear()
    os.environ.update(before)


def configure(mirror: str) -> None:
    Path(".host").mkdir(exist_ok=True)
    settings = {"environment": {}, "default_index": "", "standalone_mirror": mirror}
    Path(".host/settings.json").write_text(json.dumps(settings))


def error(server: Server, **changes: Any) -> str:
    with pytest.raises(StrataError) as caught:
        standalone.run(replace(REQUEST, **changes))
    return str(caught.value).replace(server.url, "https://mirror.example")


def release(python: str = "3.12") -> fetch_standalone_release.Result:
    return standalone_release.run(fetch_standalone_release.Request("20260414", python))


def release_error(server: Server) -> str:
    with pytest.raises(StrataError) as caught:
        release()
    return str(caught.value).replace(server.url, "https://mirror.example")


def test_archive(server: Server) -> None:
    server.serve(f"/builds{PATH}", Answer(CONTENTS))
    assert standalone.run(REQUEST) == fetch_standalone.Result(FILE)
    assert Path("files", FILE).read_bytes() == CONTENTS


def test_mirror_in_a_folder(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "mirror" / "20260414"
    folder.mkdir(parents=True)
    for name, contents in ((FILE, CONTENTS), (OTHER, b"other"), ("SHA256SUMS", SUMS)):
        (folder / name).write_bytes(contents)
    configure((tmp_path / "mirror").as_uri())
    assert standalone.run(REQUEST).name == FILE
    assert [each.size for each in release().archives] == [len(CONTENTS), 5]


def test_missing(server: Server) -> None:
    server.serve(f"/builds{PATH}", Answer(status=404))
    assert error(server) == (
        f"The mirror of standalone builds has no {FILE}.\n"
        f"Found:\n  https://mirror.example/builds{PATH}: HTTP 404 Not Found\n"
        "Fix: check that `[strata-standalone].mirror` names a mirror of python-build-standalone's releases, and make "
        "the lock again with `./pants generate-lockfiles --resolve={address}`."
    )


@pytest.mark.parametrize(
    "contents, found",
    [
        (CONTENTS[:-1], f"sha256:{hashlib.sha256(CONTENTS[:-1]).hexdigest()}"),
        (CONTENTS + b"!", f"https://mirror.example/builds{PATH}: more than 700 bytes"),
    ],
)
def test_changed(server: Server, contents: bytes, found: str) -> None:
    server.serve(f"/builds{PATH}", Answer(contents))
    assert error(server) == (
        f"{FILE}: the mirror's file is not the one that the lock names.\n"
        f"Found:\n  {found}\n  the lock has sha256:{SHA256}\n"
        "Fix: try another mirror; files of a release never change, so this one is damaged or was tampered with."
    )


def test_mirror_that_does_not_answer(server: Server) -> None:
    server.serve(f"/builds{PATH}", Answer(status=500))
    assert error(server) == (
        f"{FILE}: the mirror of standalone builds could not be read.\n"
        f"Found:\n  https://mirror.example/builds{PATH}: HTTP 500 Internal Server Error (tried 4 times)\n"
        "Fix: check the network and the proxy, and the mirror in `[strata-standalone].mirror`."
    )


@pytest.mark.parametrize("announced", [-1, None])
def test_release(server: Server, announced: Any) -> None:
    """A server need not say how large a file is."""
    server.serve("/builds/20260414/SHA256SUMS", Answer(SUMS))
    server.serve(f"/builds{PATH}", Answer(CONTENTS, announced=announced))
    server.serve(f"/builds{archive_url('20260414', OTHER)[len('{mirror}') :]}", Answer(b"other"))
    assert release() == fetch_standalone_release.Result(
        "3.12.13",
        (Archive("linux/amd64", FILE, len(CONTENTS), SHA256), Archive("linux/arm64", OTHER, 5, "b" * 64)),
    )


def test_release_that_the_mirror_lacks(server: Server) -> None:
    server.serve("/builds/20260414/SHA256SUMS", Answer(status=404))
    assert release_error(server) == (
        "The checksum file of the standalone release 20260414 could not be read.\n"
        "Found:\n  https://mirror.example/builds/20260414/SHA256SUMS: HTTP 404 Not Found\n"
        "Fix: check the network and the proxy, that `[strata-standalone].mirror` names a mirror of "
        "python-build-standalone's releases, and that there is such a release."
    )


def test_release_whose_file_the_mirror_lacks(server: Server) -> None:
    server.serve("/builds/20260414/SHA256SUMS", Answer(SUMS))
    server.serve(f"/builds{PATH}", Answer(status=404))
    assert release_error(server).startswith(f"The mirror of standalone builds has no {FILE}.\n")
