"""Every CPython from 3.9 on that is on this machine imports the library, and reads the plugin.

Pants brings the Python that imports the plugin: 3.9 to 2.24, 3.11 to 2.31, 3.14 from 2.32 on.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# What the library requires, all of it pure Python: packaging 21.3 is the oldest that any Pants brings.
# Of the plugin and, from oras on, of what talks to registries.
_REQUIREMENTS = (
    "packaging",
    "pyparsing",
    "tomli",
    "debian",
    "oras",
    "attr",
    "certifi",
    "charset_normalizer",
    "idna",
    "jsonschema",
    "pyrsistent",
    "requests",
    "urllib3",
)

_PARTS = (
    "strata.debian",
    "strata.errors",
    "strata.interpreters",
    "strata.layers",
    "strata.locks",
    "strata.oci",
    "strata.plan",
    "strata.protocol",
    "strata.wheels",
)

_IMPORT = """
import importlib, pkgutil, sys
sys.path[:0] = sys.argv[1:]
import strata
for module in pkgutil.walk_packages(strata.__path__, "strata."):
    if module.name != "strata.__main__" and not module.name.endswith(("_test", ".conftest")):
        importlib.import_module(module.name)
        print(module.name)
"""

_COMPILE = """
import sys, warnings
from pathlib import Path
warnings.simplefilter("error")
for file in Path(sys.argv[1]).rglob("*.py"):
    compile(file.read_text(encoding="utf-8"), str(file), "exec", dont_inherit=True)
    print(file)
"""


def pythons() -> dict[str, str]:
    """Feature version → an interpreter, of those on PATH and in pyenv."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    found = {f"3.{sys.version_info.minor}": sys.executable}
    for minor in range(9, 20):
        candidates = [shutil.which(f"python3.{minor}"), *map(str, versions.glob(f"3.{minor}.*/bin/python3.{minor}"))]
        for candidate in filter(None, candidates):
            done = subprocess.run([candidate, "-I", "-c", ""], capture_output=True, check=False)
            # A shim is there for a Python that does not run.
            if done.returncode == 0:
                found.setdefault(f"3.{minor}", candidate)
    return found


def run(python: str, program: str, *arguments: Path) -> list[str]:
    """Return the lines that a program prints."""
    done = subprocess.run(
        [python, "-I", "-B", "-c", program, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def requirements(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the requirements alone, for Pythons that have none of them."""
    folder = tmp_path_factory.mktemp("requirements")
    for name in _REQUIREMENTS:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        # Compiled modules are for one Python.
        shutil.copytree(Path(spec.origin).parent, folder / name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    return folder


@pytest.mark.parametrize("python", pythons().items(), ids=lambda item: str(item[0]))
def test_imports_every_module_of_the_library(python: tuple[str, str], requirements: Path) -> None:
    modules = run(python[1], _IMPORT, Path("src").resolve(), requirements)
    assert set(_PARTS) <= {module.rpartition(".")[0] for module in modules}


@pytest.mark.parametrize("python", pythons().items(), ids=lambda item: str(item[0]))
def test_compiles_every_module_of_the_plugin_without_a_warning(python: tuple[str, str]) -> None:
    plugin = Path("pants-plugins/pants_strata")
    assert len(run(python[1], _COMPILE, plugin.resolve())) == len(list(plugin.rglob("*.py")))
