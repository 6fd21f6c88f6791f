"""Wheels at the edges: very large ones, and those that installers would understand each in its own way.

More of what is refused is tested in strata.wheels.archive_test.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.locks.installers import TOOLS
from strata.protocol import proof
from strata.protocol.wheel import Wheel
from strata.wheels.archive import WheelArchive
from support.venvs.sandbox import Interpreter
from support.venvs.wheels import EXECUTABLE, Member, WheelFile


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[WheelFile, Path]:
    """A wheel, and the folder that it lies in."""
    piece, module = random.Random(1).randbytes(1 << 20), "def f(x):\n    return {'a': x}\n" * 500
    wheel = WheelFile(
        "large",
        files={
            **{f"large/{number}.bin": Member(piece * 48, stored=True, zip64=number == 0) for number in range(3)},
            **{f"large/module_{number}.py": module for number in range(200)},
            "large-1.0.data/scripts/large": Member(b"#!python\n" + piece * 8, EXECUTABLE, stored=True),
        },
        record=["large/0.bin"],
    )
    folder = tmp_path_factory.mktemp("large")
    assert wheel.write(folder).stat().st_size > 150e6
    return wheel, folder


def check_memory(sandbox: Path) -> None:
    library, children = json.loads((sandbox / "memory.json").read_bytes())
    assert library < 64e6
    assert children < 140e6


@pytest.mark.parametrize("tool", TOOLS)
def test_memory_stays_flat_where_a_large_wheel_is_installed(
    tool: str, large: tuple[WheelFile, Path], interpreter: Interpreter, tmp_path: Path
) -> None:
    wheel, folder = large
    (tmp_path / "wheels").symlink_to(folder)
    assert interpreter.prove(tool, [wheel], tmp_path) == proof.Result()
    check_memory(tmp_path)


def test_memory_stays_flat_with_the_layer_of_a_large_wheel(
    large: tuple[WheelFile, Path], interpreter: Interpreter, tmp_path: Path
) -> None:
    wheel, folder = large
    (tmp_path / "wheels").symlink_to(folder)
    assert interpreter.layer([wheel], tmp_path).layer.size > 150e6
    check_memory(tmp_path)


@pytest.mark.parametrize(
    "wheel, member, reason",
    [
        (
            WheelFile("bad", files={"bad.py": "1"}, again=[("bad.py", "2")]),
            "bad.py",
            "the wheel has two different files for its path",
        ),
        (
            WheelFile("bad", files={"bad.py": "1", "bad-1.0.data/purelib/bad.py": "2"}),
            "bad-1.0.data/purelib/bad.py",
            "the wheel has two different files for its path",
        ),
        (
            WheelFile("bad", files={"other-1.0.data/data/a": "1"}),
            "other-1.0.data/data/a",
            "installers disagree on a directory of data that is not called bad-1.0.data",
        ),
    ],
)
def test_ambiguous_files(wheel: WheelFile, member: str, reason: str, tmp_path: Path) -> None:
    assert refusal(wheel, tmp_path) == (
        f"bad-1.0-py3-none-any.whl has a file that must not be installed: {member}.\nFound:\n  {reason}\n"
        "Fix: the wheel is damaged or malicious: lock another version, and tell the project."
    )


@pytest.mark.parametrize(
    "without, reason",
    [
        (["METADATA"], "it has no bad-1.0.dist-info/METADATA"),
        (["WHEEL"], "it has no bad-1.0.dist-info/WHEEL"),
        (["RECORD"], "it has no bad-1.0.dist-info/RECORD"),
        (["METADATA", "WHEEL", "RECORD"], "it has 0 .dist-info directories"),
    ],
)
def test_wheels_without_metadata(without: list[str], reason: str, tmp_path: Path) -> None:
    assert refusal(WheelFile("bad", without=without), tmp_path) == (
        f"bad-1.0-py3-none-any.whl is no wheel that can be read.\nFound:\n  {reason}\n"
        "Fix: lock another version of the project."
    )


def refusal(wheel: WheelFile, folder: Path) -> str:
    with pytest.raises(StrataError) as caught:
        WheelArchive.open(Wheel(wheel.project, wheel.version, wheel.write(folder)), "3.13")
    return str(caught.value)
