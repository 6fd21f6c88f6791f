"""The wheel `pants-strata`: what it holds. tutorial_integration_test.py builds with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel() -> Path:
    (path,) = Path().glob("pants_strata-*.whl")
    return path.resolve()


def test_what_the_wheel_holds(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
    assert {name for name in names if name.startswith(("strata/", "pants_strata/")) and name.endswith(".py")} == {
        str(path.relative_to(root))
        for root in (Path("src"), Path("pants-plugins"))
        for package in ("strata", "pants_strata")
        for path in (root / package).rglob("*.py")
        if not path.name.endswith("_test.py")
    }
    assert {"strata/py.typed", "pants_strata/py.typed"} <= set(names)
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert not [name for name in names if re.search(r"(_test\.py|conftest\.py|BUILD|example_\w+\.py)$", name)]
    assert "\nRequires-Python: >=3.9\n" in metadata
    assert "pantsbuild" not in metadata.partition("\n\n")[0]


_SLICES = """
import json
import sys

sys.path[:0] = sys.argv[1:]
from pants_strata.library_slice import modules_of, without_prose
from strata.verbs import VERBS

slices = {verb: {path: without_prose(text) for path, text in modules_of(verb).items()} for verb in VERBS}
print(json.dumps([__import__("strata").__file__, slices]))
"""


def _slices(*roots: str) -> tuple[str, dict[str, dict[str, str]]]:
    """Return where the library was found below the roots, and the sources of each verb's slice of it."""
    ran = subprocess.run(
        [sys.executable, "-c", _SLICES, *roots],
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if "site-packages" in path)},
        check=True,
        stdout=subprocess.PIPE,
    )
    found, slices = json.loads(ran.stdout)
    return found, slices


def test_slices_of_the_library_are_those_of_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    in_zip, zipped = _slices(str(wheel))
    installed_at, installed = _slices(str(tmp_path))
    _, checkout = _slices(os.path.abspath("src"), os.path.abspath("pants-plugins"))
    assert (in_zip, installed_at) == (f"{wheel}/strata/__init__.py", f"{tmp_path}/strata/__init__.py")
    assert zipped == installed == checkout
