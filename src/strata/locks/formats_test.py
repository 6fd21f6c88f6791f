from __future__ import annotations

from collections.abc import Mapping

import pytest

from strata.errors import StrataError
from strata.locks.formats import LockKind, lock_kind, only_lock
from support.locks import example

COMPILED = (
    "list what the apps need in requirements.in, write the lock with `uv pip compile --generate-hashes "
    "-o requirements.lock requirements.in`, and name that file in `lockfile`."
)


@pytest.mark.parametrize("path", ["poetry.lock", "src/app/poetry.lock"])
def test_poetry_by_name(path: str) -> None:
    assert lock_kind(path, "") is LockKind.POETRY


def test_uv_by_name() -> None:
    assert lock_kind("src/app/uv.lock", "") is LockKind.UV


def test_by_text_where_the_name_is_another() -> None:
    assert lock_kind("web.lock", example("poetry_2_1", "poetry.lock")) is LockKind.POETRY
    assert lock_kind("web.lock", example("poetry_2_0", "poetry.lock")) is LockKind.POETRY
    assert lock_kind("web.lock", example("uv", "uv.lock")) is LockKind.UV
    assert lock_kind("web.lock", "version = 1\nrequires-python = '>=3.9'\n") is LockKind.UV


@pytest.mark.parametrize("path", ["requirements.txt", "requirements.lock", "a/dev.in"])
def test_requirements(path: str) -> None:
    assert lock_kind(path, example("requirements", "requirements.txt")) is LockKind.REQUIREMENTS


@pytest.mark.parametrize(
    "path, message",
    [
        (
            "a/Pipfile.lock",
            "a/Pipfile.lock is a lock of Pipenv, which is not read here.\n"
            "Fix: write requirements with hashes with `pipenv requirements --hash > requirements.lock` "
            "and name that file in `lockfile`.",
        ),
        (
            "Pipfile",
            "Pipfile is a list of what Pipenv locks, which is not read here.\n"
            "Fix: write requirements with hashes with `pipenv requirements --hash > requirements.lock` "
            "and name that file in `lockfile`.",
        ),
        (
            "pdm.lock",
            "pdm.lock is a lock of PDM, which is not read here.\n"
            "Fix: write requirements with hashes with `pdm export -o requirements.lock` "
            "and name that file in `lockfile`.",
        ),
        ("pixi.lock", f"pixi.lock is a lock of conda packages, which is not read here.\nFix: {COMPILED}"),
        ("conda-lock.yml", f"conda-lock.yml is a lock of conda packages, which is not read here.\nFix: {COMPILED}"),
        ("environment.yaml", f"environment.yaml is a list of conda packages, which is not read here.\nFix: {COMPILED}"),
        (
            "setup.py",
            "setup.py is no lock that is read here.\n"
            "Fix: name a poetry.lock, a uv.lock, a pylock.toml, a lock of Pex, or a list of requirements with hashes "
            "(a name that ends in .txt or .lock).",
        ),
    ],
)
def test_what_is_not_read(path: str, message: str) -> None:
    with pytest.raises(StrataError) as refused:
        lock_kind(path, "")
    assert str(refused.value) == message


@pytest.mark.parametrize("text", ['{\n  "pex_version": "2"\n}', '// Made by `generate-lockfiles`.\n//\n{"a": 1}'])
def test_a_lock_of_pex(text: str) -> None:
    assert lock_kind("3rdparty/default.lock", text) is LockKind.PEX


@pytest.mark.parametrize("path", ["pylock.toml", "a/pylock.web.toml"])
def test_a_standard_lock(path: str) -> None:
    assert lock_kind(path, "") is LockKind.PYLOCK


def test_the_one_lock_of_a_venv() -> None:
    assert only_lock({"a/pyproject.toml": "", "a/uv.lock": ""}) == "a/uv.lock"


@pytest.mark.parametrize(
    "files, message",
    [
        (
            {"requirements.txt": "", "poetry.lock": "", "pyproject.toml": ""},
            "The venv names files of more than one package manager, and they may disagree.\n"
            "Found:\n"
            "  poetry.lock (Poetry)\n"
            "  requirements.txt (requirements with hashes)\n"
            "Fix: keep the file of the one that you use and take the other out of the venv, or make a venv for each.",
        ),
        (
            {"uv.lock": "", "pylock.toml": ""},
            "The venv names files of more than one package manager, and they may disagree.\n"
            "Found:\n"
            "  pylock.toml (standard lock of PEP 751)\n"
            "  uv.lock (uv)\n"
            "Fix: keep the file of the one that you use and take the other out of the venv, or make a venv for each.",
        ),
        (
            {"b/uv.lock": "", "a/uv.lock": ""},
            "The venv names more than one lock.\n"
            "Found:\n"
            "  a/uv.lock (uv)\n"
            "  b/uv.lock (uv)\n"
            "Fix: keep one, or make a venv for each: an image has one venv.",
        ),
        (
            {"pyproject.toml": ""},
            "The venv names no lock.\n"
            "Found:\n  pyproject.toml\n"
            "Fix: name a poetry.lock, a uv.lock, a pylock.toml, a lock of Pex or a list of requirements with hashes in "
            "`lockfile`.",
        ),
    ],
)
def test_a_venv_without_one_lock(files: Mapping[str, str], message: str) -> None:
    with pytest.raises(StrataError) as refused:
        only_lock(files)
    assert str(refused.value) == message
