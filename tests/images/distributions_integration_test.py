"""A `python_distribution` that an image depends on: real Pants builds it, and it is installed like any wheel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from strata.layouts.validate import validate
from support.nested_pants import NestedPants, nested_pants
from support.oci.bills import packages, packages_by_syft, packages_in_layers
from support.oci.container import unpack
from support.oci.examples import wheels_of
from support.projects import SETTINGS
from support.venvs.wheels import WheelFile

THIRD_PARTY = WheelFile("words", files={"words.py": "WORDS = 'of a third party'\n"})
UNNEEDED = WheelFile("unneeded", files={"unneeded.py": ""})
# Pants writes the constraints of the sources into the wheel, which has to install on the CPython of the image.
FILES = {
    "3rdparty/python/BUILD": """\
python_interpreter(name="cpython", lockfile="cpython.lock.json")
python_installer(name="installer", tool="uv")
python_venv(name="venv", installer=":installer")
python_requirement(name="words", requirements=["words"])
""",
    "src/tools/BUILD": """\
python_sources(interpreter_constraints=["CPython>=3.9"])

python_distribution(
    name="dist",
    dependencies=[":tools"],
    sdist=False,
    provides=python_artifact(name="team-tools", version="1.2"),
    entry_points={"console_scripts": {"greet": "tools.greet:main"}},
    interpreter_constraints=["CPython>=3.9"],
)
""",
    "src/tools/__init__.py": "",
    "src/tools/greet.py": """\
import sys

import words


def main():
    print("greeted with words", words.WORDS, *sys.argv[1:])
""",
    "src/packed/BUILD": """\
python_sources(interpreter_constraints=["CPython>=3.9"])

python_distribution(
    name="dist",
    dependencies=[":packed"],
    wheel=False,
    provides=python_artifact(name="team-packed", version="1.2"),
    interpreter_constraints=["CPython>=3.9"],
)
""",
    "src/packed/__init__.py": "",
    "src/app/BUILD": """\
python_sources(interpreter_constraints=["CPython>=3.9"])

python_image(name="image", entry_point="main.py", dependencies=["src/tools:dist"])

python_image(name="script", script="greet", dependencies=["src/tools:dist"])

python_image(name="sources", entry_point="main.py")

python_image(name="sdist", entry_point="main.py", dependencies=["src/packed:dist"])
""",
    "src/app/main.py": """\
from tools import greet

greet.main()
print(greet.__file__)
""",
}


@dataclass(frozen=True)
class Project:
    """:param digests: name of an image → the digest of its index, as it was built first."""

    pants: NestedPants
    digests: Mapping[str, str]

    def layout(self, name: str) -> Path:
        return self.pants.root / "dist/src.app" / name


def digest(pants: NestedPants, name: str) -> str:
    return sha256((pants.root / "dist/src.app" / name / "index.json").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("wheels")
    paths = [(wheel.project, wheel.write(folder)) for wheel in (THIRD_PARTY, UNNEEDED)]
    lock = "".join(f"{name}==1.0 --hash=sha256:{sha256(path.read_bytes()).hexdigest()}\n" for name, path in paths)
    with nested_pants({**FILES, "3rdparty/python/requirements.lock": lock}, SETTINGS) as made:
        pants = made.with_environment(PIP_FIND_LINKS=str(folder))
        names = ("image", "script", "sources")
        pants.package("src/app:image", "src/app:script", "src/app:sources").succeeded()
        yield Project(pants, {name: digest(pants, name) for name in names})


@pytest.mark.parametrize("name", ["image", "script"])
def test_the_wheels_of_the_image(project: Project, name: str) -> None:
    assert validate(project.layout(name)) == []
    assert sorted(wheel for wheels in wheels_of(project.layout(name)).values() for wheel in wheels) == [
        "team-tools",
        "words",
    ]


def test_its_modules_are_installed_and_not_in_the_app(project: Project, tmp_path: Path) -> None:
    image = unpack(project.layout("image"), tmp_path / "image")
    assert image.run().output == (
        "greeted with words of a third party\n/opt/venv/lib/python3.13/site-packages/tools/greet.py\n"
    )
    assert sorted(path.name for path in (image.rootfs / "app").rglob("*.py")) == ["main.py"]


def test_bills_of_materials_list_it(project: Project) -> None:
    layout = project.pants.root / "dist/src.app/image"
    assert packages(layout) == packages_in_layers(layout)
    assert ("pypi", "team-tools", "1.2") in packages(layout)


def test_syft_finds_the_same_with_a_distribution(project: Project) -> None:
    layout = project.pants.root / "dist/src.app/image"
    assert packages_by_syft(layout) == packages(layout)


def test_its_script_is_in_the_venv(project: Project, tmp_path: Path) -> None:
    image = unpack(project.layout("script"), tmp_path / "script")
    assert image.run("/opt/venv/bin/greet", "you").output == "greeted with words of a third party you\n"


def test_without_the_distribution_its_sources_are_in_the_app(project: Project, tmp_path: Path) -> None:
    image = unpack(project.layout("sources"), tmp_path / "sources")
    assert image.run().output == "greeted with words of a third party\n/app/tools/greet.py\n"


def test_another_build_gives_the_same_digest(project: Project) -> None:
    """The variable is in the keys of Pants' own processes alone: the wheel is built again, in another sandbox."""
    again = f"--subprocess-environment-env-vars=['LANG', 'BUILD={uuid4()}']"
    ran = project.pants.package("src/app:image", "--stats-log", again).succeeded()
    (executed,) = re.findall(r"^  local_execution_requests: (\d+)$", ran.stderr, re.M)
    assert int(executed) >= 2
    assert "Starting: Write the wheel of team-tools 1.2 in its normal form" in ran.stderr
    assert digest(project.pants, "image") == project.digests["image"]


def test_a_distribution_without_a_wheel(project: Project) -> None:
    error = project.pants.package("src/app:sdist").error
    # Newer build backends write the name of the file as PEP 625 has it.
    assert error[error.index("StrataError: ") :].rstrip("\n").replace("team_packed", "team-packed") == (
        "StrataError: src/app:sdist: An image installs one wheel of a distribution, and src/packed:dist does not give "
        "exactly one.\n"
        "Found:\n"
        "  built: team-packed-1.2.tar.gz\n"
        "Fix: set `wheel=True` on the `python_distribution`; let its build backend write one wheel."
    )
