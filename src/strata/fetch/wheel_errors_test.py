"""Releases that cannot be fetched, and the errors that say why; source distributions."""

from __future__ import annotations

import json

import pytest

from strata.errors import StrataError
from strata.errors.fetch import OnlySdist
from strata.protocol.fetch_wheel import Result
from support.servers.index_server import Answer, Server
from support.venvs.wheel_releases import (
    NATIVE,
    PURE,
    PURE_WHEEL,
    digest,
    fetch,
    hashed,
    message,
    offer,
)

pytestmark = pytest.mark.usefixtures("sandbox")


def test_a_lock_without_the_file_that_fits(server: Server) -> None:
    """As an old Pex locks: it knows no wheels for the newest Python, and the source distribution stays."""
    index = offer(server, hashed("demo-app-1.2.tar.gz", b"sdist"), hashed(NATIVE, b"native"))
    assert message(server, index, hashes=(digest(b"sdist"),)) == (
        "demo-app 1.2: the lock leaves out the wheels that fit the image's interpreter and platform.\n"
        "Found:\n"
        f"  not locked: {NATIVE}\n"
        "  locked: demo-app-1.2.tar.gz\n"
        "Fix: lock for that interpreter and platform as well; a locking tool that is older than a version of Python "
        "does not lock wheels for it, and a newer release of it does."
    )


def test_hash_mismatch(server: Server) -> None:
    server.serve(f"/files/{PURE}", Answer(b"changed"))
    index = offer(server, PURE, hashed(NATIVE, b"other"))
    assert message(server, index, hashes=(digest(PURE_WHEEL),)) == (
        "demo-app 1.2: the index offers files that fit, but none has a hash that the lock allows.\n"
        "Found:\n"
        f"  {NATIVE} sha256:{digest(b'other')}\n"
        f"  {PURE} sha256:{digest(b'changed')}\n"
        f"  the lock allows sha256:{digest(PURE_WHEEL)}\n"
        "Fix: if the release was made anew and you trust it, renew the lock; otherwise find out who changed the file."
    )


def test_only_an_sdist(server: Server) -> None:
    other = "demo_app-1.2-cp313-cp313-macosx_11_0_arm64.whl"
    index = offer(server, hashed("demo-app-1.2.tar.gz", b"sdist"), "demo_app-1.2.zip", other)
    with pytest.raises(OnlySdist) as caught:
        fetch(index)
    assert str(caught.value) == (
        "demo-app 1.2: the index has no wheel that fits, only a source distribution.\n"
        "Found:\n"
        "  demo-app-1.2.tar.gz\n"
        "  demo_app-1.2.zip\n"
        "  demo_app-1.2-cp313-cp313-macosx_11_0_arm64.whl\n"
        "Fix: lock a version that has a wheel, or build one with `pip wheel` and put it into an index or a find-links "
        "folder."
    )


def test_an_sdist_where_one_will_do(server: Server) -> None:
    server.serve("/files/demo-app-1.2.tar.gz", Answer(b"sdist"))
    index = offer(server, hashed("demo-app-1.2.tar.gz", b"sdist"), "demo_app-1.2-cp313-cp313-macosx_11_0_arm64.whl")
    assert fetch(index, sdist=True) == Result("demo-app-1.2.tar.gz", 5, (), ())


def test_a_wheel_that_fits_comes_before_an_sdist(server: Server) -> None:
    server.serve(f"/files/{PURE}", Answer(PURE_WHEEL))
    index = offer(server, hashed("demo-app-1.2.tar.gz", b"sdist"), hashed(PURE, PURE_WHEEL))
    assert fetch(index, sdist=True).name == PURE


def test_an_sdist_that_is_not_the_locked_one(server: Server) -> None:
    server.serve("/files/demo-app-1.2.tar.gz", Answer(b"changed"))
    assert message(server, offer(server, "demo-app-1.2.tar.gz"), sdist=True, hashes=(digest(b"sdist"),)) == (
        "demo-app 1.2: the index offers files that fit, but none has a hash that the lock allows.\n"
        "Found:\n"
        f"  demo-app-1.2.tar.gz sha256:{digest(b'changed')}\n"
        f"  the lock allows sha256:{digest(b'sdist')}\n"
        "Fix: if the release was made anew and you trust it, renew the lock; otherwise find out who changed the file."
    )


