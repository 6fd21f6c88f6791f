from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import tomli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.poetry.content_hash import hash_of
from strata.locks.reader import pyproject_path, read_lock
from strata.locks.toml_table import Table
from strata.oci.platform import Platform
from support.locks import error, example, versions

PLATFORM = Platform("linux", "amd64")
ENVIRONMENT = marker_environment("3.13.5", PLATFORM)
TAGS = wheel_tags("3.13.5", (2, 41), PLATFORM)
MAIN = "click==8.5.1 iniconfig==2.3.1 pysocks==1.7.1 urllib3==2.8.0"
FILES = {
    "poetry_2_1": "poetry.lock",
    "poetry_2_0": "poetry.lock",
    "uv": "uv.lock",
}


@pytest.mark.parametrize("folder", FILES)
def test_every_tool_s_lock_of_a_project_gives_the_same_set(folder: str) -> None:
    lock, pyproject = example(folder, FILES[folder]), example(folder, "pyproject.toml")
    assert versions(example("requirements", "requirements.txt"), None, "requirements.txt") == MAIN
    assert versions(lock, pyproject, FILES[folder]) == MAIN
    assert versions(lock, pyproject, FILES[folder], python="3.10.14") == MAIN.replace("g==2.3.1", "g==2.1.0")


@pytest.mark.parametrize("folder", FILES)
def test_groups_and_extras(folder: str) -> None:
    lock, pyproject = example(folder, FILES[folder]), example(folder, "pyproject.toml")
    # Poetry 1 keeps to a version that all Pythons of the project can have.
    pyflakes = "pyflakes==4.0.3" if folder == "poetry_2_0" else "pyflakes==4.1.0"
    assert versions(lock, pyproject, FILES[folder], extras=("HTTP",)) == MAIN.replace(" ini", " h11==0.16.0 ini")
    assert versions(lock, pyproject, FILES[folder], groups=("lint",)) == MAIN.replace(" pys", f" {pyflakes} pys")
    assert versions(lock, pyproject, FILES[folder], groups=("test",)) == MAIN.replace(
        " pys", f" packaging==26.3 {pyflakes} pys"
    )


@pytest.mark.parametrize("folder", FILES)
def test_hashes_of_the_wheel_and_the_source(folder: str) -> None:
    lock, pyproject = example(folder, FILES[folder]), example(folder, "pyproject.toml")
    found = read_lock(lock, pyproject, FILES[folder], environment=ENVIRONMENT, tags=TAGS)
    requirements = read_lock(
        example("requirements", "requirements.txt"), None, "r.txt", environment=ENVIRONMENT, tags=TAGS
    )
    assert all(one.files for one in found)
    # Poetry locks the wheel of PySocks for Python 2.7 as well, uv leaves it out.
    hashes = [replace(one, files=()) for one in found if one.name != "pysocks"]
    assert hashes == [one for one in requirements if one.name != "pysocks"]
    assert all(set(there.hashes) <= set(here.hashes) for here, there in zip(found, requirements))


def test_the_pyproject_beside_a_lock() -> None:
    assert pyproject_path("src/app/uv.lock") == "src/app/pyproject.toml"
    assert pyproject_path("uv.lock") == "pyproject.toml"


def test_a_missing_pyproject() -> None:
    assert error(example("uv", "uv.lock"), None, "src/app/uv.lock") == (
        "src/app/uv.lock is read together with src/app/pyproject.toml, which does not exist.\n"
        "Fix: keep the pyproject.toml that was locked beside its lock."
    )


def test_requirements_have_no_groups_and_extras() -> None:
    lock = example("requirements", "requirements.txt")
    assert error(lock, None, "requirements.txt", groups=("test", "dev"), extras=("http",)) == (
        "requirements.txt is a list of requirements, which has no groups and extras to choose from.\n"
        "Found:\n"
        "  group dev\n"
        "  group test\n"
        "  extra http\n"
        "Fix: leave `groups` and `extras` out and lock what they would name, for instance with "
        "`uv pip compile --generate-hashes --extra NAME --group NAME pyproject.toml`."
    )


@pytest.mark.parametrize("folder, name", [("requirements", "requirements.txt"), ("poetry", "poetry.lock")])
def test_nesting_beyond_all_measure(folder: str, name: str) -> None:
    """A text is refused in words, wherever it is nested."""
    deep = "(" * 5000 + "os_name == 'posix'" + ")" * 5000
    lines = [
        f"idna==3.10 ; {deep} --hash=sha256:{'a' * 64}",
        f"[x]\ny = {'[' * 5000}",
        f'[[package]]\nmarkers = "{deep}"',
    ]
    for text in lines:
        with pytest.raises(StrataError):
            read_lock(text, "[project]\nname = 'x'", name, environment=ENVIRONMENT, tags=())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return (
            '"'
            + "".join(
                character if character.isalnum() or character in " .-_<>=" else f"\\U{ord(character):08x}"
                for character in value
            )
            + '"'
        )
    return repr(value)


def _document(values: dict[str, Any]) -> str:
    return "\n".join(f"{_toml(key)} = {_toml(value)}" for key, value in values.items())


_TEXTS = st.one_of(
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=8),
    st.sampled_from(
        ["1.0", "^1", "extra == 'x'", "python_version", "click", "a>=1; b", "2.1", "sha256:0", "main", "*"]
    ),
)
_VALUES = st.recursive(
    st.one_of(_TEXTS, st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXTS, inner, max_size=3)),
    max_leaves=4,
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with each of its keys."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]


@pytest.mark.parametrize("folder", FILES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_damage_is_an_error_of_the_user(folder: str, data: st.DataObject) -> None:
    lock, pyproject = tomli.loads(example(folder, FILES[folder])), tomli.loads(example(folder, "pyproject.toml"))
    damaged = data.draw(st.sampled_from([lock, lock, pyproject]))
    for _ in range(data.draw(st.integers(1, 2))):
        container, key = data.draw(st.sampled_from(_places(damaged) or [({"": ""}, "")]))
        if isinstance(container, dict) and data.draw(st.booleans()):
            del container[key]
        else:
            container[key] = data.draw(_VALUES)
    if folder != "uv" and isinstance(lock.get("metadata"), dict):
        with suppress(StrataError):
            lock["metadata"]["content-hash"] = hash_of(Table("", pyproject))
    with suppress(StrataError):
        read_lock(
            "# Poetry 2.0.0\n" + _document(lock),
            _document(pyproject),
            FILES[folder],
            groups=data.draw(st.sampled_from([(), ("test",)])),
            extras=data.draw(st.sampled_from([(), ("http",)])),
            environment=ENVIRONMENT,
            tags=TAGS,
        )


@settings(max_examples=100, deadline=None)
@given(st.text(), st.sampled_from(["poetry.lock", "uv.lock", "a.lock"]))
def test_anything_is_read_or_refused(text: str, where: str) -> None:
    for lock, pyproject in ((text, ""), (example("uv", "uv.lock"), text)):
        with suppress(StrataError):
            read_lock(lock, pyproject, where, environment=ENVIRONMENT, tags=TAGS)
