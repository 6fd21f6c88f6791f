from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import strata

PLUGIN, LIBRARY = Path(__file__).parents[1], Path(strata.__file__).parents[1]


def loaded(*path: Path) -> str:
    """What a new Python says that imports the plugin from these directories; empty where it could."""
    program = "import sys; sys.path[:0] = sys.argv[1:]; import pants_strata"
    ran = subprocess.run(
        [sys.executable, "-B", "-c", program, *map(str, path)],
        # Pants itself, wherever this test has it from.
        env={"PYTHONPATH": os.pathsep.join(each for each in sys.path if "site-packages" in each)},
        cwd="/",
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return ran.stderr.partition("ImportError: ")[2].rstrip("\n")


def test_the_library_is_found() -> None:
    assert loaded(PLUGIN, LIBRARY) == ""


def test_the_library_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "pants_strata").symlink_to(PLUGIN / "pants_strata")
    assert loaded(tmp_path) == (
        "The plugin pants_strata does not find its library, the package `strata`. Fix: name `pants-strata` in "
        "`[GLOBAL].plugins`; for a checkout, name both `pants-plugins` and `src` in `[GLOBAL].pythonpath`."
    )


@pytest.mark.parametrize("name", ["strata.py", "strata/__init__.py"])
def test_another_package_of_the_name_is_first(tmp_path: Path, name: str) -> None:
    other = tmp_path / name
    other.parent.mkdir(exist_ok=True)
    other.write_text("")
    assert loaded(tmp_path, PLUGIN, LIBRARY) == (
        f"The plugin pants_strata needs its own library, and Python finds another `strata` first: {other}. Fix: take "
        "what brings it out of `[GLOBAL].plugins` or `[GLOBAL].pythonpath`, or name it behind `pants-strata`."
    )
