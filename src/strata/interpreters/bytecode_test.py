from __future__ import annotations

import errno
import importlib.util
import marshal
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from strata.interpreters import compile_modules
from strata.interpreters.bytecode import cache_path, compiled_modules, write_archive
from strata.oci.zip_member import ZipMember

# Warns in each version of Python, when it is compiled.
WARNS = "x = 1 is 1\n"


def compiled(folder: Path, *, which: str = "valid") -> dict[str, bytes]:
    return {name: member.read_bytes() for name, member in members(folder, which=which).items()}


def members(folder: Path, *, which: str) -> dict[str, ZipMember]:
    root, python = folder / "sources", [sys.executable]
    sources = {path.relative_to(root).as_posix(): path for path in root.rglob("*.py")}
    return compiled_modules(sources, python, "/app", folder / "scratch", which=which)  # type: ignore[arg-type]


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


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The number of a process that compiles for this one."""
    questions, ask = os.pipe()
    answers, tell = os.pipe()
    number = os.fork()
    if number == 0:
        try:
            os.close(ask)
            compile_modules.serve((questions, tell))
        finally:
            os._exit(0)
    for each in (questions, tell):
        os.close(each)
    monkeypatch.setattr(compile_modules, "server", (answers, ask))
    yield number
    for each in (answers, ask):
        os.close(each)
    os.waitpid(number, 0)


@pytest.mark.usefixtures("server")
def test_a_server_compiles_once(tmp_path: Path) -> None:
    write(tmp_path / "one", a="NAMES = 'x', 'y', 'z'\n", bad="print 1\n")
    write(tmp_path / "two", a="NAMES = 'x', 'y', 'z'\n", bad="print 1\n")
    by_server = compiled(tmp_path / "one")
    assert compile_modules.server is None
    assert list(by_server) == ["a.py"]
    assert compiled(tmp_path / "two") == by_server


@pytest.mark.usefixtures("server")
def test_a_server_that_fails(tmp_path: Path) -> None:
    write(tmp_path, bad="print 1\n")
    with pytest.raises(RuntimeError, match=r"^the process that compiles modules of /app ended with 1$"):
        compiled(tmp_path, which="all")


def test_a_server_that_somebody_killed(tmp_path: Path, server: int) -> None:
    os.kill(server, signal.SIGKILL)
    write(tmp_path, a="x = 1\n")
    with pytest.raises(RuntimeError, match=r"^the process that compiles modules of /app ended with -9$"):
        compiled(tmp_path)


@pytest.mark.parametrize("source", ["{{ template }} = \n", "print 1\n", "x = '\0'\n", "(" * 10_000])
def test_what_does_not_compile(tmp_path: Path, source: str, capfd: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, bad=source, good="x = 1\n", warns=WARNS)
    assert list(compiled(tmp_path)) == ["good.py", "warns.py"]
    assert capfd.readouterr().err == ""
    with pytest.raises(RuntimeError, match=r"the process that compiles .* ended with 1"):
        compiled(tmp_path, which="all")


def test_members_of_an_archive_are_compiled_in_their_place(tmp_path: Path) -> None:
    """A damaged one is left out: whoever writes a layer of it says what is wrong."""
    write(tmp_path, a="x = 1\n" * 50, b="", c="y = 2\n" * 50)
    archive = tmp_path / "a.whl"
    with zipfile.ZipFile(archive, "w") as written:
        for path in sorted((tmp_path / "sources").iterdir()):
            method = zipfile.ZIP_STORED if path.name == "c.py" else zipfile.ZIP_DEFLATED
            written.write(path, path.name, method)
    with zipfile.ZipFile(archive) as opened:
        infos = opened.infolist()
    found_in = {member.name: member for member in ZipMember.find_all(archive, infos)}
    damaged = replace(found_in["a.py"], offset=found_in["a.py"].offset + 1)
    scratch = tmp_path / "members"
    found = compiled_modules({**found_in, "d.py": damaged}, [sys.executable], "/app", scratch, which="valid")
    assert {name: member.read_bytes() for name, member in found.items()} == compiled(tmp_path)


def test_a_source_that_cannot_be_read_is_not_left_out(tmp_path: Path) -> None:
    compile_modules.write_sources(str(tmp_path), [("a.py", str(tmp_path / "absent"), 0, 1, 1, False)])
    with pytest.raises(FileNotFoundError):
        compile_modules.compile_modules(str(tmp_path), "/app", skip_invalid=True)


def test_an_archive_can_be_imported_from(tmp_path: Path) -> None:
    write(tmp_path, first="x = 1\n", second="from first import x\n")
    archive = tmp_path / "lib.zip"
    write_archive({f"{name}c": code for name, code in members(tmp_path, which="all").items()}, archive)
    script = f"import sys; sys.path.insert(0, {str(archive)!r}); from second import x; print(x)"
    ran = subprocess.run(
        [sys.executable, "-I", "-c", script], timeout=60, check=True, stdout=subprocess.PIPE, text=True
    )
    assert ran.stdout == "1\n"


@pytest.mark.parametrize("module", ["a.py", "a/b/__init__.py", "a/b.c.py"])
def test_where_bytecode_lies(module: str) -> None:
    version = "{}.{}".format(*sys.version_info)
    assert cache_path(f"lib/{module}", version) == importlib.util.cache_from_source(f"lib/{module}")


def test_no_room_for_the_bytecode(tmp_path: Path) -> None:
    """The file is a device on which each write fails, as on a disk without room."""
    write(tmp_path, a="x = 1\n" * 9000)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "bytecode").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"No space left on device: '.*/scratch'") as raised:
        compiled(tmp_path)
    assert raised.value.errno == errno.ENOSPC
