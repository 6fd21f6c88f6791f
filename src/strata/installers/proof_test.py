from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.installers.proof import compare
from strata.installers.sandbox_venv import SandboxVenv
from strata.wheels.archive import WheelArchive
from support.wheels import INFO, METADATA, SITE, Content, install, write_wheel

MEMBERS: dict[str, Content] = {
    "demo/__init__.py": "",
    "demo/größe.py": "x = 1\n",
    "demo-1.0.data/scripts/tool": "#!python -O\nprint(1)\n",
    "demo-1.0.data/headers/demo.h": "",
    f"{INFO}/entry_points.txt": "[console_scripts]\ndemo = demo.cli:main\n",
    **METADATA,
}
FIX = "Fix: this is a defect of the installer or of Strata: report it, and use another version of the installer."


def archive(folder: Path, members: Mapping[str, Content] = MEMBERS, name: str = "demo") -> WheelArchive:
    return WheelArchive.open(write_wheel(folder, members, name=name), "3.13")


@pytest.fixture
def installed(tmp_path: Path) -> SandboxVenv:
    return install(tmp_path, archive(tmp_path))


def message(folder: Path, venv: SandboxVenv) -> str:
    with pytest.raises(StrataError) as caught:
        compare([archive(folder)], venv)
    return str(caught.value)


def test_what_installers_write_in_their_own_way_is_not_compared(installed: SandboxVenv, tmp_path: Path) -> None:
    (installed.prefix / "bin/demo").write_text(f"#!{installed.python}\n# as a tool writes it\n")
    (installed.prefix / "bin/tool").write_text(f"#!{installed.python}\nprint(1)\n")
    (installed.prefix / "include/site/python3.13/demo/demo.h").unlink()
    (installed.site_packages / INFO / "uv_cache.json").write_text("{}")
    (installed.site_packages / INFO / "RECORD").unlink()
    compare([archive(tmp_path)], installed)


def test_file_that_was_not_installed(installed: SandboxVenv, tmp_path: Path) -> None:
    (installed.site_packages / "demo/__init__.py").unlink()
    assert message(tmp_path, installed) == (
        f"The installer did not install demo/__init__.py of demo-1.0-py3-none-any.whl.\n{FIX}"
    )


@pytest.mark.parametrize(
    "path, member, content",
    [
        ("demo/größe.py", "demo/größe.py", "x = 2\n"),
        ("demo/größe.py", "demo/größe.py", "x = 1\n\n"),
        (f"{INFO}/METADATA", f"{INFO}/METADATA", ""),
        ("../../../include/site/python3.13/demo/demo.h", "demo-1.0.data/headers/demo.h", "x"),
    ],
)
def test_file_that_was_changed(installed: SandboxVenv, tmp_path: Path, path: str, member: str, content: str) -> None:
    (installed.site_packages / path).write_text(content)
    assert message(tmp_path, installed) == (
        f"The installer installed {member} with other content than demo-1.0-py3-none-any.whl has.\n{FIX}"
    )


def test_of_files_at_one_path_either_is_right(tmp_path: Path) -> None:
    info = "other-1.0.dist-info"
    members: dict[str, Content] = {"shared.py": "of other", "demo/größe.py": "x = 1\n"}
    other = archive(
        tmp_path, {**members, **{f"{info}/{name}": "" for name in ("METADATA", "WHEEL", "RECORD")}}, "other"
    )
    demo = archive(tmp_path, {**MEMBERS, "shared.py": "of demo"})
    install(tmp_path, other)
    venv = install(tmp_path, demo)
    assert (tmp_path / "opt/venv" / SITE / "shared.py").read_text() == "of demo"
    compare([demo, other], venv)
    (venv.site_packages / "shared.py").write_text("of other")
    compare([demo, other], venv)
    (venv.site_packages / "shared.py").write_text("of neither")
    with pytest.raises(StrataError) as caught:
        compare([demo, other], venv)
    assert str(caught.value) == (
        f"The installer installed shared.py with other content than demo-1.0-py3-none-any.whl has.\n{FIX}"
    )
