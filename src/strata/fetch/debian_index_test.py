from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Optional

import pytest

from strata.errors import StrataError
from strata.fetch.debian_index import run
from strata.fetch.debian_release import read_release
from strata.protocol.fetch_debian_index import Index, Request, Result
from support.programs import require
from support.servers.debian_mirror import DATE, Signer, serving, sha256, write_suite

PACKAGES = "Package: libc6\nVersion: 2.41-12\n\n"
REQUEST = Request(suites=("trixie",), components=("main",), architectures=("amd64",))


@pytest.fixture(scope="module")
def signer() -> Iterator[Signer]:
    require("gpgv", "gpgv")
    with Signer.make() as signer:
        yield signer


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signer: Signer) -> Iterator[Path]:
    """The directory of a mirror that is being served, and that the settings name for both repositories."""
    sandbox = tmp_path / "sandbox"
    (sandbox / ".host").mkdir(parents=True)
    monkeypatch.chdir(sandbox)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    with serving(mirror) as url:
        settings = {
            "environment": {},
            "default_index": "",
            "debian_mirror": f"{url}/",
            "debian_security_mirror": url,
            "debian_keyrings": [str(signer.keyring), "/nonexistent.gpg"],
        }
        (sandbox / ".host/settings.json").write_text(json.dumps(settings))
        yield mirror


def message_of(root: Path) -> str:
    """The error of the verb, with the mirror's address replaced."""
    with pytest.raises(StrataError) as caught:
        run(REQUEST)
    settings = json.loads(Path(".host/settings.json").read_text())
    return str(caught.value).replace(settings["debian_security_mirror"], "https://mirror.example")


def test_indexes_of_all_suites(root: Path, signer: Signer) -> None:
    write_suite(root, signer, "trixie", PACKAGES)
    write_suite(
        root,
        signer,
        "trixie-security",
        "",
        fields=["Date: Sat, 12 Sep 2026 23:30:00 -0300", "Valid-Until: Sat, 1 Jan 2050 00:00:00 UTC"],
    )
    result = run(
        replace(
            REQUEST,
            suites=(
                "trixie",
                "trixie-security",
            ),
        )
    )
    assert result == Result(
        (
            Index("debian_trixie_main_amd64_Packages", "debian"),
            Index("debian-security_trixie-security_main_amd64_Packages", "debian-security"),
        ),
        "2026-09-13",
    )
    names = [index.file for index in result.indexes]
    assert [Path("indexes", name).read_text() for name in names] == [PACKAGES, ""]
    assert {path.name for path in Path("indexes").iterdir()} == set(names)


def test_a_mirror_without_files_by_hash(root: Path, signer: Signer) -> None:
    directory = write_suite(root, signer, "trixie", PACKAGES)
    for named in directory.glob("main/binary-amd64/by-hash/SHA256/*"):
        named.unlink()
    run(REQUEST)
    assert Path("indexes/debian_trixie_main_amd64_Packages").read_text() == PACKAGES


def test_a_suite_by_its_role(root: Path, signer: Signer) -> None:
    write_suite(root, signer, "stable", PACKAGES, codename="trixie", by_hash=False)
    assert run(replace(REQUEST, suites=("stable",))).indexes == (Index("debian_stable_main_amd64_Packages", "debian"),)


def test_an_index_that_is_not_the_listed_one(root: Path, signer: Signer) -> None:
    directory = write_suite(root, signer, "trixie", PACKAGES, by_hash=False)
    index = directory / "main/binary-amd64/Packages.xz"
    wanted = sha256(index.read_bytes())
    tampered = index.read_bytes()[:-1] + b"x"
    index.write_bytes(tampered)
    assert message_of(root) == (
        "trixie/main/binary-amd64/Packages.xz: the mirror's file is not the one that the signed release file lists.\n"
        f"Found:\n  sha256:{sha256(tampered)}\n  the release file lists sha256:{wanted}\n"
        "Fix: try again in some minutes, as the mirror may be updating itself; if it stays so, use another mirror."
    )


def test_an_index_that_is_larger_than_listed(root: Path, signer: Signer) -> None:
    directory = write_suite(root, signer, "trixie", PACKAGES, by_hash=False)
    index = directory / "main/binary-amd64/Packages.xz"
    size, wanted = index.stat().st_size, sha256(index.read_bytes())
    index.write_bytes(index.read_bytes() + b"more")
    assert message_of(root) == (
        "trixie/main/binary-amd64/Packages.xz: the mirror's file is not the one that the signed release file lists.\n"
        f"Found:\n  https://mirror.example/dists/trixie/main/binary-amd64/Packages.xz: more than {size} bytes\n"
        f"  the release file lists sha256:{wanted}\n"
        "Fix: try again in some minutes, as the mirror may be updating itself; if it stays so, use another mirror."
    )


UNREACHABLE = (
    "Fix: check the network and the proxy, and the mirror in `[strata-debian]` or in the machine's apt configuration."
)


def test_a_mirror_without_the_suite(root: Path) -> None:
    assert message_of(root) == (
        "trixie: the Debian mirror could not be read.\n"
        f"Found:\n  https://mirror.example/dists/trixie/InRelease: HTTP 404 File not found\n{UNREACHABLE}"
    )


def test_a_listed_index_that_is_missing(root: Path, signer: Signer) -> None:
    directory = write_suite(root, signer, "trixie", PACKAGES, by_hash=False)
    (directory / "main/binary-amd64/Packages.xz").unlink()
    assert message_of(root) == (
        "trixie: the Debian mirror could not be read.\n"
        "Found:\n  https://mirror.example/dists/trixie/main/binary-amd64/Packages.xz: HTTP 404 File not found\n"
        f"{UNREACHABLE}"
    )


