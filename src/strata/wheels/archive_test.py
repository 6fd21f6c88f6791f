from __future__ import annotations

import stat
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.protocol.wheel import Wheel
from strata.wheels.archive import WheelArchive
from support.wheels import INFO, METADATA, SITE, write_wheel

WHEEL = "demo-1.0-py3-none-any.whl"


def open_wheel(folder: Path, members: dict[str, str], **modes: int) -> WheelArchive:
    return WheelArchive.open(write_wheel(folder, {**members, **METADATA}, modes=modes), "3.13")


def message(folder: Path, members: dict[str, str], modes: dict[str, int] | None = None) -> str:
    with pytest.raises(StrataError) as caught:
        WheelArchive.open(write_wheel(folder, {**members, **METADATA}, modes=modes), "3.13")
    return str(caught.value)


def test_where_files_go(tmp_path: Path) -> None:
    members = {
        "demo/__init__.py": "",
        "demo/größe.py": "",
        "demo-1.0.data/purelib/pure.py": "",
        "demo-1.0.data/platlib/native.so": "",
        "demo-1.0.data/scripts/tool": "",
        "demo-1.0.data/data/share/demo/x": "",
        "demo-1.0.data/headers/demo.h": "",
        f"{INFO}/licenses/RECORD": "",
    }
    archive = open_wheel(tmp_path, members)
    assert archive.info == f"{SITE}/{INFO}"
    assert sorted(archive.files) == [
        "bin/tool",
        "include/site/python3.13/demo/demo.h",
        f"{SITE}/{INFO}/METADATA",
        f"{SITE}/{INFO}/WHEEL",
        f"{SITE}/{INFO}/licenses/RECORD",
        f"{SITE}/demo/__init__.py",
        f"{SITE}/demo/größe.py",
        f"{SITE}/native.so",
        f"{SITE}/pure.py",
        "share/demo/x",
    ]


def test_modes_say_whether_a_file_is_executable(tmp_path: Path) -> None:
    members = {"run.sh": "", "data.txt": "", "demo-1.0.data/scripts/tool": ""}
    wheel = write_wheel(tmp_path, {**members, **METADATA}, modes={"run.sh": 0o100750, "data.txt": 0o100666})
    files = WheelArchive.open(wheel, "3.13").files
    assert [files[f"{SITE}/run.sh"].executable, files[f"{SITE}/data.txt"].executable] == [True, False]
    assert (files["bin/tool"].executable, files["bin/tool"].script) == (True, True)


def test_content(tmp_path: Path) -> None:
    archive = open_wheel(tmp_path, {"demo.py": "x = 1\n"})
    member = archive.files[f"{SITE}/demo.py"]
    assert (member.source.read_bytes(), member.size) == (b"x = 1\n", 6)


def test_modules(tmp_path: Path) -> None:
    members = {
        "demo/__init__.py": "",
        "demo/__main__.py": "",
        "demo/sub/core.cpython-313-x86_64-linux-gnu.so": "",
        "demo/data.json": "",
        "single.py": "",
        "limited.abi3.so": "",
        "demo-1.0.data/scripts/tool.py": "",
    }
    modules = set(open_wheel(tmp_path, members).modules())
    assert modules == {"demo", "demo.__main__", "demo.sub.core", "single", "limited"}


@pytest.mark.parametrize(
    "member", ["../evil.py", "/etc/evil", "demo/../../evil.py", "./demo.py", "demo//x.py", "demo\\..\\evil.py"]
)
def test_member_that_leaves_the_directory(tmp_path: Path, member: str) -> None:
    assert message(tmp_path, {member: ""}) == (
        f"{WHEEL} has a file that must not be installed: {member}.\n"
        "Found:\n"
        "  its path leaves the directory or is not in its shortest form\n"
        "Fix: the wheel is damaged or malicious: lock another version, and tell the project."
    )


def test_member_that_is_a_link(tmp_path: Path) -> None:
    assert message(tmp_path, {"demo/link": "/etc/passwd"}, {"demo/link": stat.S_IFLNK | 0o777}) == (
        f"{WHEEL} has a file that must not be installed: demo/link.\n"
        "Found:\n"
        "  it is a link\n"
        "Fix: the wheel is damaged or malicious: lock another version, and tell the project."
    )


@pytest.mark.parametrize("member", ["demo-1.0.data/elsewhere/x", "demo-1.0.data/x"])
def test_data_of_an_unknown_kind(tmp_path: Path, member: str) -> None:
    assert message(tmp_path, {member: ""}) == (
        f"{WHEEL} has a file that must not be installed: {member}.\n"
        "Found:\n"
        "  wheels have no such directory of data\n"
        "Fix: the wheel is damaged or malicious: lock another version, and tell the project."
    )


