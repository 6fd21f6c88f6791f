"""A second `package` leaves alone what the first one wrote, and writes what somebody changed, lost or takes too."""

from __future__ import annotations

import os
import re
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from strata.layouts.validate import validate
from support.nested_pants import NestedPants, Ran, nested_pants

BUILD = """\
python_sources()

python_image(name="one", entry_point="one.py")

python_image(name="two", entry_point="two.py")
"""
FILES = {"src/app/BUILD": BUILD, "src/app/one.py": "print('one')\n", "src/app/two.py": "print('two')\n"}
ARCHIVE = 'archive(name="box", format="tar", packages=["src/app:two"])\n'
SHARED = "--strata-share-blobs"


@pytest.fixture(scope="module")
def project() -> Iterator[NestedPants]:
    with nested_pants(FILES) as pants:
        yield pants


@pytest.fixture
def fresh(project: NestedPants) -> NestedPants:
    """The project whose two images `package` wrote, or kept, and whose BUILD files have nothing else."""
    shutil.rmtree(project.root / "src/box", ignore_errors=True)
    project.write(FILES)
    project.package("src/app::").succeeded()
    return project


def told(ran: Ran) -> dict[str, str]:
    """The name of each image → whether it was written or kept."""
    ran.succeeded()
    return {name: verb for verb, name in re.findall(r"(Wrote|Kept) dist/src\.app/(\w+)$", ran.stderr, re.MULTILINE)}


def states(folder: Path) -> dict[str, tuple[int, ...]]:
    """All that the system says of each file but when it was last read."""
    found: dict[str, tuple[int, ...]] = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        found[str(path)] = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode)
    return found


def app_layer(layout: Path) -> Path:
    """The smallest blob that is compressed."""
    blobs = [path for path in (layout / "blobs/sha256").iterdir() if path.read_bytes()[:2] == b"\x1f\x8b"]
    return min(blobs, key=lambda path: path.stat().st_size)


def test_what_lies_there_is_not_touched(fresh: NestedPants) -> None:
    dist = fresh.root / "dist"
    before = states(dist)
    ran = fresh.package("src/app::")
    assert told(ran) == {"one": "Kept", "two": "Kept"}
    assert states(dist) == before
    # The digest, and no more: the run that wrote it told the rest.
    assert re.search(r"Kept dist/src\.app/one\n  linux/amd64 sha256:[0-9a-f]{64}\n", ran.stderr)
    assert "app: " not in ran.stderr


def damage(layout: Path) -> None:
    blob = app_layer(layout)
    status = blob.stat()
    blob.write_bytes(bytes(status.st_size))
    os.utime(blob, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize(
    "change",
    [
        damage,
        lambda layout: app_layer(layout).unlink(),
        lambda layout: (layout / "stray").touch(),
        lambda layout: layout.with_name(f"{layout.name}.inputs.json").unlink(),
        shutil.rmtree,
    ],
    ids=["a damaged blob", "a lost blob", "a stray file", "no build inputs", "no layout"],
)
def test_what_somebody_changed_is_written(change: Callable[[Path], object], fresh: NestedPants) -> None:
    layout = fresh.root / "dist/src.app/one"
    names = sorted(os.listdir(layout.parent))
    change(layout)
    assert told(fresh.package("src/app::")) == {"one": "Wrote", "two": "Kept"}
    assert sorted(os.listdir(layout.parent)) == names
    assert sorted(os.listdir(layout)) == ["blobs", "index.json", "oci-layout"]
    assert validate(layout) == []


def test_what_has_changed_is_written(fresh: NestedPants) -> None:
    fresh.write({"src/app/one.py": "print('another')\n"})
    assert told(fresh.package("src/app::")) == {"one": "Wrote", "two": "Kept"}
    assert told(fresh.package("src/app::")) == {"one": "Kept", "two": "Kept"}


def test_a_run_that_failed_wrote_nothing(fresh: NestedPants) -> None:
    fresh.write({"src/app/one.py": "print('one more')\n", "src/app/BUILD": BUILD.replace("two.py", "three.py")})
    assert "three.py" in fresh.package("src/app::").error
    fresh.write({"src/app/BUILD": BUILD})
    assert told(fresh.package("src/app::")) == {"one": "Wrote", "two": "Kept"}


def test_another_target_gets_the_files_that_it_takes(fresh: NestedPants) -> None:
    fresh.write({"src/box/BUILD": ARCHIVE})
    for _ in range(2):
        assert told(fresh.package("::")) == {"one": "Kept", "two": "Wrote"}
        with tarfile.open(fresh.root / "dist/src.box/box.tar") as box:
            assert "src.app/two/index.json" in box.getnames()
    # Nobody asks for the archive here, but what takes what is asked for all targets alone.
    assert told(fresh.package("src/app:one")) == {"one": "Wrote"}


def test_another_goal_gets_the_files(fresh: NestedPants) -> None:
    assert told(fresh.run("package", "test", "src/app::")) == {"one": "Wrote", "two": "Wrote"}


def test_an_option_has_all_written(fresh: NestedPants) -> None:
    assert told(fresh.package("src/app::", "--no-strata-keep-unchanged")) == {"one": "Wrote", "two": "Wrote"}


def test_layouts_that_share_their_blobs(fresh: NestedPants) -> None:
    assert told(fresh.package("src/app::", SHARED)) == {"one": "Wrote", "two": "Wrote"}
    before = states(fresh.root / "dist")
    assert told(fresh.package("src/app::", SHARED)) == {"one": "Kept", "two": "Kept"}
    assert states(fresh.root / "dist") == before
    one, two = (fresh.root / "dist/src.app" / name for name in ("one", "two"))
    shared = {path.name for path in (two / "blobs/sha256").iterdir()}
    damage(one)
    assert {path.name for path in (two / "blobs/sha256").iterdir()} == shared
    assert told(fresh.package("src/app::", SHARED))["one"] == "Wrote"
    assert validate(one) == validate(two) == []
