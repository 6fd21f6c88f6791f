"""Which file of a release is chosen, and where it is looked for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from strata.fetch.simple_index import Link
from strata.fetch.wheel import Release, run
from strata.protocol.fetch_wheel import Request, Result
from support.servers.index_server import Answer, Server
from support.venvs.wheel_releases import (
    NATIVE,
    NATIVE_WHEEL,
    PURE,
    PURE_WHEEL,
    TAGS,
    digest,
    fetch,
    hashed,
    message,
    offer,
    wheel_of,
)

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.mark.usefixtures("files")
def test_best_tag_wins(server: Server) -> None:
    index = offer(server, hashed(PURE, PURE_WHEEL), hashed(NATIVE, NATIVE_WHEEL), "demo_app-1.2.tar.gz")
    assert fetch(index) == Result(
        NATIVE,
        len(NATIVE_WHEEL),
        ("six>=1", "idna; extra == 'x'"),
        (),
        file_count=2,
    )
    assert Path("files", NATIVE).read_bytes() == NATIVE_WHEEL
    assert [path for path, _ in server.requests] == ["/simple/demo-app/", f"/files/{NATIVE}"]


@pytest.mark.usefixtures("files")
def test_only_files_of_the_lock(server: Server) -> None:
    index = offer(server, hashed(PURE, PURE_WHEEL), hashed(NATIVE, NATIVE_WHEEL))
    assert fetch(f"{index}/", hashes=(digest(PURE_WHEEL),)).name == PURE


@pytest.mark.usefixtures("files")
def test_page_without_hashes(server: Server) -> None:
    """Each file is read and judged by what it holds, and only the right one stays."""
    assert fetch(offer(server, PURE, NATIVE), hashes=(digest(PURE_WHEEL),)).name == PURE
    assert [file.name for file in Path("files").iterdir()] == [PURE]


def test_json_page(server: Server) -> None:
    file = {"filename": PURE, "url": f"{server.url}/blob", "hashes": {"sha256": digest(PURE_WHEEL)}}
    body = json.dumps({"files": [file]}).encode()
    server.serve("/simple/demo-app/", Answer(body, headers={"Content-Type": "application/vnd.pypi.simple.v1+json"}))
    server.serve("/blob", Answer(PURE_WHEEL))
    assert fetch(f"{server.url}/simple").name == PURE


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
    wheel = wheel_of(version=locked)
    server.serve(f"/files/{file}", Answer(wheel))
    name = fetch(offer(server, file), version=locked, hashes=(digest(wheel),)).name
    assert Path("files", name).read_bytes() == wheel


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
    release = Release(Request("demo", "1", (), " ".join(TAGS), "3.13", "linux/amd64", sdist=False))
    assert release.rank(Link(name, "https://index.example/")) == rank


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
    release = Release(Request("demo", "1", (), " ".join(TAGS), "3.13", "linux/amd64", sdist=True))
    assert release.rank(Link(name, "https://index.example/")) == rank


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


# Where it is looked for


@pytest.mark.usefixtures("files")
def test_further_index_has_it(server: Server) -> None:
    empty = offer(server, index="empty")
    assert fetch(f"{server.url}/absent", empty, offer(server, PURE)).name == PURE


@pytest.mark.usefixtures("files")
def test_unreachable_index_does_no_harm_where_another_has_it(server: Server) -> None:
    server.serve("/broken/demo-app/", Answer(status=503))
    assert fetch(f"{server.url}/broken", offer(server, PURE)).name == PURE


def test_broken_file_does_no_harm_where_another_index_has_it(server: Server) -> None:
    server.page("/one/demo-app/", f'<a href="{hashed("/broken/" + NATIVE, NATIVE_WHEEL)}">file</a>')
    server.serve(f"/broken/{NATIVE}", Answer(b"nat", announced=6))
    server.serve(f"/files/{PURE}", Answer(PURE_WHEEL))
    assert fetch(f"{server.url}/one", offer(server, PURE)).name == PURE
    assert [file.name for file in Path("files").iterdir()] == [PURE]


def test_pips_indexes_serve_where_pants_names_none(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.serve(f"/files/{PURE}", Answer(PURE_WHEEL))
    monkeypatch.setenv("PIP_INDEX_URL", offer(server, PURE))
    settings = {"environment": {"PIP_TIMEOUT": "5"}, "default_index": "https://default.invalid/simple"}
    request = Request("demo-app", "1.2", (digest(PURE_WHEEL),), " ".join(TAGS), "3.13", "linux/amd64", sdist=False)
    Path(".host/settings.json").write_text(json.dumps(settings))
    assert run(request).name == PURE
    assert os.environ["PIP_TIMEOUT"] == "5"


def test_folders(tmp_path: Path) -> None:
    folder = tmp_path / "wheels"
    folder.mkdir()
    (folder / PURE).write_bytes(PURE_WHEEL)
    assert fetch(find_links=(str(tmp_path / "absent"), str(folder))).name == PURE


@pytest.mark.parametrize("page", ["", "index.html"])
def test_index_of_files(tmp_path: Path, page: str) -> None:
    project = tmp_path / "simple/demo-app"
    project.mkdir(parents=True)
    (project / PURE).write_bytes(PURE_WHEEL)
    if page:
        (project / page).write_text(f'<a href="{PURE}">file</a>')
    assert fetch((tmp_path / "simple").as_uri()).name == PURE


def test_local_page_of_links(tmp_path: Path) -> None:
    (tmp_path / PURE).write_bytes(PURE_WHEEL)
    (tmp_path / "links.html").write_text(f'<a href="{PURE}">file</a>')
    assert fetch(find_links=(str(tmp_path / "links.html"),)).name == PURE


def test_remote_page_of_links(server: Server) -> None:
    server.page("/links.html", f'<a href="files/{PURE}">file</a>')
    server.serve(f"/files/{PURE}", Answer(PURE_WHEEL))
    assert fetch(find_links=(f"{server.url}/links.html",)).name == PURE
