"""What is read of a standard lock is what packaging's own model selects, where a release of packaging has one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from strata.locks.environment import marker_environment, wheel_tags
from strata.oci.platform import Platform
from support.environments import hashed_environment
from support.lockfiles.pylocks import EXAMPLE
from support.locks import versions

PLATFORM = Platform("linux", "amd64")
_SELECT = """
import json, sys
import tomli
from packaging.pylock import Pylock, PylockSelectError
from packaging.tags import Tag

text, environment, tags, cases = json.load(sys.stdin)
lock = Pylock.from_dict(tomli.loads(text))
found = []
for extras, groups in cases:
    chosen = lock.select(
        environment=environment,
        tags=[Tag(*tag.split("-")) for tag in tags],
        extras=extras,
        dependency_groups=[*lock.default_groups, *groups],
    )
    found.append(" ".join(sorted(f"{package.name}=={package.version}" for package, _ in chosen)))
print(json.dumps(found))
"""
CASES: list[tuple[list[str], list[str]]] = [
    ([], []),
    (["http"], []),
    (["http"], ["lint"]),
    (["fast-json"], []),
    (["http", "fast-json"], ["test", "lint"]),
]


@pytest.fixture(scope="module")
def newer() -> Path:
    """A Python with a packaging that has `packaging.pylock`; the library's sources run in it, too."""
    return hashed_environment("packaging", sys.executable, Path("tests/locks/packaging.txt"))


def run(python: Path, program: str, value: object) -> object:
    done = subprocess.run([str(python), "-c", program], input=json.dumps(value), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("version", ["3.13.5", "3.10.14"])
def test_the_same_as_packaging_selects(newer: Path, version: str) -> None:
    environment, tags = marker_environment(version, PLATFORM), wheel_tags(version, (2, 41), PLATFORM)
    ours = [versions(EXAMPLE, None, "pylock.toml", extras=tuple(e), groups=tuple(g), python=version) for e, g in CASES]
    assert len(set(ours)) == 3
    assert ours == run(newer, _SELECT, [EXAMPLE, dict(environment), tags, CASES])


_REFUSED = """
import json, sys

sys.path[:0], text = json.load(sys.stdin)
from strata.errors import StrataError
from support.environments import hashed_environment
from support.locks import versions

try:
    print(json.dumps(versions(text, None, "app/pylock.toml")))
except StrataError as error:
    print(json.dumps(str(error)))
"""


def test_packaging_validates(newer: Path) -> None:
    paths = [str(Path(folder).resolve()) for folder in sys.path if (Path(folder) / "strata").is_dir()]
    paths += [str(Path(__file__).parent.parent)]
    whole, damaged = EXAMPLE, EXAMPLE.replace('created-by = "uv"', "")
    assert run(newer, _REFUSED, [paths, whole]) == versions(EXAMPLE, None, "app/pylock.toml")
    assert run(newer, _REFUSED, [paths, damaged]) == (
        "app/pylock.toml is not as the standard for pylock.toml (PEP 751) has it.\n"
        "Found:\n  Missing required value in 'created-by'\n"
        "Fix: take the file from version control again, or run `uv pip compile --format pylock.toml -o pylock.toml "
        "requirements.in` in app."
    )
