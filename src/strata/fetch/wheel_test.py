from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from strata.errors import StrataError
from strata.errors.fetch import OnlySdist
from strata.fetch.simple_index import Link
from strata.fetch.wheel import Wanted, run
from support.index_server import Answer, Server, serving

TAGS = ["cp313-cp313-manylinux_2_17_x86_64", "cp313-abi3-manylinux_2_17_x86_64", "py3-none-any"]
PURE = "demo_app-1.2-py3-none-any.whl"
NATIVE = "demo_app-1.2-cp313-cp313-manylinux_2_17_x86_64.whl"


def wheel_of(*requires: str) -> bytes:
    """A wheel of demo-app that depends on these."""
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w") as archive:
        metadata = "".join(f"Requires-Dist: {line}\n" for line in requires)
        archive.writestr(zipfile.ZipInfo("demo_app-1.2.dist-info/METADATA"), metadata)
    return contents.getvalue()


PURE_WHEEL = wheel_of()
NATIVE_WHEEL = wheel_of("six>=1", "idna; extra == 'x'")


def digest(contents: bytes) -> str:
    return hashlib.sha256(contents).hexdigest()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory, without settings; the environment is restored after the test."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ["PIP_CONFIG_FILE"] = os.devnull
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    (tmp_path / ".host").mkdir()
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


def fetch(*indexes: str, find_links: tuple[str, ...] = (), **changes: Any) -> Mapping[str, Any]:
    """Runs the verb with these indexes; `changes` replace fields of the request."""
    settings = {
        "environment": {"PIP_NO_INDEX": "" if indexes else "1"},
        "default_index": "https://default.invalid/simple",
        "indexes": indexes,
        "find_links": find_links,
    }
    Path(".host/settings.json").write_text(json.dumps(settings))
    request = {
        "name": "demo-app",
        "version": "1.2",
        "hashes": [digest(PURE_WHEEL), digest(NATIVE_WHEEL), digest(b"sdist")],
        "tags": TAGS,
        "python": "3.13",
        "platform": "linux/amd64",
        "sdist": False,
    }
    return run({**request, **changes})


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


@pytest.fixture
def files(server: Server) -> None:
    server.serve(f"/files/{PURE}", Answer(PURE_WHEEL))
    server.serve(f"/files/{NATIVE}", Answer(NATIVE_WHEEL))


# ---- what is chosen -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("files")
def test_best_tag_wins(server: Server) -> None:
    index = offer(server, hashed(PURE, PURE_WHEEL), hashed(NATIVE, NATIVE_WHEEL), "demo_app-1.2.tar.gz")
    assert fetch(index) == {
        "name": NATIVE,
        "sha256": digest(NATIVE_WHEEL),
        "size": len(NATIVE_WHEEL),
        "requires": ["six>=1", "idna; extra == 'x'"],
    }
    assert Path("files", NATIVE).read_bytes() == NATIVE_WHEEL
    assert [path for path, _ in server.requests] == ["/simple/demo-app/", f"/files/{NATIVE}"]


@pytest.mark.usefixtures("files")
def test_only_files_of_the_lock(server: Server) -> None:
    index = offer(server, hashed(PURE, PURE_WHEEL), hashed(NATIVE, NATIVE_WHEEL))
    assert fetch(f"{index}/", hashes=[digest(PURE_WHEEL)])["name"] == PURE


@pytest.mark.usefixtures("files")
def test_page_without_hashes(server: Server) -> None:
    """Each file is read and judged by what it holds, and only the right one stays."""
    assert fetch(offer(server, PURE, NATIVE), hashes=[digest(PURE_WHEEL)])["name"] == PURE
    assert [file.name for file in Path("files").iterdir()] == [PURE]


def test_json_page(server: Server) -> None:
    file = {"filename": PURE, "url": f"{server.url}/blob", "hashes": {"sha256": digest(PURE_WHEEL)}}
    body = json.dumps({"files": [file]}).encode()
    server.serve("/simple/demo-app/", Answer(body, headers={"Content-Type": "application/vnd.pypi.simple.v1+json"}))
    server.serve("/blob", Answer(PURE_WHEEL))
    assert fetch(f"{server.url}/simple")["name"] == PURE


