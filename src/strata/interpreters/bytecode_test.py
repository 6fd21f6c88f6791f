from __future__ import annotations

import errno
import importlib.util
import marshal
import sys
from pathlib import Path

import pytest

from strata.interpreters.bytecode import cache_path, compile_directory, compiled_modules

# Warns in each version of Python, when it is compiled.
WARNS = "x = 1 is 1\n"


def compiled(folder: Path, *, which: str = "valid") -> dict[str, bytes]:
    archive = folder / "bytecode.zip"
    compile_directory(folder / "sources", [sys.executable], "/app", archive, which=which)  # type: ignore[arg-type]
    return {name: member.read_bytes() for name, member in compiled_modules(archive).items()}


def write(folder: Path, **sources: str) -> None:
    for name, source in sources.items():
        path = folder / "sources" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)


def test_modules_are_compiled_for_their_place(tmp_path: Path) -> None:
    write(tmp_path, b="def f(): pass\n", a__c="x = {'a', 'b'}\n")
    (tmp_path / "sources" / "data.txt").write_text("no module")
    found = compiled(tmp_path)
    assert list(found) == ["a/c.py", "b.py"]
    assert found["b.py"][:8] == importlib.util.MAGIC_NUMBER + b"\1\0\0\0"
    assert found["b.py"][8:16] == importlib.util.source_hash(b"def f(): pass\n")
    assert marshal.loads(found["b.py"][16:]).co_filename == "/app/b.py"


def test_the_place_of_the_sources_makes_no_difference(tmp_path: Path) -> None:
    results = []
    for name in ("one", "a much longer name/two"):
        write(tmp_path / name, a="import b, c\nNAMES = 'x', 'y', 'z'\n", b="def f(*, x=1.5): return x\n")
        results.append(compiled(tmp_path / name))
    assert results[0] == results[1]


@pytest.mark.parametrize("source", ["{{ template }} = \n", "print 1\n", "x = '\0'\n", "(" * 10_000])
def test_what_does_not_compile(tmp_path: Path, source: str, capfd: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, bad=source, good="x = 1\n", warns=WARNS)
    assert list(compiled(tmp_path)) == ["good.py", "warns.py"]
    assert capfd.readouterr().err == ""
    with pytest.raises(RuntimeError, match=r"the process that compiles .* ended with 1"):
        compiled(tmp_path, which="all")


@pytest.mark.parametrize("module", ["a.py", "a/b/__init__.py", "a/b.c.py"])
def test_where_bytecode_lies(module: str) -> None:
    version = "{}.{}".format(*sys.version_info)
    assert cache_path(f"lib/{module}", version) == importlib.util.cache_from_source(f"lib/{module}")


def test_no_room_for_the_archive(tmp_path: Path) -> None:
    """The file is a device on which each write fails, as on a disk without room."""
    write(tmp_path, a="x = 1\n" * 9000)
    with pytest.raises(OSError, match="No space left on device: '/dev/full'") as raised:
        compile_directory(tmp_path / "sources", [sys.executable], "/app", Path("/dev/full"), which="all")
    assert raised.value.errno == errno.ENOSPC
