from __future__ import annotations

import csv
import importlib.util
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from strata.layers import dependencies
from strata.protocol.dependencies_layer import Bytecode, Distribution, Libraries, Request, Result
from strata.protocol.wheel import Wheel
from support.interpreters import write_interpreter
from support.oci.layers import blob_of
from support.standalone.elf import elf
from support.wheels import Content, write_wheel

VERSION = "{}.{}".format(*sys.version_info)
SITE = f"opt/venv/lib/python{VERSION}/site-packages"
TAG = sys.implementation.cache_tag


@pytest.fixture(autouse=True)
def _sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def wheel(name: str, members: Mapping[str, Content]) -> Wheel:
    info = f"{name}-1.0.dist-info"
    metadata = {f"{info}/{file}": "" for file in ("METADATA", "WHEEL", "RECORD")}
    return write_wheel(Path(), {**members, **metadata}, name=name)


def run(*wheels: Wheel, bytecode: Bytecode = "none") -> Result:
    return dependencies.run(Request(write_interpreter(Path("python")), wheels, bytecode, "gzip"))


def files(result: Result) -> dict[str, bytes]:
    with tarfile.open(blob_of(result.layer)) as archive:
        opened = {member.name: archive.extractfile(member) for member in archive}
        return {name: content.read() for name, content in opened.items() if content}


def recorded(found: Mapping[str, bytes], name: str) -> dict[str, list[str]]:
    text = found[f"{SITE}/{name}-1.0.dist-info/RECORD"].decode()
    return {row[0]: row[1:] for row in csv.reader(text.splitlines())}


def test_layer_of_one_wheel() -> None:
    result = run(wheel("demo", {"demo.py": "x = 1\n"}))
    assert result.layer.contents == {
        "kind": "dependencies",
        "python": VERSION,
        "packages": {"demo": "1.0"},
        "bytecode": False,
        "installers": [],
        "format": 4,
    }
    info = f"{SITE}/demo-1.0.dist-info"
    names = ["INSTALLER", "METADATA", "RECORD", "WHEEL"]
    assert list(files(result)) == [*(f"{info}/{name}" for name in names), f"{SITE}/demo.py"]
    summaries = {
        "demo-1.0.dist-info/METADATA": "00000000:0",
        "demo-1.0.dist-info/WHEEL": "00000000:0",
        "demo.py": "8bf6893b:6",
    }
    described = {f"lib/python{VERSION}/site-packages/{path}": summary for path, summary in summaries.items()}
    assert result.distributions == {"demo": Distribution(("demo",), (), described)}


def test_code_that_runs_at_each_start_is_named() -> None:
    """And is in no description of the layer: it would change the digests of images."""
    members = {
        "paths.pth": "/srv\n",
        "code.pth": "/srv\nimport code\n",
        "sitecustomize.py": "",
        "x/sitecustomize.py": "",
    }
    result = run(wheel("demo", members), wheel("other", {"other.py": ""}))
    assert result.distributions["demo"].starts == (f"{SITE}/code.pth", f"{SITE}/sitecustomize.py")
    assert result.distributions["other"].starts == ()
    assert "starts" not in str(result.layer.contents)


def test_bytecode_of_modules() -> None:
    members = {
        "demo/a.py": "x = 1\n",
        "demo/template.py": "{{ x }} = 1 +\n",
        "demo-1.0.data/scripts/tool.py": "x = 1\n",
    }
    result = run(wheel("demo", members), bytecode="all")
    assert result.layer.contents["bytecode"] is True
    found = files(result)
    code = found.pop(f"{SITE}/demo/__pycache__/a.{TAG}.pyc")
    assert code[8:16] == importlib.util.source_hash(b"x = 1\n")
    assert f"/{SITE}/demo/a.py".encode() in code
    assert not [path for path in found if "__pycache__" in path]
    rows = recorded(files(result), "demo")
    assert rows[f"demo/__pycache__/a.{TAG}.pyc"] == ["", ""]
    assert [path for path in rows if "__pycache__" in path] == [f"demo/__pycache__/a.{TAG}.pyc"]
    assert not [path for path in result.distributions["demo"].files if "__pycache__" in path]
    assert sorted(path.name for path in Path().iterdir()) == ["blobs", "demo-1.0-py3-none-any.whl", "python"]