def test_no_wheel_fits(server: Server) -> None:
    other = "demo_app-1.2-cp313-cp313-macosx_11_0_arm64.whl"
    assert message(server, offer(server, other)) == (
        "demo-app 1.2: no wheel fits CPython 3.13 on linux/amd64.\n"
        "Found:\n"
        f"  {other}\n"
        "Fix: lock a version that has a wheel for this interpreter and platform, or use another `python_interpreter`."
    )


def test_a_wheel_without_metadata(server: Server) -> None:
    server.serve(f"/files/{PURE}", Answer(b"no wheel"))
    with pytest.raises(StrataError) as caught:
        fetch(offer(server, PURE), hashes=(digest(b"no wheel"),))
    assert str(caught.value) == (
        f"{PURE} is no wheel that can be read.\n"
        "Found:\n"
        "  it has no end record of a zip archive\n"
        "Fix: lock another version of the project."
    )


def test_absent_release(server: Server) -> None:
    assert message(server, f"{server.url}/simple", find_links=("/nonexistent",)) == (
        "demo-app 1.2: no index that this machine is configured with has that release.\n"
        "Fix: name the index that has it in pip's configuration (`pip config list`) or in `[python-repos].indexes`, or "
        "lock another version."
    )


def test_unreachable_indexes(server: Server) -> None:
    server.serve("/broken/demo-app/", Answer(status=502))
    server.page("/simple/demo-app/", f'<a href="{hashed("gone/" + PURE, PURE_WHEEL)}">file</a>')
    broken = f"{server.with_credentials('me:secret')}/broken"
    assert message(server, broken, f"{server.url}/simple", find_links=(f"{server.url}/absent",)) == (
        "demo-app 1.2: not every index could be read, and no other has a wheel that fits.\n"
        "Found:\n"
        "  https://index.example/broken/demo-app/: HTTP 502 Bad Gateway (tried 4 times)\n"
        f"  https://index.example/simple/demo-app/gone/{PURE}: HTTP 404 Not Found\n"
        "Fix: check the network, the proxy and the certificates, and the indexes that `pip config list` or "
        "`[python-repos].indexes` name."
    )


def test_page_that_leads_to_a_file_of_the_machine(server: Server) -> None:
    file = {"filename": PURE, "url": "file:///dev/zero", "hashes": {}}
    body = json.dumps({"files": [file]}).encode()
    server.serve("/simple/demo-app/", Answer(body, headers={"Content-Type": "application/vnd.pypi.simple.v1+json"}))
    assert message(server, f"{server.url}/simple") == (
        "demo-app 1.2: not every index could be read, and no other has a wheel that fits.\n"
        "Found:\n"
        "  file:///dev/zero: a page or a redirect of http must not lead to a URL of file\n"
        "Fix: check the network, the proxy and the certificates, and the indexes that `pip config list` or "
        "`[python-repos].indexes` name."
    )


def test_link_that_is_no_url(server: Server) -> None:
    links = f'<a href="mailto:{PURE}">x</a><a href="http://a..b/{PURE}">x</a><a href="{"x/" * 100_000}{PURE}">x</a>'
    server.page("/simple/demo-app/", links)
    found = message(server, f"{server.url}/simple")
    assert f"  http://a..b/{PURE}: it is no URL that can be read: " in found
    assert f"  mailto:{PURE}: it is no URL of http, https or file\n" in found
    assert "x/x/" not in found


def test_name_that_no_file_can_have(server: Server) -> None:
    name = f"demo_app-1.2-{'x' * 300}.py3-none-any.whl"
    assert message(server, offer(server, name)).startswith("demo-app 1.2: no wheel fits CPython 3.13 on linux/amd64.\n")
