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
from strata.errors.fetch import PackageGone
from strata.errors.unworded import UnwordedError, worded
from strata.fetch.debian import run
from strata.protocol.fetch_debian import Request, Result
from support.servers.index_server import Answer, Server, serving

DEB = b"package" * 100
SHA256 = hashlib.sha256(DEB).hexdigest()
POOL = "pool/main/g/gcc-14/libstdc++6_14.2.0-19_amd64.deb"
REQUEST = Request("libstdc++6", "14.2.0-19", "debian", POOL, len(DEB), SHA256)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A mirror of both repositories, which the settings in the working directory name."""
    before = dict(os.environ)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    with serving() as server:
        configure(debian_mirror=f"{server.url}/debian/", debian_security_mirror=f"{server.url}/security")
        yield server
    os.environ.clear()
    os.environ.update(before)


def configure(**settings: str) -> None:
    Path(".host").mkdir(exist_ok=True)
    Path(".host/settings.json").write_text(json.dumps({"environment": {}, "default_index": "", **settings}))


def error(server: Server, **changes: Any) -> tuple[StrataError, str]:
    with pytest.raises(StrataError) as caught:
        run(replace(REQUEST, **changes))
    return caught.value, str(caught.value).replace(server.url, "https://mirror.example")


def fetched(**changes: Any) -> Result:
    return run(replace(REQUEST, **changes))


@pytest.mark.parametrize("repository, folder", [("debian", "debian"), ("debian-security", "security")])
def test_package(server: Server, repository: str, folder: str) -> None:
    server.serve(f"/{folder}/{POOL}", Answer(DEB))
    name = "libstdc++6_14.2.0-19_amd64.deb"
    assert fetched(repository=repository) == Result(name)
    assert Path("files", name).read_bytes() == DEB


@pytest.mark.parametrize("status", [404, 410])
def test_gone(server: Server, status: int) -> None:
    server.serve(f"/debian/{POOL}", Answer(status=status))
    gone, text = error(server)
    assert text == (
        "The mirror no longer has libstdc++6 14.2.0-19: a point release of Debian has replaced it.\n"
        "Fix: renew the lock with `./pants generate-lockfiles --resolve={address}`, or set `[strata-debian].gone = "
        '"renew"` to build with what the signed index now holds.'
    )
    assert type(gone) is PackageGone


def test_a_rule_puts_it_into_words() -> None:
    gone = worded(UnwordedError("fetch", "package_gone", ["libstdc++6", "14.2.0-19"]).to_json())
    assert type(gone) is PackageGone
    assert str(gone.at("//:base")) == (
        "//:base: The mirror no longer has libstdc++6 14.2.0-19: a point release of Debian has replaced it.\n"
        "Fix: renew the lock with `./pants generate-lockfiles --resolve=//:base`, or set `[strata-debian].gone = "
        '"renew"` to build with what the signed index now holds.'
    )


def test_changed(server: Server) -> None:
    server.serve(f"/debian/{POOL}", Answer(DEB[:-1]))
    assert error(server)[1] == (
        "libstdc++6: the mirror's file is not the one that the lock names.\n"
        "Found:\n"
        f"  sha256:{hashlib.sha256(DEB[:-1]).hexdigest()}\n"
        f"  the lock has sha256:{SHA256}\n"
        "Fix: try another mirror; files in Debian's pool never change, so this one is damaged or was tampered with."
    )


def test_too_large(server: Server) -> None:
    server.serve(f"/debian/{POOL}", Answer(DEB + b"!"))
    assert error(server)[1] == (
        "libstdc++6: the mirror's file is not the one that the lock names.\n"
        "Found:\n"
        f"  https://mirror.example/debian/{POOL}: more than 700 bytes\n"
        f"  the lock has sha256:{SHA256}\n"
        "Fix: try another mirror; files in Debian's pool never change, so this one is damaged or was tampered with."
    )


def test_mirror_that_does_not_answer(server: Server) -> None:
    server.serve(f"/debian/{POOL}", Answer(status=500))
    _, text = error(server)
    assert text == (
        "libstdc++6: the Debian mirror could not be read.\n"
        "Found:\n"
        f"  https://mirror.example/debian/{POOL}: HTTP 500 Internal Server Error (tried 4 times)\n"
        "Fix: check the network and the proxy, and the mirror in `[strata-debian]` or in the machine's apt "
        "configuration."
    )


@pytest.mark.parametrize("repository, option", [("debian", "mirror"), ("debian-security", "security_mirror")])
def test_no_mirror(server: Server, repository: str, option: str) -> None:
    configure()
    assert error(server, repository=repository)[1] == (
        f"No mirror of Debian's repository {repository} is known.\n"
        f"Fix: set `[strata-debian].{option}` in pants.toml to the URL of one; machines that run Debian have it in "
        "their apt configuration."
    )


def test_mirror_in_a_folder(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "mirror" / POOL
    file.parent.mkdir(parents=True)
    file.write_bytes(DEB)
    configure(debian_mirror=(tmp_path / "mirror").as_uri())
    assert Path("files", fetched().name).read_bytes() == DEB
