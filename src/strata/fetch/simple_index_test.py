from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.fetch.simple_index import Link, local_folder, read_folder, read_page

URL = "https://index.example/simple/demo/"
SHA256 = "ab" * 32


def html(text: str, url: str = URL) -> tuple[Link, ...]:
    return read_page(text.encode(), "text/html; charset=utf-8", url)


def test_links_of_a_page() -> None:
    page = f"""<!DOCTYPE html>
    <html><head><meta name="pypi:repository-version" content="1.0"><title>Links for demo</title></head><body>
    <a href="../../files/demo-1.0-py3-none-any.whl#sha256={SHA256}">demo-1.0-py3-none-any.whl</a><br/>
    <a href="https://files.example/demo-1.0.tar.gz#md5=0123">demo-1.0.tar.gz</a>
    </body></html>"""
    assert html(page) == (
        Link("demo-1.0-py3-none-any.whl", "https://index.example/files/demo-1.0-py3-none-any.whl", SHA256),
        Link("demo-1.0.tar.gz", "https://files.example/demo-1.0.tar.gz"),
    )


@pytest.mark.parametrize(
    "anchor",
    [
        f"<a href='demo.whl#sha256={SHA256}'>",
        f"<A HREF=demo.whl#sha256={SHA256} >",
        f'<a data-requires-python="&gt;=3.9" data-yanked="" href="demo.whl#sha256={SHA256}">',
        f'<a\nhref="\n demo.whl#sha256={SHA256} ">',
        f'<a href="demo.whl#egg=demo&amp;sha256={SHA256.upper()}">',
        f'<p><a download href="./demo.whl#sha256={SHA256}&subdirectory=x"',
    ],
)
def test_odd_anchors(anchor: str) -> None:
    closed = anchor if anchor.endswith(">") else f"{anchor}>"
    links = html(f"{closed}whatever</a>")
    assert [(link.name, link.url, link.sha256) for link in links] == [("demo.whl", f"{URL}demo.whl", SHA256)]


def test_base_of_a_page() -> None:
    page = '<base href="/packages/"><a href="demo.whl">demo</a><a name="top">top</a><a href="">empty</a><a>none</a>'
    assert html(page) == (Link("demo.whl", "https://index.example/packages/demo.whl"),)


def test_names_are_decoded_and_urls_are_not() -> None:
    assert html('<a href="demo-1.0%2Bcpu-py3-none-any.whl?token=a%2Fb">x</a>') == (
        Link("demo-1.0+cpu-py3-none-any.whl", f"{URL}demo-1.0%2Bcpu-py3-none-any.whl?token=a%2Fb"),
    )


def test_a_hash_that_is_none_is_no_hash() -> None:
    assert html('<a href="demo.whl#sha256=abc">x</a>') == (Link("demo.whl", f"{URL}demo.whl"),)


@pytest.mark.parametrize("damage", ["<![unknown[ x ]]>", '<a href="http://[broken">x</a>', '<base href="http://[">'])
def test_damage_leaves_the_other_links(damage: str) -> None:
    assert html(f'<a href="demo.whl">x</a>{damage}')[0] == Link("demo.whl", f"{URL}demo.whl")


def page_json(*files: object) -> bytes:
    return json.dumps({"meta": {"api-version": "1.0"}, "name": "demo", "files": files}).encode()


def test_json() -> None:
    body = page_json(
        {"filename": "demo-1.0-py3-none-any.whl", "url": "../../files/1.whl", "hashes": {"sha256": SHA256}},
        {"filename": "demo-2.0-py3-none-any.whl", "url": "https://files.example/2.whl", "hashes": {"md5": "01"}},
    )
    assert read_page(body, "application/vnd.pypi.simple.v1+json", URL) == (
        Link("demo-1.0-py3-none-any.whl", "https://index.example/files/1.whl", SHA256),
        Link("demo-2.0-py3-none-any.whl", "https://files.example/2.whl"),
    )


@pytest.mark.parametrize(
    "file",
    [
        "no object",
        {"filename": "a.whl"},
        {"filename": "a.whl", "url": 5, "hashes": {}},
        {"filename": "a.whl", "url": "http://[", "hashes": {}},
        {"filename": "a.whl", "url": "a.whl", "hashes": {"sha256": 5}},
        {"filename": "a.whl", "url": "a.whl", "hashes": None},
    ],
)
def test_damaged_files_of_json_are_passed_over(file: object) -> None:
    good = {"filename": "demo.whl", "url": "demo.whl", "hashes": {}}
    assert read_page(page_json(file, good), "application/json", URL) == (Link("demo.whl", f"{URL}demo.whl"),)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"files": 5}', b"\xff\xfe", b"[" * 100_000])
def test_damaged_json_is_an_empty_page(body: bytes) -> None:
    assert read_page(body, "application/vnd.pypi.simple.v1+json", URL) == ()


@given(st.binary() | st.text(alphabet="<>a href=\"'/!-[]&;#%:base", max_size=60).map(str.encode))
def test_any_page_can_be_read(body: bytes) -> None:
    for link in (*read_page(body, "text/html", URL), *read_page(body, "application/json", URL)):
        assert link.url


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["files", "filename", "url", "hashes", "sha256"]), inner)
    ),
)


@given(_JSON, _JSON)
def test_any_json_can_be_read(page: object, files: object) -> None:
    for value in (page, {"files": files}):
        read_page(json.dumps(value).encode(), "application/json", URL)


def test_folder(tmp_path: Path) -> None:
    (tmp_path / "b 1.whl").write_text("")
    (tmp_path / "a.whl").write_text("")
    (tmp_path / "folder").mkdir()
    links = read_folder(tmp_path)
    assert [link.name for link in links] == ["a.whl", "b 1.whl"]
    assert links[1].url == f"{tmp_path.as_uri()}/b%201.whl"
    assert read_folder(tmp_path / "absent") == ()


def test_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.whl").write_text("")
    monkeypatch.chdir(tmp_path)
    assert read_folder(Path(".")) == (Link("a.whl", f"{tmp_path.as_uri()}/a.whl"),)


def test_local_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert local_folder("file:///srv/my%20wheels") == Path("/srv/my wheels")
    assert local_folder("/srv/wheels") == Path("/srv/wheels")
    assert local_folder("~/wheels") == Path("/home/me/wheels")
    assert local_folder("https://index.example/simple") is None
