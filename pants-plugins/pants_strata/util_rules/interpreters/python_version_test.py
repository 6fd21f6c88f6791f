from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Optional

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, Digest, DigestContents, FileContent, PathGlobs
from pants.engine.rules import rule
from pants.engine.target import Target
from pants.testutil.option_util import create_subsystem

from pants_strata.artifacts.python_version import WantedPython
from pants_strata.subsystem import DebianSubsystem, EndOfLife, StrataSubsystem
from pants_strata.target_types import PythonInterpreterTarget
from pants_strata.util_rules.interpreters.python_version import check_supported, wanted_python
from strata.errors import StrataError
from support.mocked_rules import run_mocked

ADDRESS = Address("third/party", target_name="cpython")


@rule
async def wanted(target: Target, debian: DebianSubsystem) -> WantedPython:
    return await wanted_python(target, debian)


def found(
    files: Optional[Mapping[str, str]] = None, debian: str = "trixie", folder: str = "third/party", **fields: Any
) -> WantedPython:
    """The version of a target in a repository with these files."""
    asked: list[str] = []

    def find(globs: PathGlobs) -> Digest:
        asked.extend(globs.globs)
        return EMPTY_DIGEST

    def read(_: Digest) -> DigestContents:
        return DigestContents(FileContent(path, text.encode()) for path, text in (files or {}).items() if path in asked)

    target = PythonInterpreterTarget(fields, Address(folder, target_name="cpython"))
    answer: WantedPython = run_mocked(
        wanted,
        [target, create_subsystem(DebianSubsystem, release=debian)],
        {(Digest, PathGlobs): find, (DigestContents, Digest): read},
    )
    return answer


def message(files: Optional[Mapping[str, str]] = None, **arguments: Any) -> str:
    with pytest.raises(StrataError) as caught:
        found(files, **arguments)
    return str(caught.value)


# ---- where the version is written -----------------------------------------------------------------------------------


def test_the_field_comes_first() -> None:
    assert found({".python-version": "3.11"}, version="3.13.5") == WantedPython(
        "3.13.5", "the `version` field of third/party:cpython"
    )


@pytest.mark.parametrize(
    "files, expected",
    [
        ({".python-version": "3.11"}, WantedPython("3.11", ".python-version")),
        ({".python-version": "3.11", "third/.python-version": "3.12"}, WantedPython("3.12", "third/.python-version")),
        (
            {
                "third/.python-version": "3.12",
                "third/party/.python-version": "3.13.5\n",
                "third/runtime.txt": "python-3",
            },
            WantedPython("3.13.5", "third/party/.python-version"),
        ),
        ({"other/.python-version": "3.11", "runtime.txt": "of Java"}, WantedPython("3.13", "Debian 13 (trixie)")),
    ],
)
def test_the_nearest_file_comes_next(files: Mapping[str, str], expected: WantedPython) -> None:
    assert found(files) == expected


def test_the_file_of_a_target_at_the_root() -> None:
    assert found({".python-version": "3.11"}, folder="") == WantedPython("3.11", ".python-version")


@pytest.mark.parametrize(
    "option, field, expected",
    [
        ("bullseye", None, WantedPython("3.9", "Debian 11 (bullseye)")),
        ("trixie", "bookworm", WantedPython("3.11", "Debian 12 (bookworm)")),
        ("trixie", "forky", WantedPython("3.14", "Debian 14 (forky)")),
    ],
)
def test_the_release_decides_last(option: str, field: Optional[str], expected: WantedPython) -> None:
    assert found(debian=option, release=field) == expected


# ---- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["3", "2.7.1", "3.13t", "cpython3.13", ">=3.13", "3.13\n", ""])
def test_a_field_without_a_version(version: str) -> None:
    assert message(version=version) == (
        "third/party:cpython: The `version` field is no version of CPython.\n"
        "Found:\n"
        f"  {version!r}\n"
        'Fix: write for instance `version="3.13"`, or `version="3.13.5"` for that very one.'
    )


def test_a_damaged_file() -> None:
    assert message({".python-version": "3.x"}).startswith(
        "third/party:cpython: .python-version holds something that is no version of CPython.\n"
    )


def test_a_version_that_is_not_known_yet() -> None:
    assert message(version="3.42").startswith(
        "third/party:cpython: CPython 3.42 is not known to this version of Strata."
    )


def test_a_release_that_is_not_known() -> None:
    assert message(debian="sid") == (
        "third/party:cpython: No version of CPython is named, and Strata does not know the one of the Debian release "
        "sid.\n"
        'Fix: set the `version` field, for instance `version="3.13"`, or write a `.python-version` file.'
    )


def test_the_older_file() -> None:
    assert message({".python-version": "3.11", "third/runtime.txt": "python-3.11.5\n"}) == (
        "third/party:cpython: third/runtime.txt names a version of Python, but only `.python-version` is read.\n"
        "Found:\n"
        "  python-3.11.5\n"
        "Fix: write `3.11` into third/.python-version, and delete third/runtime.txt."
    )


# ---- end of life ----------------------------------------------------------------------------------------------------

OLD = WantedPython("3.9", "app/.python-version")


def checked(wanted: WantedPython, choice: EndOfLife) -> None:
    check_supported(wanted, create_subsystem(StrataSubsystem, end_of_life=choice), date(2026, 11, 25), ADDRESS)


def test_an_end_of_life_is_an_error() -> None:
    with pytest.raises(StrataError) as caught:
        checked(OLD, EndOfLife.error)
    assert str(caught.value).startswith(
        "CPython 3.9 reached its end of life on 2025-10-31: it gets no security fixes any more.\n"
        "Found:\n"
        "  app/.python-version: 3.9\n"
    )


def test_or_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    checked(OLD, EndOfLife.warn)
    assert caplog.messages == [
        "third/party:cpython: CPython 3.9 reached its end of life on 2025-10-31: it gets no security fixes any more."
    ]


def test_a_version_with_fixes(caplog: pytest.LogCaptureFixture) -> None:
    checked(WantedPython("3.11.2", "app/.python-version"), EndOfLife.error)
    assert caplog.messages == []
