"""Attacks that other tools fell for, tried on Strata. Each test is named after the report."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from strata.debian.packages.archive import read_archive
from strata.errors import StrataError
from strata.errors.wheels import unreadable_wheel
from strata.installers.sdist import unpack_sdist
from strata.protocol.wheel import Wheel
from strata.wheels.archive import WheelArchive
from strata.wheels.zip_reader import opened_zip
from support.debian_packages import Member, directory, symlink, write_deb
from support.venvs.wheels import EXECUTABLE, WheelFile
from support.venvs.wheels import Member as WheelMember


def refused_wheel(folder: Path, wheel: WheelFile) -> str:
    with pytest.raises(StrataError) as caught:
        WheelArchive.open(Wheel(wheel.project, wheel.version, wheel.write(folder)), "3.13")
    return str(caught.value)


def extract(wheel: Path, folder: Path) -> None:
    with opened_zip(wheel, unreadable_wheel) as archive:
        archive.extract(folder)


@pytest.mark.parametrize("member", ["../site-packages-evil/x.py", "../../python3.13-evil/x.py", "../x.py"])
def test_cve_2026_1703(tmp_path: Path, member: str) -> None:
    """pip compared paths by their common prefix, so that a member could lie beside the directory."""
    wheel = WheelFile("demo", files={member: "x"})
    assert refused_wheel(tmp_path, wheel) == (
        f"demo-1.0-py3-none-any.whl has a file that must not be installed: {member}.\n"
        "Found:\n  its path leaves the directory or is not in its shortest form\n"
        "Fix: the wheel is damaged or malicious: lock another version, and tell the project."
    )


@pytest.mark.parametrize("script", ["/usr/local/bin/evil", "../../evil", "..", "sub/evil"])
@pytest.mark.parametrize("group", ["console_scripts", "gui_scripts"])
def test_cve_2026_8643(tmp_path: Path, script: str, group: str) -> None:
    """pip took the name of an entry point for a path."""
    wheel = WheelFile("demo", files={"demo.py": ""}, entry_points=f"[{group}]\n{script} = demo:main\n")
    assert refused_wheel(tmp_path, wheel) == (
        f"demo-1.0-py3-none-any.whl declares a script that cannot be made: {script}.\n"
        f"Found:\n  {script} = demo:main\n"
        "Fix: lock another version of the project, whose entry points name a function of a module."
    )


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_cve_2025_8869(tmp_path: Path, kind: bytes) -> None:
    """pip followed a link in a source distribution, and wrote the next member through it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "victim").write_text("as it was")
    with tarfile.open(tmp_path / "demo-1.0.tar.gz", "w:gz") as archive:
        link = tarfile.TarInfo("demo-1.0/link")
        link.type, link.linkname = kind, str(outside if kind == tarfile.SYMTYPE else outside / "victim")
        archive.addfile(link)
        through = tarfile.TarInfo("demo-1.0/link/victim" if kind == tarfile.SYMTYPE else "demo-1.0/link")
        through.size = 4
        archive.addfile(through, io.BytesIO(b"evil"))
    with pytest.raises(StrataError) as caught:
        unpack_sdist(tmp_path / "demo-1.0.tar.gz", tmp_path / "unpacked")
    assert caught.value.happened == "demo-1.0.tar.gz is no source distribution that can be unpacked."
    assert (outside / "victim").read_text() == "as it was"


def test_cve_2026_24049(tmp_path: Path) -> None:
    """wheel changed the mode of the file that a member's name led to, outside of the folder."""
    victim = tmp_path / "victim"
    victim.write_text("as it was")
    victim.chmod(0o600)
    wheel = WheelFile("demo", files={"../victim": WheelMember(b"evil", EXECUTABLE)}).write(tmp_path)
    with pytest.raises(StrataError) as caught:
        extract(wheel, tmp_path / "unpacked")
    assert str(caught.value) == (
        "demo-1.0-py3-none-any.whl is no wheel that can be read.\n"
        "Found:\n  its ../victim would lie outside of the folder\n"
        "Fix: lock another version of the project."
    )
    assert (victim.read_text(), victim.stat().st_mode & 0o777) == ("as it was", 0o600)


def test_cve_2021_29136(tmp_path: Path) -> None:
    """umoci let a link take the place of the root, so that all that followed was written where it led."""
    deb = write_deb(tmp_path / "sample.deb", [symlink("./", "/etc"), Member("./evil", b"x")])
    with pytest.raises(StrataError) as caught:
        read_archive(deb, package="sample", version="1.0", scratch=tmp_path)
    assert str(caught.value) == (
        "sample: The package contains './', which is neither a file nor a directory nor a link.\n"
        "Found:\n  a symbolic link in the place of the root\n"
        "Fix: leave the package out, or take it from Debian itself: no package of Debian's that images need has this."
    )


@pytest.mark.parametrize("target", ["victim", "../victim", "./usr/../../victim", "/victim"])
def test_cve_2026_50163(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    """oras looked for the target of a hard link in the working directory of its process."""
    (tmp_path / "victim").write_text("secret")
    monkeypatch.chdir(tmp_path)
    members = [directory("./usr/"), Member("./usr/link", kind=tarfile.LNKTYPE, link=target)]
    with pytest.raises(StrataError) as caught:
        read_archive(write_deb(tmp_path / "a.deb", members), package="sample", version="1.0", scratch=tmp_path)
    assert str(caught.value) == (
        "sample: The package tries to write outside its root with './usr/link'.\n"
        f"Found:\n  a hard link to {target!r}, no earlier file of the package\n"
        "Fix: leave the package out, or take it from Debian itself: no package of Debian's that images need has this."
    )
