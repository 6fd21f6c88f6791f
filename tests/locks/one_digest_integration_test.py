"""One image from each format of lock: a team's resolves of the same versions give one digest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.lockfiles.team_locks import REQUIREMENTS, team_locks
from support.nested_pants import NestedPants, nested_pants

RESOLVES = {
    "requirements": "locks/requirements.lock",
    "pex": "locks/pex.lock",
    "pylock": "locks/pylock.toml",
    "uv": "locks/uv/uv.lock",
    "poetry": "locks/poetry/poetry.lock",
}
NAMES = ", ".join(f"'{name}'" for name in RESOLVES)
FILES = {
    "locks/BUILD": f"python_requirement(name='all', requirements={list(REQUIREMENTS)!r}, "
    f"resolve=parametrize({NAMES}))\n",
    "src/app/BUILD": f"python_sources(resolve=parametrize({NAMES}))\n\n"
    f"python_image(name='image', entry_point='main.py', resolve=parametrize({NAMES}))\n",
    "src/app/main.py": "import click\nimport itsdangerous\nimport psutil\n\nclick.echo(psutil.Process().name())\n",
}
PYTHON = f"""\
[python]
interpreter_constraints = ["CPython==3.13.*"]
enable_resolves = true
default_resolve = "pex"
resolves = {{ {", ".join(f'{name} = "{path}"' for name, path in RESOLVES.items())} }}
"""


@pytest.fixture(scope="module")
def pants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NestedPants]:
    locks = team_locks(tmp_path_factory.mktemp("shop"))
    with nested_pants({**FILES, **locks}, '\n[strata-debian]\ngone = "renew"\n') as project:
        settings = project.root / "pants.toml"
        text = settings.read_text().replace('venv = "3rdparty/python:venv"\n', "")
        head, _, rest = text.partition("[python]\n")
        settings.write_text(head + PYTHON + rest.partition("\n\n")[2])
        (project.root / "3rdparty/python/requirements.lock").unlink()
        yield project


def layers(layout: Path) -> list[str]:
    index = json.loads((layout / "index.json").read_text())
    digest = index["manifests"][0]["digest"].replace(":", "/")
    return [layer["digest"] for layer in json.loads((layout / "blobs" / digest).read_text())["layers"]]


def test_one_digest(pants: NestedPants) -> None:
    ran = pants.package("src/app:image").succeeded()
    layouts = {name: pants.root / "dist" / f"src.app/image@resolve={name}" for name in RESOLVES}
    indexes = {name: (layout / "index.json").read_bytes() for name, layout in layouts.items()}
    assert len(set(indexes.values())) == 1, indexes
    # base, CPython, the venv itself, a layer for each wheel, the app
    assert len(layers(layouts["pex"])) == 4 + len(REQUIREMENTS), ran.stderr


def test_a_stale_interpreter_constraint_names_both_places(pants: NestedPants) -> None:
    ran = pants.package("src/app:image@resolve=pex", "--python-interpreter-constraints=['CPython==3.11.*']")
    assert "The resolve pex is not for the interpreter of the image.\n" in ran.error
    assert "[python].interpreter_constraints in pants.toml: CPython==3.11.*\n" in ran.error
    assert "3rdparty/python:cpython, the `python_interpreter`: CPython 3.13." in ran.error
