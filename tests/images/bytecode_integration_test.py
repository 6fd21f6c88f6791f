"""Bytecode in an image: a start of the web example compiles nothing; `bytecode=False` leaves all of it out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.oci.container import UnpackedImage, unpack
from support.oci.examples import SITE_PACKAGES, WEB, WITHOUT_BYTECODE, contents_of

# Imports the app as its start does; what was compiled, and the modules that came from a source file.
_IMPORT = """
import importlib._bootstrap_external as external, json, sys
compiled = []
source_to_code = external.SourceLoader.source_to_code
def counted(self, data, path, **options):
    compiled.append(path)
    return source_to_code(self, data, path, **options)
external.SourceLoader.source_to_code = counted
import web.main
files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
print(json.dumps({"compiled": compiled, "loaded": [file for file in files if file.endswith(".py")]}))
"""

# Of each module below two directories: what is wrong with its bytecode.
_CHECK = """
import importlib.util, json, marshal, pathlib, sys
wrong, count = [], 0
for source in [path for root in sys.argv[1:] for path in pathlib.Path(root).rglob("*.py")]:
    count += 1
    cached = pathlib.Path(importlib.util.cache_from_source(source))
    data = cached.read_bytes() if cached.is_file() else b""
    # PEP 552: a hash that is not checked.
    header = importlib.util.MAGIC_NUMBER + b"\\1\\0\\0\\0" + importlib.util.source_hash(source.read_bytes())
    if data[:16] != header or marshal.loads(data[16:]).co_filename != str(source):
        wrong.append(str(source))
print(json.dumps([count, wrong]))
"""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> UnpackedImage:
    return unpack(WEB, tmp_path_factory.mktemp("web") / "bundle")


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> UnpackedImage:
    return unpack(WITHOUT_BYTECODE, tmp_path_factory.mktemp("without") / "bundle")


def imported(image: UnpackedImage) -> Any:
    told = image.python(_IMPORT).json
    assert {"/app/web/main.py", f"{SITE_PACKAGES}/fastapi/routing.py"} < set(told["loaded"])
    return told


def test_a_start_compiles_nothing(web: UnpackedImage) -> None:
    assert imported(web)["compiled"] == []


def test_without_bytecode_a_start_compiles_all(without: UnpackedImage) -> None:
    told = imported(without)
    outside = [file for file in told["loaded"] if not file.startswith("/usr/")]
    assert len(outside) > 100
    assert set(told["compiled"]) == set(outside)


def test_bytecode_is_complete_and_of_its_sources(web: UnpackedImage) -> None:
    count, wrong = web.python(_CHECK, SITE_PACKAGES, "/app").json
    assert count > 300
    assert wrong == []


@pytest.mark.parametrize("has", [True, False])
def test_bytecode_is_in_the_dependencies_and_the_app_or_in_neither(
    has: bool, web: UnpackedImage, without: UnpackedImage
) -> None:
    root = (web if has else without).rootfs
    for part in (SITE_PACKAGES, "/app"):
        assert (next(Path(f"{root}{part}").rglob("__pycache__"), None) is not None) == has
    assert next(Path(root, "usr/lib/python3.13").rglob("__pycache__")).is_dir()


@pytest.mark.parametrize("layout, has", [(WEB, True), (WITHOUT_BYTECODE, False)], ids=str)
def test_layers_say_whether_they_have_bytecode(layout: Path, has: bool) -> None:
    told = [contents.get("bytecode") for contents in contents_of(layout).values()]
    assert told == [None, None, None, *[has] * (len(told) - 3)], json.dumps(told)
