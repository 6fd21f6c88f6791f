from __future__ import annotations

from pathlib import Path

import pytest

from strata.fetch.credentials import Credentials

NETRC = "Basic bWU6c2VjcmV0"


@pytest.fixture(autouse=True)
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    (tmp_path / ".netrc").write_text("machine index.example login me password secret\n")


@pytest.mark.parametrize(
    "url, value",
    [
        ("https://index.example/files/x.whl", NETRC),
        ("https://INDEX.example:443/x.whl", NETRC),
        ("http://index.example/x.whl", ""),
        ("https://index.example:8443/x.whl", ""),
        ("https://other.example/x.whl", ""),
    ],
)
def test_netrc_is_bound_to_the_configured_index(url: str, value: str) -> None:
    assert Credentials(["https://index.example/simple"]).authorization(url) == value


def test_nothing_configured() -> None:
    assert Credentials(["/srv/wheels", "http://[", "file:///x"]).authorization("https://index.example/") == ""


def test_configured_plain_http() -> None:
    assert Credentials(["http://index.example:3141/root"]).authorization("http://index.example:3141/x") == NETRC


def test_url_comes_before_netrc() -> None:
    credentials = Credentials(["https://you:word@index.example/simple"])
    assert credentials.authorization("https://index.example/x") == "Basic eW91OndvcmQ="
