"""Wheels as large as those of libraries for graphics processors: memory stays flat, whatever their sizes and counts.

What the suite does takes seconds. With STRATA_LARGE_WHEELS=1 the sizes are real, through each installer and through
Pants: a wheel of more than 2 GB with a file of more than 8 GiB, for which zip needs its 64-bit fields and tar a pax
header.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from strata.layouts.layout import Layout
from strata.layouts.listing import list_layout
from strata.layouts.validate import validate
from strata.locks.installers import TOOLS
from strata.pieces import file_sha256
from strata.protocol import dependencies_layer, proof
from strata.protocol.wheel import Wheel
from strata.wheels.metadata import read_metadata
from support.nested_pants import nested_pants
from support.venvs.large_wheels import MEBIBYTE, Repeated, many, write_large_wheel
from support.venvs.sandbox import Interpreter

REAL = bool(os.environ.get("STRATA_LARGE_WHEELS"))
only_real = pytest.mark.skipif(not REAL, reason="takes many minutes and 40 GB: set STRATA_LARGE_WHEELS=1")

# Does not compress, and is the same in each run.
NOISE = random.Random(1).randbytes(MEBIBYTE)
SMALL = {"small/one.bin": Repeated(NOISE, 8, level=0), "small/zeros.bin": Repeated(bytes(MEBIBYTE), 8)}
LARGE = {
    "large/one.bin": Repeated(NOISE, 2600 if REAL else 64, level=0),
    "large/zeros.bin": Repeated(bytes(MEBIBYTE), (8 << 10) + 1 if REAL else 256),
    "large/last.txt": Repeated(b"behind all others\n"),
}
MEMBERS = 70_000 if REAL else 66_000
"""More than the directory of a zip archive can count in 16 bits."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("wheels")
    yield folder
    for wheel in folder.iterdir():
        wheel.unlink()


@pytest.fixture(scope="module")
def large(folder: Path) -> Wheel:
    return write_large_wheel(folder, "large", LARGE)


@pytest.fixture(scope="module")
def crowded(folder: Path) -> Wheel:
    """A wheel with one module and many files."""
    return write_large_wheel(
        folder, "crowded", {"crowded/__init__.py": Repeated(b""), **dict(many(MEMBERS, "crowded"))}
    )


def in_sandbox(wheel: Wheel, sandbox: Path) -> tuple[Wheel, ...]:
    sandbox.mkdir(exist_ok=True)
    (sandbox / "wheels").symlink_to(wheel.path.parent)
    return (Wheel(wheel.name, wheel.version, Path("wheels", wheel.path.name)),)


def peak_of_layer(interpreter: Interpreter, wheel: Wheel, sandbox: Path) -> tuple[dependencies_layer.Result, int]:
    """Write the layer of a wheel; the result, and the most memory that it took, in bytes."""
    request = dependencies_layer.Request(interpreter.in_sandbox(), in_sandbox(wheel, sandbox), "all", "gzip")
    return interpreter.run(request, sandbox), json.loads((sandbox / "memory.json").read_bytes())[0]


def peak_of_proof(interpreter: Interpreter, tool: str, wheel: Wheel, sandbox: Path) -> int:
    """Install a wheel and compare; the most memory that the library took, in bytes."""
    request = proof.Request(interpreter.in_sandbox(), interpreter.installer(tool), "x86_64", in_sandbox(wheel, sandbox))
    interpreter.run(request, sandbox)
    peak = int(json.loads((sandbox / "memory.json").read_bytes())[0])
    # Otherwise pytest keeps what was installed.
    shutil.rmtree(sandbox / "scratch")
    return peak


def test_the_layer_of_a_large_wheel_takes_as_much_memory_as_that_of_a_small_one(
    interpreter: Interpreter, large: Wheel, tmp_path: Path
) -> None:
    _, small = peak_of_layer(interpreter, write_large_wheel(tmp_path, "small", SMALL), tmp_path / "small")
    result, peak = peak_of_layer(interpreter, large, tmp_path / "large")
    assert peak < small + 8e6
    # Copied as it is compressed in the wheel.
    assert 0.99 < result.layer.size / large.path.stat().st_size < 1.01
    blob = tmp_path / "large/blobs/sha256" / result.layer.digest.partition(":")[2]
    assert (blob.stat().st_size, f"sha256:{file_sha256(blob)}") == (result.layer.size, result.layer.digest)
    blob.unlink()


@only_real
@pytest.mark.parametrize("tool", TOOLS)
def test_the_proof_of_a_large_wheel_takes_as_much_memory_as_that_of_a_small_one(
    interpreter: Interpreter, tool: str, large: Wheel, tmp_path: Path
) -> None:
    small = peak_of_proof(interpreter, tool, write_large_wheel(tmp_path, "small", SMALL), tmp_path / "small")
    assert peak_of_proof(interpreter, tool, large, tmp_path / "large") < small + 8e6


def test_a_wheel_with_more_members_than_16_bits_count(interpreter: Interpreter, crowded: Wheel, tmp_path: Path) -> None:
    assert read_metadata(crowded.path).import_names == ("crowded",)
    result, peak = peak_of_layer(interpreter, crowded, tmp_path)
    files = result.distributions["crowded"].files
    assert len([path for path in files if path.endswith(".txt")]) == MEMBERS
    # A few kilobytes for each member, and nothing for its content.
    assert peak < 40e6 + MEMBERS * 4e3


@only_real
@pytest.mark.parametrize("tool", TOOLS)
def test_the_proof_of_a_wheel_with_more_members_than_16_bits_count(
    interpreter: Interpreter, tool: str, crowded: Wheel, tmp_path: Path
) -> None:
    assert peak_of_proof(interpreter, tool, crowded, tmp_path) < 40e6 + MEMBERS * 4e3


@only_real
def test_pants_builds_an_image_of_a_large_wheel(large: Wheel, crowded: Wheel) -> None:
    """It fetches the wheels, keeps them in its store, and writes a layout whose every blob is checked here."""
    locks = [f"{wheel.name}==1.0 --hash=sha256:{file_sha256(wheel.path)}\n" for wheel in (crowded, large)]
    files = {
        "src/app/BUILD": 'python_sources()\npython_image(name="image", entry_point="main.py", whole_lock=True)\n',
        "src/app/main.py": "",
        "3rdparty/python/requirements.lock": "".join(locks),
    }
    with nested_pants(files) as pants:
        patient = type(pants)(pants.root, seconds=3000)
        patient.package(
            "src/app:image",
            f"--python-repos-find-links=['{large.path.parent.as_uri()}/']",
            f"--local-store-dir={pants.root}/.store",
        ).succeeded()
        layout = pants.root / "dist/src.app/image"
        assert list(map(str, validate(layout))) == []
        listed = list(list_layout(Layout.open(layout)))
    assert len([line for line in listed if "/crowded/" in line and line.endswith(".txt")]) == MEMBERS
    (zeros,) = [line for line in listed if line.endswith("/large/zeros.bin")]
    assert int(zeros.split()[-2]) == LARGE["large/zeros.bin"].count * MEBIBYTE
