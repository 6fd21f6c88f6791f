from __future__ import annotations

from pathlib import Path

import pytest

from strata.debian.apt_sources import AptMirrors, apt_mirrors

PARAGRAPHS = """\
# The machine's own release is older than the one that locks are made for.
Types: deb deb-src
URIs: https://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main non-free
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://security.mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
LINES = """\
# deb https://commented.example/debian trixie main
deb-src https://sources.example/debian trixie main
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] https://mirror.example/debian trixie main # x
deb http://security.mirror.example/ trixie-security main contrib
"""


def test_paragraphs() -> None:
    assert apt_mirrors({"debian.sources": PARAGRAPHS}) == AptMirrors(
        "https://mirror.example/debian", "https://security.mirror.example/debian-security"
    )


def test_lines() -> None:
    assert apt_mirrors({"sources.list": LINES}) == AptMirrors(
        "https://mirror.example/debian", "http://security.mirror.example"
    )


def test_the_first_entry_counts() -> None:
    files = {
        "/etc/apt/sources.list.d/second.list": "deb https://second.example trixie main",
        "/etc/apt/sources.list": "deb https://first.example trixie main",
    }
    assert apt_mirrors(files) == AptMirrors("https://first.example")


def test_the_old_name_of_security_suites() -> None:
    assert apt_mirrors({"sources.list": "deb https://mirror.example buster/updates main"}) == AptMirrors(
        security_mirror="https://mirror.example"
    )


@pytest.mark.parametrize(
    "line",
    [
        "deb [signed-by=/usr/share/keyrings/vendor.gpg] https://vendor.example trixie main",
        "deb https://vendor.example trixie vendor",
        "deb https://vendor.example vendor-trixie main",
        "deb https://ubuntu.example noble main",
        "deb cdrom:[Debian]/ trixie main",
        "deb https://flat.example ./",
        "trixie",
        "",
    ],
)
def test_entries_of_others_do_not_count(line: str) -> None:
    assert apt_mirrors({"sources.list": line}) == AptMirrors()


def test_paragraphs_of_others_do_not_count() -> None:
    other = PARAGRAPHS.replace("debian-archive-keyring", "vendor")
    disabled = PARAGRAPHS.replace("Types: deb", "Enabled: no\nTypes: deb")
    sources = PARAGRAPHS.replace("Types: deb\n", "Types: deb-src\n").replace("deb deb-src", "deb-src")
    assert apt_mirrors({"1.sources": other, "2.sources": disabled, "3.sources": sources}) == AptMirrors()


def test_text_that_is_the_name_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deb").write_text("Types: deb\nURIs: http://mirror.example\nSuites: trixie\nComponents: main\n")
    for text in ("deb", "deb" + "x" * 5000):
        assert apt_mirrors({"a.sources": text}) == AptMirrors()