@pytest.mark.parametrize(
    "locked, file",
    [
        ("1.2", "demo_app-1.2.0-py3-none-any.whl"),
        ("1.2.0", "Demo.App-1.2-py3-none-any.whl"),
        ("2024.1", "demo_app-2024.01-py3-none-any.whl"),
        ("1.2+cpu.1", "demo_app-1.2%2Bcpu_1-py3-none-any.whl"),
        ("1.2+cpu.1", "demo_app-1.2_cpu.1-py3-none-any.whl"),
        ("1.2rc1", "demo_app-1.2RC1-py3-none-any.whl"),
        ("1.2.post1", "demo_app-1.2.post1-5-py3-none-any.whl"),
    ],
)
def test_spellings_of_a_version(server: Server, locked: str, file: str) -> None:
    server.serve(f"/files/{file}", Answer(PURE_WHEEL))
    assert fetch(offer(server, file), version=locked)["sha256"] == digest(PURE_WHEEL)


@pytest.mark.parametrize("other", ["1.20", "1.2.1", "12", "1.2rc1", "1.2.post1", "1.2+cpu"])
def test_other_versions(server: Server, other: str) -> None:
    index = offer(server, f"demo_app-{other}-py3-none-any.whl", f"demo-app-{other}.tar.gz", "demo-1.2-py3-none-any.whl")
    assert message(server, index).startswith("demo-app 1.2: no index that this machine is configured with has ")


@pytest.mark.parametrize(
    "name, rank",
    [
        (NATIVE, 0),
        ("demo-1-cp39.cp313-abi3-linux_x86_64.manylinux_2_17_x86_64.whl", 1),
        ("demo-1-py2.py3-none-any.whl", 2),
        ("demo-1-7up-py3-none-any.whl", 2),
        ("demo-1-cp313-cp313t-manylinux_2_17_x86_64.whl", None),
        ("demo-1-cp313-cp313-win_amd64.whl", None),
        ("demo-1-py3-none-any.whl.asc", None),
        ("demo-1.tar.gz", None),
        ("../demo-1-py3-none-any.whl", None),
        ("..\\demo-1-py3-none-any.whl", None),
        ("demo-1-py3-none-any.whl\n", None),
        ("demo-1-\x1b[2Jpy3-none-any.whl", None),
        ("demo-1\0-py3-none-any.whl", None),
        ("", None),
    ],
)
def test_ranks(name: str, rank: int) -> None:
    tags = {tag: number for number, tag in enumerate(TAGS)}
    wanted = Wanted("demo", "1", frozenset(), tags, "3.13", "linux/amd64", sdist=False)
    assert wanted.rank(Link(name, "https://index.example/")) == rank


@pytest.mark.parametrize(
    "name, rank",
    [
        ("demo-1.tar.gz", len(TAGS)),
        ("demo-1.zip", len(TAGS)),
        ("demo-1-py3-none-any.whl", TAGS.index("py3-none-any")),
        ("demo-1-cp313-cp313-win_amd64.whl", None),
        ("demo-1.tar.gz.asc", None),
        ("../demo-1.tar.gz", None),
        ("demo-1\0.zip", None),
    ],
)
def test_ranks_where_an_sdist_will_do(name: str, rank: int) -> None:
    tags = {tag: number for number, tag in enumerate(TAGS)}
    wanted = Wanted("demo", "1", frozenset(), tags, "3.13", "linux/amd64", sdist=True)
    assert wanted.rank(Link(name, "https://index.example/")) == rank


def test_names_that_lead_out_of_the_folder(server: Server, sandbox: Path) -> None:
    names = ["..%2F..%2Fdemo_app-1.2-py3-none-any.whl", "%2Ftmp%2Fdemo_app-1.2-py3-none-any.whl"]
    for name in names:
        server.serve(f"/files/{name}", Answer(PURE_WHEEL))
    assert message(server, offer(server, *(hashed(name, PURE_WHEEL) for name in names))) == (
        "demo-app 1.2: no wheel fits CPython 3.13 on linux/amd64.\n"
        "Found:\n"
        "  ../../demo_app-1.2-py3-none-any.whl\n"
        "  /tmp/demo_app-1.2-py3-none-any.whl\n"
        "Fix: lock a version that has a wheel for this interpreter and platform, or use another `python_interpreter`."
    )
    assert sorted(path.name for path in sandbox.iterdir()) == [".host", "files"]


# ---- where it is looked for -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("files")
def test_further_index_has_it(server: Server) -> None:
    empty = offer(server, index="empty")
    assert fetch(f"{server.url}/absent", empty, offer(server, PURE))["name"] == PURE


@pytest.mark.usefixtures("files")
def test_unreachable_index_does_no_harm_where_another_has_it(server: Server) -> None:
    server.serve("/broken/demo-app/", Answer(status=503))
    assert fetch(f"{server.url}/broken", offer(server, PURE))["name"] == PURE