@pytest.mark.parametrize(
    "member, path",
    [
        ("demo-1.0.data/data/pyvenv.cfg", "pyvenv.cfg"),
        ("demo-1.0.data/data/bin/python3.13", "bin/python3.13"),
        ("demo-1.0.data/scripts/python", "bin/python"),
        # Below a file of the venv, which would become a directory.
        ("demo-1.0.data/scripts/python/x", "bin/python/x"),
        ("demo-1.0.data/data/bin/python3/a/b", "bin/python3/a/b"),
        ("demo-1.0.data/data/pyvenv.cfg/x", "pyvenv.cfg/x"),
        # In place of a directory of the venv.
        ("demo-1.0.data/data/bin", "bin"),
        ("demo-1.0.data/data/lib", "lib"),
        ("demo-1.0.data/data/lib64", "lib64"),
        ("demo-1.0.data/data/lib64/python3.13", "lib/python3.13"),
        ("demo-1.0.data/data/lib/python3.13/site-packages", "lib/python3.13/site-packages"),
    ],
)
def test_files_of_the_venv_itself(tmp_path: Path, member: str, path: str) -> None:
    assert message(tmp_path, {member: ""}) == (
        f"{WHEEL} would replace a file of the venv itself: {path}.\n"
        "Fix: lock another version of the project, which leaves the venv's Python alone."
    )


def test_paths_that_look_like_those_of_the_venv(tmp_path: Path) -> None:
    members = {"demo-1.0.data/scripts/python-x": "", "demo-1.0.data/data/share/bin": "", "bin/python": ""}
    assert {"bin/python-x", "share/bin", f"{SITE}/bin/python"} < set(open_wheel(tmp_path, members).files)


def test_script_that_is_the_venvs_python(tmp_path: Path) -> None:
    assert message(tmp_path, {f"{INFO}/entry_points.txt": "[console_scripts]\npython3 = demo:main\n"}).startswith(
        f"{WHEEL} would replace a file of the venv itself: bin/python3.\n"
    )


@pytest.mark.parametrize("value", ["demo.cli", "demo-cli:main", "demo.cli:main()", "", ":main"])
def test_entry_point_that_names_no_function(tmp_path: Path, value: str) -> None:
    assert message(tmp_path, {f"{INFO}/entry_points.txt": f"[console_scripts]\ndemo = {value}\n"}) == (
        f"{WHEEL} declares a script that cannot be made: demo.\n"
        "Found:\n"
        f"  demo = {value}\n"
        "Fix: lock another version of the project, whose entry points name a function of a module."
    )


@pytest.mark.parametrize("name", ["../demo", "/usr/bin/demo", "a/b", "..", "."])
def test_script_that_leaves_the_directory(tmp_path: Path, name: str) -> None:
    entry_points = f"[console_scripts]\n{name} = demo:main\n"
    assert message(tmp_path, {f"{INFO}/entry_points.txt": entry_points}).startswith(
        f"{WHEEL} declares a script that cannot be made: {name}.\n"
    )


def test_entry_points_that_are_none(tmp_path: Path) -> None:
    assert message(tmp_path, {f"{INFO}/entry_points.txt": "[console_scripts]\nno value\n"}) == (
        f"{WHEEL} is no wheel that can be read.\n"
        "Found:\n"
        "  its entry_points.txt has lines that are no entry points\n"
        "Fix: lock another version of the project."
    )


def test_what_installers_write_is_not_the_wheels(tmp_path: Path) -> None:
    members = {f"{INFO}/INSTALLER": "x", f"{INFO}/REQUESTED": "", "demo/__pycache__/demo.cpython-313.pyc": ""}
    assert sorted(open_wheel(tmp_path, members).files) == [f"{SITE}/{INFO}/METADATA", f"{SITE}/{INFO}/WHEEL"]


def test_metadata_of_another_project(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, METADATA, name="other")
    with pytest.raises(StrataError) as caught:
        WheelArchive.open(wheel, "3.13")
    assert str(caught.value) == (
        "other-1.0-py3-none-any.whl is no wheel that can be read.\n"
        "Found:\n"
        f"  its metadata are those of another project: {INFO}\n"
        "Fix: lock another version of the project."
    )


def test_wheel_with_two_projects(tmp_path: Path) -> None:
    assert message(tmp_path, {"other-1.0.dist-info/METADATA": ""}) == (
        f"{WHEEL} is no wheel that can be read.\n"
        "Found:\n"
        "  it has 2 .dist-info directories\n"
        "Fix: lock another version of the project."
    )


def test_file_that_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / WHEEL).write_text("no archive")
    with pytest.raises(StrataError) as caught:
        WheelArchive.open(Wheel("demo", "1.0", tmp_path / WHEEL), "3.13")
    assert str(caught.value) == (
        f"{WHEEL} is no wheel that can be read.\n"
        "Found:\n"
        "  it has no end record of a zip archive\n"
        "Fix: lock another version of the project."
    )