def test_without_the_bytecode_of_tests() -> None:
    members = {"demo/a.py": "x = 1\n", "demo/tests/test_a.py": "x = 2\n", "demo/more/tests/tool.py": "x = 3\n"}
    tested = wheel("demo", members)
    every, less = files(run(tested, bytecode="all")), run(tested, bytecode="without tests")
    assert (less.layer.contents["bytecode"], less.layer.contents["testBytecode"]) == (True, False)
    left_out = {
        f"demo/{folder}/__pycache__/{name}.{TAG}.pyc" for folder, name in [("tests", "test_a"), ("more/tests", "tool")]
    }
    assert every.keys() - files(less).keys() == {f"{SITE}/{path}" for path in left_out}
    assert f"{SITE}/demo/__pycache__/a.{TAG}.pyc" in files(less)
    assert recorded(every, "demo").keys() - recorded(files(less), "demo").keys() == left_out
    # The files of a wheel, which tell who has which module, are the same.
    assert less.distributions == run(tested, bytecode="all").distributions


def test_a_wheel_without_tests_has_one_layer_in_either_case() -> None:
    plain = wheel("demo", {"demo/a.py": "x = 1\n"})
    assert run(plain, bytecode="without tests") == run(plain, bytecode="all")


def test_of_different_files_the_last_name_wins() -> None:
    first = wheel("first", {"shared.py": "x = 1\n", "same.py": "", "template.py": "x = 1\n"})
    last = wheel("last", {"shared.py": "x = 22\n", "same.py": "", "template.py": "{{ x }} = 1 +\n"})
    result = run(last, first, bytecode="all")
    assert result == run(first, last, bytecode="all")
    found = files(result)
    assert found[f"{SITE}/shared.py"] == b"x = 22\n"
    assert found[f"{SITE}/__pycache__/shared.{TAG}.pyc"][8:16] == importlib.util.source_hash(b"x = 22\n")
    # The first one's module compiles, and is not there.
    assert f"{SITE}/__pycache__/template.{TAG}.pyc" not in found
    for name in ("first", "last"):
        rows = recorded(found, name)
        assert rows["shared.py"][1] == "7"
        assert f"__pycache__/shared.{TAG}.pyc" in rows
        assert f"__pycache__/template.{TAG}.pyc" not in rows
    described = result.distributions
    path = f"lib/python{VERSION}/site-packages/shared.py"
    assert described["first"].files[path] != described["last"].files[path]


@pytest.mark.parametrize("tag", ["cp313-cp313-manylinux_2_28_x86_64", "py3-none-linux_x86_64"])
def test_shared_libraries_of_wheels_with_machine_code(tag: str) -> None:
    native = elf(loader="", needed=["libz.so.1"], name="libown.so.1")
    plain = wheel("demo", {"demo/own.so": native})
    path = plain.path.rename(f"demo-1.0-{tag}.whl")
    for each, expected in (
        (
            replace(plain, path=path),
            {"linux/amd64": Libraries(("libown.so.1", "own.so"), {"libz.so.1": "demo/own.so"})},
        ),
        # Its name says that it has none.
        (wheel("demo", {"demo/own.so": native}), {}),
    ):
        assert run(each).distributions["demo"].libraries == expected


def test_files_of_a_wheel_are_the_same_in_each_company() -> None:
    one = wheel("one", {"one.py": "import sys, json\ndef f(*, x): return x, sys, 'sys'\n", "bin.txt": "x"})
    other = wheel("another", {"another.py": "import json\n"})
    alone = files(run(one, bytecode="all"))
    shared = files(run(other, one, bytecode="all"))
    assert alone.items() <= shared.items()
