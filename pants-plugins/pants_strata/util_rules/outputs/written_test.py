from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from pants.engine.fs import Directory, FileDigest, FileEntry, SymlinkEntry
from pants.engine.internals.native_engine import Digest

from pants_strata.artifacts.dist import Output
from pants_strata.util_rules.outputs.written import Entry, Written

FILES = {
    "app/index.json": b"{}",
    "app/blobs/one": b"1",
    "app/run": b"#!",
    "app.inputs.json": b"[]",
    ".shared/two": b"22",
}
LINK = SymlinkEntry("app/link", "../.shared")
FIRST, SECOND = Digest("a" * 64, 1), Digest("b" * 64, 1)


def file(path: str, content: bytes) -> FileEntry:
    return FileEntry(path, FileDigest(sha256(content).hexdigest(), len(content)), is_executable=path == "app/run")


ENTRIES: list[Entry] = [*(file(path, content) for path, content in FILES.items()), LINK, Directory("app/empty")]


def output(dist: Path, digest: Digest = FIRST) -> Output:
    return Output(str(dist), ("app", "app.inputs.json"), digest)


def write(dist: Path) -> None:
    """As Pants writes the package."""
    shutil.rmtree(dist / "app", ignore_errors=True)
    for path, content in FILES.items():
        (dist / path).parent.mkdir(parents=True, exist_ok=True)
        (dist / path).write_bytes(content)
    (dist / "app/run").chmod(0o755)
    (dist / LINK.path).symlink_to(LINK.target)
    (dist / "app/empty").mkdir()


def lies(known: Written, expected: Output, run: int) -> bool:
    return known.unchanged(expected.folder, expected.own[0], run) == expected


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    return tmp_path / "dist"


@pytest.fixture
def written(dist: Path) -> Written:
    """What is known of a package that was written."""
    known = Written()
    known.note(output(dist), ENTRIES)
    write(dist)
    known.look()
    _pass_time(dist)
    return known


def _pass_time(dist: Path) -> None:
    """Wait until the system gives files another time than it gave until now: it counts in milliseconds."""
    probe, now = dist / "probe", os.lstat(dist / "app/run").st_ctime_ns
    probe.touch()
    while probe.stat().st_ctime_ns <= now:
        probe.touch()


def test_what_was_written_lies_there(written: Written, dist: Path) -> None:
    assert lies(written, output(dist), 1)
    assert lies(written, output(dist), 2)


def test_another_package_does_not_lie_there(written: Written, dist: Path) -> None:
    assert not lies(written, output(dist, SECOND), 1)
    assert not lies(written, Output(str(dist), ("app",), FIRST), 1)
    assert not lies(written, output(dist.parent), 1)


def _same_size(path: Path) -> None:
    path.write_bytes(bytes(len(path.read_bytes())))


def _same_size_and_time(path: Path) -> None:
    times = path.stat()
    _same_size(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _replace(path: Path) -> None:
    path.rename(path.with_name("other"))
    shutil.copy2(path.with_name("other"), path)
    path.with_name("other").unlink()


@pytest.mark.parametrize(
    "path, change",
    [
        *((path, change) for path in FILES for change in (Path.unlink, _same_size, _same_size_and_time, _replace)),
        ("app/link", Path.unlink),
        ("app/run", lambda path: path.chmod(0o644)),
        ("app", shutil.rmtree),
        ("app/blobs/stray", Path.touch),
        ("app/stray", lambda path: path.symlink_to("run")),
    ],
)
def test_what_somebody_changed_is_written_anew(
    path: str, change: Callable[[Path], None], written: Written, dist: Path
) -> None:
    assert lies(written, output(dist), 1)
    change(dist / path)
    assert not lies(written, output(dist), 2)


def test_what_lies_beside_a_package_is_no_part_of_it(written: Written, dist: Path) -> None:
    (dist / ".shared/three").touch()
    (dist / "app.other").touch()
    assert lies(written, output(dist), 1)


def test_a_shared_file_is_asked_for_once_in_a_run(written: Written, dist: Path) -> None:
    assert lies(written, output(dist), 1)
    (dist / ".shared/two").unlink()
    assert lies(written, output(dist), 1)
    assert not lies(written, output(dist), 2)


def test_nothing_is_known_before_the_end_of_the_run(dist: Path) -> None:
    known = Written()
    known.note(output(dist), ENTRIES)
    write(dist)
    assert not lies(known, output(dist), 1)


def test_what_is_about_to_be_written_is_no_longer_known(written: Written, dist: Path) -> None:
    written.note(output(dist, SECOND), ENTRIES)
    assert not lies(written, output(dist), 1)


@pytest.mark.parametrize(
    "path, change",
    [
        *((path, Path.unlink) for path in FILES),
        *((path, lambda path: path.write_bytes(b"longer")) for path in FILES),
        ("app/run", lambda path: path.chmod(0o644)),
        ("app/index.json", lambda path: path.chmod(0o755)),
        ("app/link", lambda path: (path.unlink(), path.symlink_to("elsewhere"))),
        ("app/link", lambda path: (path.unlink(), path.touch())),
        ("app/blobs/one", lambda path: (path.unlink(), path.symlink_to("1"))),
        ("app/stray", Path.touch),
        ("app", shutil.rmtree),
    ],
)
def test_what_was_not_written_as_a_whole_is_not_known(path: str, change: Callable[[Path], None], dist: Path) -> None:
    known = Written()
    known.note(output(dist), ENTRIES)
    write(dist)
    change(dist / path)
    known.look()
    assert not lies(known, output(dist), 1)


def test_what_lay_there_before_was_not_written(dist: Path) -> None:
    write(dist)
    known = Written(clock=lambda: time.time_ns() + 10**9)
    known.note(output(dist), ENTRIES)
    known.look()
    assert not lies(known, output(dist), 1)


def test_a_failed_run_leaves_nothing_to_the_next_one(dist: Path) -> None:
    known = Written()
    known.note(output(dist), ENTRIES)
    known.look()
    write(dist)
    known.look()
    assert not lies(known, output(dist), 1)


def test_a_folder_that_cannot_be_read_holds_nothing(written: Written, dist: Path) -> None:
    shutil.rmtree(dist)
    dist.touch()
    assert not lies(written, output(dist), 1)
    written.note(output(dist), ENTRIES)
    written.look()
    assert not lies(written, output(dist), 2)