def test_no_mirror(root: Path) -> None:
    settings = json.loads(Path(".host/settings.json").read_text())
    Path(".host/settings.json").write_text(json.dumps({**settings, "debian_mirror": ""}))
    assert message_of(root).startswith("No mirror of Debian's repository debian is known.\n")


def test_a_component_that_is_not_there(root: Path, signer: Signer) -> None:
    write_suite(root, signer, "trixie", PACKAGES)
    with pytest.raises(StrataError) as caught:
        run(replace(REQUEST, components=("universe",)))
    assert str(caught.value) == (
        "The release file of trixie lists no package index of universe for amd64.\n"
        "Fix: check the suite, the component and the platforms in `[strata-debian]`."
    )


def signed(tmp_path: Path, signer: Signer, *fields: str) -> bytes:
    signer.sign("\n".join(fields) + "\n", tmp_path / "InRelease")
    return (tmp_path / "InRelease").read_bytes()


def refusal(contents: bytes, *keyrings: Path, now: Optional[datetime] = None) -> str:
    with pytest.raises(StrataError) as caught:
        read_release(contents, "trixie", [str(keyring) for keyring in keyrings], now)
    return str(caught.value)


def test_a_release_that_was_changed_after_it_was_signed(tmp_path: Path, signer: Signer) -> None:
    contents = signed(tmp_path, signer, "Codename: trixie", f"Date: {DATE}")
    message = refusal(contents.replace(b"Codename: trixie", b"Codename: trixia"), signer.keyring)
    assert message.startswith("The release file of trixie has no valid signature of Debian's.\nFound:\n  gpgv: ")
    assert 'gpgv: BAD signature from "Test <test@mirror.example>"' in message
    assert message.endswith(
        "Fix: use a mirror that serves what Debian signed; for a release that is newer than this machine's keys, "
        "upgrade the package debian-archive-keyring."
    )


def test_a_release_signed_by_somebody_else(tmp_path: Path, signer: Signer) -> None:
    contents = signed(tmp_path, signer, "Codename: trixie", f"Date: {DATE}")
    with Signer.make() as other:
        assert "gpgv: Can't check signature: No public key" in refusal(contents, other.keyring)
        assert read_release(contents, "trixie", [str(other.keyring), str(signer.keyring)]).files == {}


def test_a_release_without_a_signature(signer: Signer) -> None:
    message = refusal(b"Codename: trixie\n", signer.keyring)
    assert message.startswith("The release file of trixie has no valid signature of Debian's.\nFound:\n  gpgv: ")


def test_what_stands_outside_the_signature_is_not_read(tmp_path: Path, signer: Signer) -> None:
    contents = signed(tmp_path, signer, "Codename: bookworm", f"Date: {DATE}")
    assert refusal(b"Codename: trixie\n\n" + contents, signer.keyring) == (
        "The mirror serves another release under the name trixie.\nFound:\n  Codename: bookworm\n"
        "Fix: use a mirror that serves what Debian signed."
    )


NOW = datetime(2026, 9, 12, 12, tzinfo=timezone.utc)


def test_a_release_that_has_expired(tmp_path: Path, signer: Signer) -> None:
    fields = ("Codename: trixie", f"Date: {DATE}", "Valid-Until: Sat, 12 Sep 2026 11:00:00 UTC")
    assert refusal(signed(tmp_path, signer, *fields), signer.keyring, now=NOW) == (
        "The release file of trixie has expired, so security fixes may be missing from it.\n"
        "Found:\n  valid until Sat, 12 Sep 2026 11:00:00 UTC\n"
        "Fix: use a mirror that is up to date, and check this machine's clock."
    )


def test_a_release_of_the_future(tmp_path: Path, signer: Signer) -> None:
    date = format_datetime(NOW + timedelta(hours=2))
    assert refusal(signed(tmp_path, signer, "Codename: trixie", f"Date: {date}"), signer.keyring, now=NOW) == (
        f"The release file of trixie was signed in the future.\nFound:\n  date {date}\nFix: check this machine's clock."
    )


@pytest.mark.parametrize(
    "fields, detail",
    [
        (["Codename: trixie"], "the time in Date: ''"),
        (["Codename: trixie", "Date: yesterday"], "the time in Date: 'yesterday'"),
        (["Codename: trixie", f"Date: 1 Jan {10**30} 00:00:00"], f"the time in Date: '1 Jan {10**30} 00:00:00'"),
        (["SHA256:", " abc 5 main/x"], "a line of its SHA256 list: ' abc 5 main/x'"),
    ],
)
def test_a_damaged_release(tmp_path: Path, signer: Signer, fields: list[str], detail: str) -> None:
    assert refusal(signed(tmp_path, signer, *fields), signer.keyring) == (
        f"The release file of trixie cannot be read.\nFound:\n  {detail}\n"
        "Fix: use a mirror that serves what Debian signed."
    )


def test_no_keyring() -> None:
    assert refusal(b"", Path("/nonexistent/keys.gpg")) == (
        "The signature of Debian's release file cannot be checked: there is no file with Debian's keys.\n"
        "Found:\n  /nonexistent/keys.gpg does not exist\n"
        "Fix: install the package debian-archive-keyring, or name a keyring in `[strata-debian].keyrings`."
    )


def test_no_gpgv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert refusal(b"") == (
        "The signature of Debian's release file cannot be checked: there is no program `gpgv`.\n"
        "Fix: install it (Debian's package gpgv). A committed lock needs it only to be renewed."
    )
