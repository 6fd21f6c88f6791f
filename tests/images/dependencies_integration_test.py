"""The layers of dependencies in a project that real Pants builds: their number, and what an update changes.

All wheels are new in each run of the tests, because the machine's store keeps what earlier runs made.
"""

from __future__ import annotations

import re
import shutil
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from strata.layouts.validate import validate
from support.nested_pants import NestedPants, Ran, nested_pants
from support.oci.container import unpack
from support.oci.examples import layer_digests, wheels_of
from support.projects import SETTINGS
from support.venvs.wheels import Member, WheelFile

UNIQUE = uuid.uuid4().hex
_LARGE = b"".join(sha256(f"{UNIQUE} {number}".encode()).digest() for number in range(2048))
SMALL = ["able", "baker", "charlie", "dog", "easy"]

# Name → fields of a venv with all wheels.
VENVS = {"by-default": "", "each-its-own": "layer_threshold=0", "at-most-two": "layer_budget=2"}


def module(name: str, version: str = "1.0") -> WheelFile:
    return WheelFile(name, version, files={f"{name}.py": f'VERSION = "{version}"\nUNIQUE = "{UNIQUE}"\n'})


# Both have shared/owner.py, and each its own.
_CLAIMING = [
    WheelFile(name, files={"shared/__init__.py": "", "shared/owner.py": f'NAME = "{name}"  # {UNIQUE}\n'})
    for name in ("claim", "disclaim")
]
_BIG = WheelFile("big", files={"big.py": 'VERSION = "1.0"\n', "big.bin": Member(_LARGE, stored=True)})

FILES = {
    "3rdparty/python/BUILD": "".join(
        [
            'python_interpreter(name="cpython")\n\npython_installer(name="pip", lockfile="pip.lock")\n\n',
            *(f'python_venv(name="{name}", lockfile="wheels.lock", {fields})\n\n' for name, fields in VENVS.items()),
            'python_venv(name="overlapping", lockfile="overlapping.lock", layer_threshold=0)\n',
        ]
    ),
    "src/app/BUILD": "python_sources()\n\n"
    + "".join(
        f'python_image(name="{name}", entry_point="{main}.py", venv="3rdparty/python:{name}")\n\n'
        for name, main in {**dict.fromkeys(VENVS, "versions"), "overlapping": "owner"}.items()
    ),
    "src/app/versions.py": (
        "from importlib import import_module\n\n"
        f"for name in {['big', *SMALL]}:\n    print(name, import_module(name).VERSION)\n"
    ),
    "src/app/owner.py": "from shared.owner import NAME  # pants: no-infer-dep\n\nprint(NAME)\n",
}


@dataclass(frozen=True)
class Build:
    """:param dist: what `package` wrote. :param steps: what Pants says of the processes that it executed, each once.

    Their names end before the count of a phase, which depends on what asks first for the same process.
    """

    dist: Path
    ran: Ran

    @property
    def steps(self) -> list[str]:
        started = re.findall(r"^[\d:.]+ \[(?:INFO|DEBUG)\] Starting: (.*)$", self.ran.stderr, re.M)
        # The rest are Pants' own.
        own = (each for each in started if f"Scheduling: {each}" in started)
        return list(dict.fromkeys(re.sub(r" \(\d+ of \d+\)$", "", each) for each in own))

    @property
    def executed(self) -> int:
        (count,) = re.findall(r"^  local_execution_requests: (\d+)$", self.ran.stderr, re.M)
        return int(count)

    def image(self, name: str) -> Path:
        return self.dist / "src.app" / name


@dataclass(frozen=True)
class Builds:
    """One after the other: after the first, a wheel's update, another version of pip, and layouts that share blobs."""

    first: Build
    updated: Build
    reinstalled: Build
    sharing: Build


def renamed_pip(wheel: Path, version: str, folder: Path) -> Path:
    """The same pip under another version. It runs out of its wheel, where nothing reads the hashes in RECORD."""
    old = wheel.name.split("-")[1]
    made = folder / wheel.name.replace(old, version)
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith((".dist-info/METADATA", "pip/__init__.py")):
                content = content.replace(old.encode(), version.encode(), 1)
            target.writestr(name.replace(f"pip-{old}.dist-info", f"pip-{version}.dist-info"), content)
    return made


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    wheels, kept = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("kept")
    (pip,) = Path("3rdparty.python/pip").glob("pip-*.whl")
    made = {wheel.name: wheel.write(wheels) for wheel in [_BIG, *map(module, SMALL), *_CLAIMING]}
    newer = module("charlie", "1.1").write(wheels)
    pips = [renamed_pip(pip, f"{pip.name.split('-')[1]}+{name}.{UNIQUE}", wheels) for name in ("one", "other")]
    all_wheels = [made[name] for name in ["big", *SMALL]]
    with nested_pants({}, SETTINGS) as pants:
        pants.write(
            {
                **FILES,
                "3rdparty/python/wheels.lock": lock(all_wheels),
                "3rdparty/python/overlapping.lock": lock([made[name] for name in ("able", "claim", "disclaim")]),
                "3rdparty/python/pip.lock": lock(pips[:1]),
            }
        )
        first = package(pants, wheels, kept / "first")
        update = [newer if path.name.startswith("charlie-") else path for path in all_wheels]
        pants.write({"3rdparty/python/wheels.lock": lock(update)})
        updated = package(pants, wheels, kept / "updated")
        pants.write({"3rdparty/python/pip.lock": lock(pips[1:])})
        reinstalled = package(pants, wheels, kept / "reinstalled")
        return Builds(first, updated, reinstalled, package(pants, wheels, kept / "sharing", "--strata-share-blobs"))


