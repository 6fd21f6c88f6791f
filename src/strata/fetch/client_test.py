from __future__ import annotations

import hashlib
import subprocess
import sys
from errno import ENAMETOOLONG
from pathlib import Path

import pytest

import strata
from strata.fetch.body import TooLarge, Unreachable
from strata.fetch.client import Client
from strata.fetch.url import shown

WHEEL = b"wheel" * 1000
SHA256 = hashlib.sha256(WHEEL).hexdigest()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a file."""
    file = tmp_path / "a file"
    file.write_bytes(WHEEL)
    return file.as_uri()


def test_file(url: str, tmp_path: Path) -> None:
    assert Client().download(url, tmp_path / "copy", limit=5000) == SHA256
    assert (tmp_path / "copy").read_bytes() == WHEEL
    assert Client().get(url, limit=5000) == (WHEEL, "text/html", url)
    assert Client().size(url, limit=1) == 5000


def test_page_of_json(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_bytes(b"{}")
    assert Client().get((tmp_path / "index.json").as_uri(), limit=2)[:2] == (b"{}", "application/json")


def test_file_that_is_too_large(url: str, tmp_path: Path) -> None:
    with pytest.raises(TooLarge) as caught:
        Client().download(url, tmp_path / "copy", limit=4999)
    assert str(caught.value) == f"{url}: more than 4999 bytes"


@pytest.mark.parametrize(
    "found, reason",
    [
        ("file://{}/absent", "[Errno 2] No such file or directory: '{}/absent'"),
        ("file://{}", "it is not a file"),
        ("file://other.example{}/absent", "it names a file of another machine"),
        ("file://{}/%00", "it is no URL that can be read: its path has a null byte"),
    ],
)
def test_file_that_cannot_be_read(tmp_path: Path, found: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("nobody waits for a file"))
    url = found.format(tmp_path)
    with pytest.raises(Unreachable) as caught:
        Client().get(url, limit=1)
    assert (str(caught.value), caught.value.status) == (f"{url}: {reason.format(tmp_path)}", 0)


def test_file_whose_name_the_system_does_not_take(tmp_path: Path) -> None:
    file = tmp_path / ("x" * 300)
    with pytest.raises(Unreachable) as caught:
        Client().get(file.as_uri(), limit=1)
    assert str(caught.value) == f"{shown(file.as_uri())}: [Errno {ENAMETOOLONG}] File name too long: '{file}'"


def test_page_of_the_network_leads_to_no_file(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="a page or a redirect of https must not lead to a URL of file"):
        Client().download(url, tmp_path / "copy", limit=5000, page="https://index.example/simple/")
    assert not (tmp_path / "copy").exists()


def test_files_need_no_module_of_the_network(url: str, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from strata.fetch.client import Client; "
        f"Client().download({url!r}, Path({str(tmp_path / 'copy')!r}), limit=5000); "
        "print([each for each in ('http.client', 'socket', 'ssl', 'urllib.request') if each in sys.modules])"
    )
    library = {"PYTHONPATH": str(Path(strata.__file__).parents[1])}
    ran = subprocess.run([sys.executable, "-S", "-c", script], env=library, stdout=subprocess.PIPE, check=True)
    assert ran.stdout == b"[]\n"
