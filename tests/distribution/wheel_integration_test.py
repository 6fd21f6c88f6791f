"""The wheel `pants-strata` in a repository that has nothing else: what a new team writes, and what it gets."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.nested_pants import NestedPants, empty_repository
from support.oci.container import unpack

PANTS_TOML = """\
[GLOBAL]
pants_version = "{version}"
backend_packages = ["pants.backend.python", "pants_strata"]

[anonymous-telemetry]
enabled = false

[source]
root_patterns = ["/src"]

[python]
interpreter_constraints = ["CPython==3.13.*"]
enable_resolves = true
default_resolve = "apps"

[python.resolves]
apps = "3rdparty/apps.lock"

[python-infer]
use_rust_parser = true
"""
FILES = {
    "3rdparty/BUILD": "python_requirements()\n",
    "3rdparty/requirements.txt": "six==1.16.0\n",
    # Made by uv, as the README has it: the Pex of Pants 2.17 does not know CPython 3.13.
    "3rdparty/apps.lock": (
        "six==1.16.0 --hash=sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254\n"
    ),
    "src/app/BUILD": 'python_sources()\n\npython_image(name="image", entry_point="main.py")\n',
    "src/app/main.py": "import sys\n\nimport six\n\nprint(six.__version__, *sys.version_info[:2])\n",
}


@pytest.fixture(scope="module")
def wheel() -> Path:
    (path,) = Path().glob("pants_strata-*.whl")
    return path.resolve()


@pytest.fixture(scope="module")
def repository(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NestedPants]:
    # A new folder, so that Pants does not take an older wheel of the same version from its cache.
    links = tmp_path_factory.mktemp("links")
    shutil.copy(wheel, links)
    version = re.search(r'^pants_version = "(.*)"', Path("pants.toml").read_text(), re.M)
    assert version is not None
    with empty_repository({"pants.toml": PANTS_TOML.format(version=version[1]), **FILES}) as pants:
        # ./pants, which here has a Pants of its own, takes plugins from the environment alone.
        plugins = json.dumps([f"pants-strata=={wheel.name.split('-')[1]}"])
        yield pants.with_environment(PANTS_PLUGINS=plugins, PANTS_PYTHON_REPOS_FIND_LINKS=f'["{links.as_uri()}"]')


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


def test_an_image_from_the_lock_of_a_resolve(repository: NestedPants, tmp_path: Path) -> None:
    repository.run("package", "::").succeeded()
    assert sorted(os.listdir(repository.root / "dist")) == ["src.app"]
    image = unpack(repository.root / "dist/src.app/image", tmp_path)
    assert image.run().output == "1.16.0 3 13\n"


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