def package(pants: NestedPants, wheels: Path, kept: Path, *options: str) -> Build:
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    ran = pants.package("::", "--stats-log", "--level=debug", *options, **index).succeeded()
    shutil.copytree(pants.root / "dist", kept, symlinks=True)
    return Build(kept, ran)


def lock(wheels: Sequence[Path]) -> str:
    return "".join("{}=={} --hash=sha256:{}\n".format(*_named(wheel)) for wheel in wheels)


def _named(wheel: Path) -> tuple[str, str, str]:
    name, version = wheel.name.split("-")[:2]
    return name, version, sha256(wheel.read_bytes()).hexdigest()


def groups(layout: Path) -> list[list[str]]:
    """The names of the wheels in each layer of dependencies."""
    return [sorted(wheels) for wheels in wheels_of(layout).values()]


# How many layers there are


def test_a_large_wheel_has_a_layer_of_its_own(builds: Builds) -> None:
    first, *others = groups(builds.first.image("by-default"))
    assert first == ["big"]
    assert sorted(name for names in others for name in names) == SMALL


def test_each_wheel_has_its_own_layer_where_the_threshold_is_nothing(builds: Builds) -> None:
    assert sorted(groups(builds.first.image("each-its-own"))) == [[name] for name in sorted(["big", *SMALL])]


def test_a_budget_of_two_layers(builds: Builds) -> None:
    assert groups(builds.first.image("at-most-two")) == [["big"], SMALL]


@pytest.mark.parametrize("name", [*VENVS, "overlapping"])
def test_the_image_is_right(builds: Builds, name: str) -> None:
    assert validate(builds.first.image(name)) == []


@pytest.mark.parametrize("name", VENVS)
def test_the_image_runs_with_all_its_wheels(builds: Builds, name: str, tmp_path: Path) -> None:
    versions = {"big": "1.0", **dict.fromkeys(SMALL, "1.0"), "charlie": "1.1"}
    output = unpack(builds.updated.image(name), tmp_path / "bundle").run().output
    assert output == "".join(f"{name} {version}\n" for name, version in versions.items())


# What changes


@pytest.mark.parametrize("name", VENVS)
def test_an_update_of_one_wheel_changes_one_layer(builds: Builds, name: str) -> None:
    before, after = (each.image(name) for each in (builds.first, builds.updated))
    assert groups(after) == groups(before)
    (changed,) = set(layer_digests(before)) - set(layer_digests(after))
    assert "charlie" in wheels_of(before)[changed]
    assert len(layer_digests(after)) == len(layer_digests(before))


def test_an_update_of_one_wheel_runs_what_reads_it(builds: Builds) -> None:
    """One fetch; of each venv the layer that has it, where two venvs may agree on it; and one installation for all."""
    steps = sorted(builds.updated.steps)
    assert builds.updated.executed == len(steps)
    changed = {frozenset(names) for name in VENVS for names in groups(builds.first.image(name)) if "charlie" in names}
    assert len([step for step in steps if step.startswith("Write the layer of ")]) == len(changed)
    assert len([step for step in steps if step.startswith("Install ")]) == 1
    assert len(steps) == len(changed) + 2


def test_another_pip_installs_and_changes_no_image(builds: Builds) -> None:
    steps = builds.reinstalled.steps
    fetched, prepared = sorted(step for step in steps if not step.startswith("Install "))
    assert re.fullmatch(r"Fetch pip .*", fetched)
    assert re.fullmatch(r"Prepare pip .*", prepared)
    # These, the wheels of the three venvs, which are the same, and those of the overlapping one.
    assert builds.reinstalled.executed == 4
    for name in [*VENVS, "overlapping"]:
        assert contents(builds.reinstalled.image(name)) == contents(builds.updated.image(name))


def contents(layout: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(layout)): path.read_bytes() for path in layout.rglob("*") if path.is_file()}


# Wheels that claim one path


def test_different_files_at_one_path_are_told(builds: Builds) -> None:
    (told,) = (warning for warning in builds.first.ran.warnings if "different files" in warning)
    assert told == (
        "3rdparty/python:overlapping: wheels install different files at one path; the venv has the last one's:\n"
        "  lib/python3.13/site-packages/shared/owner.py: claim-1.0-py3-none-any.whl, disclaim-1.0-py3-none-any.whl"
    )


def test_wheels_with_different_files_at_one_path_share_a_layer(builds: Builds, tmp_path: Path) -> None:
    layout = builds.first.image("overlapping")
    assert sorted(groups(layout)) == [["able"], ["claim", "disclaim"]]
    assert unpack(layout, tmp_path / "bundle").run().output == "disclaim\n"


# Layouts that share their blobs


def test_layouts_in_dist_may_share_one_folder_of_blobs(builds: Builds) -> None:
    names = [*VENVS, "overlapping"]
    before, after = ([build.image(name) for name in names] for build in (builds.reinstalled, builds.sharing))
    assert builds.sharing.executed == 0
    assert {str((layout / "blobs").readlink()) for layout in after} == {"../../.strata/blobs"}
    assert [(layout / "index.json").read_text() for layout in after] == [
        (layout / "index.json").read_text() for layout in before
    ]
    assert [validate(layout) for layout in after] == [[]] * len(names)
    shared = {path.name for path in (builds.sharing.dist / ".strata/blobs/sha256").iterdir()}
    assert {path.name for layout in before for path in (layout / "blobs/sha256").iterdir()} <= shared
