from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.installers.sdist import unpack_sdist


def write(path: Path, *members: str, link: str = "") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name in members:
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
        if link:
            member = tarfile.TarInfo("demo-1.0/link")
            member.type, member.linkname = tarfile.SYMTYPE, link
            archive.addfile(member)
    return path


def refusal(sdist: Path) -> str:
    with pytest.raises(StrataError) as caught:
        unpack_sdist(sdist, sdist.parent / "unpacked")
    assert str(caught.value).startswith(f"{sdist.name} is no source distribution that can be unpacked.\nFound:\n  ")
    assert caught.value.fix == "lock another version of the project."
    (reason,) = caught.value.found
    return reason


def test_a_tar_archive(tmp_path: Path) -> None:
    sdist = write(tmp_path / "demo-1.0.tar.gz", "demo-1.0/setup.py", "demo-1.0/src/demo.py", link="setup.py")
    project = unpack_sdist(sdist, tmp_path / "unpacked")
    assert project == tmp_path / "unpacked" / "demo-1.0"
    found = {path.relative_to(project).as_posix() for path in project.rglob("*")}
    assert found == {"setup.py", "src", "src/demo.py", "link"}


def test_a_zip_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "demo-1.0.zip", "w") as archive:
        archive.writestr("demo-1.0/setup.py", "x")
    assert (unpack_sdist(tmp_path / "demo-1.0.zip", tmp_path / "unpacked") / "setup.py").read_text() == "x"


@pytest.mark.parametrize("members", [(), ("setup.py",), ("demo-1.0/setup.py", "other/setup.py")])
def test_the_top_is_one_directory(members: tuple[str, ...], tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "demo-1.0.tar.gz", *members)) == "it does not have one directory at its top"


@pytest.mark.parametrize("member", ["../evil.py", "demo-1.0/../../evil.py"])
def test_a_file_outside_of_the_folder(member: str, tmp_path: Path) -> None:
    assert "outside the destination" in refusal(write(tmp_path / "demo-1.0.tar.gz", "demo-1.0/setup.py", member))
    assert not (tmp_path / "evil.py").exists()


@pytest.mark.parametrize("target", ["/etc/passwd", "../../evil.py"])
def test_a_link_out_of_the_folder(target: str, tmp_path: Path) -> None:
    assert "demo-1.0/link" in refusal(write(tmp_path / "demo-1.0.tar.gz", "demo-1.0/setup.py", link=target))


@pytest.mark.parametrize("name", ["demo-1.0.tar.gz", "demo-1.0.zip"])
def test_what_is_no_archive(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"no archive")
    assert refusal(tmp_path / name)