def test_broken_file_does_no_harm_where_another_index_has_it(server: Server) -> None:
    server.page("/one/demo-app/", f'<a href="{hashed("/broken/" + NATIVE, NATIVE_WHEEL)}">file</a>')
    server.serve(f"/broken/{NATIVE}", Answer(b"nat", announced=6))
    server.serve(f"/files/{PURE}", Answer(PURE_WHEEL))
    assert fetch(f"{server.url}/one", offer(server, PURE))["name"] == PURE
    assert [file.name for file in Path("files").iterdir()] == [PURE]


def test_pips_indexes_serve_where_pants_names_none(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.serve(f"/files/{PURE}", Answer(PURE_WHEEL))
    monkeypatch.setenv("PIP_INDEX_URL", offer(server, PURE))
    settings = {"environment": {"PIP_TIMEOUT": "5"}, "default_index": "https://default.invalid/simple"}
    request = {
        "name": "demo-app",
        "version": "1.2",
        "hashes": [digest(PURE_WHEEL)],
        "tags": TAGS,
        "python": "3.13",
        "platform": "linux/amd64",
        "sdist": False,
    }
    Path(".host/settings.json").write_text(json.dumps(settings))
    assert run(request)["name"] == PURE
    assert os.environ["PIP_TIMEOUT"] == "5"


def test_folders(tmp_path: Path) -> None:
    folder = tmp_path / "wheels"
    folder.mkdir()
    (folder / PURE).write_bytes(PURE_WHEEL)
    assert fetch(find_links=(str(tmp_path / "absent"), str(folder)))["name"] == PURE


@pytest.mark.parametrize("page", ["", "index.html"])
def test_index_of_files(tmp_path: Path, page: str) -> None:
    project = tmp_path / "simple/demo-app"
    project.mkdir(parents=True)
    (project / PURE).write_bytes(PURE_WHEEL)
    if page:
        (project / page).write_text(f'<a href="{PURE}">file</a>')
    assert fetch((tmp_path / "simple").as_uri())["name"] == PURE


def test_local_page_of_links(tmp_path: Path) -> None:
    (tmp_path / PURE).write_bytes(PURE_WHEEL)
    (tmp_path / "links.html").write_text(f'<a href="{PURE}">file</a>')
    assert fetch(find_links=(str(tmp_path / "links.html"),))["name"] == PURE


def test_remote_page_of_links(server: Server) -> None:
    server.page("/links.html", f'<a href="files/{PURE}">file</a>')
    server.serve(f"/files/{PURE}", Answer(PURE_WHEEL))
    assert fetch(find_links=(f"{server.url}/links.html",))["name"] == PURE


# ---- errors ---------------------------------------------------------------------------------------------------------


def test_hash_mismatch(server: Server) -> None:
    server.serve(f"/files/{PURE}", Answer(b"changed"))
    index = offer(server, PURE, hashed(NATIVE, b"other"))
    assert message(server, index, hashes=[digest(PURE_WHEEL)]) == (
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
    assert caught.value.exit_code == 4
    assert str(caught.value) == (
        "demo-app 1.2: the index has no wheel that fits, only a source distribution.\n"
        "Found:\n"
        "  demo-app-1.2.tar.gz\n"
        "  demo_app-1.2.zip\n"
        "Fix: lock a version that has a wheel, or build one with `pip wheel` and put it into an index or a find-links "
        "folder."
    )


def test_an_sdist_where_one_will_do(server: Server) -> None:
    server.serve("/files/demo-app-1.2.tar.gz", Answer(b"sdist"))
    index = offer(server, hashed("demo-app-1.2.tar.gz", b"sdist"), "demo_app-1.2-cp313-cp313-macosx_11_0_arm64.whl")
    assert fetch(index, sdist=True) == {
        "name": "demo-app-1.2.tar.gz",
        "sha256": digest(b"sdist"),
        "size": 5,
        "requires": [],
    }


def test_a_wheel_that_fits_comes_before_an_sdist(server: Server) -> None:
    server.serve(f"/files/{PURE}", Answer(PURE_WHEEL))
    index = offer(server, hashed("demo-app-1.2.tar.gz", b"sdist"), hashed(PURE, PURE_WHEEL))
    assert fetch(index, sdist=True)["name"] == PURE


def test_an_sdist_that_is_not_the_locked_one(server: Server) -> None:
    server.serve("/files/demo-app-1.2.tar.gz", Answer(b"changed"))
    assert message(server, offer(server, "demo-app-1.2.tar.gz"), sdist=True, hashes=[digest(b"sdist")]) == (
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
        fetch(offer(server, PURE), hashes=[digest(b"no wheel")])
    assert str(caught.value) == (
        f"{PURE} is no wheel that can be read.\n"
        "Found:\n"
        "  File is not a zip file\n"
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
