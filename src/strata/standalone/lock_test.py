from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.errors import standalone as errors
from strata.errors.targets import lock_is_missing, lock_is_stale
from strata.standalone.lock import (
    LockedArchive,
    PlatformArchive,
    StandaloneInputs,
    StandaloneLock,
    archive_url,
    standalone_lock_text,
)
from strata.standalone.lock_reader import read_standalone_lock

FILE = "cpython-3.12.13+20260414-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"
ARCHIVE = LockedArchive(FILE, archive_url("20260414", FILE), 34_548_721, "a" * 64)
INPUTS = StandaloneInputs("3.12", "20260414")
LOCK = StandaloneLock(INPUTS, "3.12.13", (PlatformArchive("linux/amd64", ARCHIVE),))

GOLDEN = """\
{
 "format": 1,
 "made_from": {
  "python": "3.12",
  "release": "20260414"
 },
 "platforms": {
  "linux/amd64": {
   "file": "cpython-3.12.13+20260414-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
   "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
   "size": 34548721,
   "url": "{mirror}/20260414/cpython-3.12.13%2B20260414-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"
  }
 },
 "version": "3.12.13"
}
"""

RENEW = "make the lock again with `./pants generate-lockfiles --resolve={address}`."


def message_of(text: str) -> str:
    with pytest.raises(StrataError) as caught:
        read_standalone_lock(text, "cpython.lock.json")
    return str(caught.value)


def damaged(found: str) -> str:
    return (
        "cpython.lock.json is not a lock of a standalone CPython that can be read.\n"
        f"Found:\n  {found}\nFix: restore the file from version control, or {RENEW}"
    )


def test_the_file_has_one_value_a_line_and_is_sorted() -> None:
    assert standalone_lock_text(LOCK) == GOLDEN
    assert read_standalone_lock(GOLDEN, "cpython.lock.json") == LOCK


def test_archives_are_asked_for_by_platform() -> None:
    assert LOCK.archive("linux/amd64") == ARCHIVE
    with pytest.raises(StrataError) as caught:
        LOCK.archive("linux/arm64")
    assert str(caught.value) == (
        "The lock of the standalone CPython holds nothing for linux/arm64.\n"
        f"Found:\n  it holds linux/amd64\nFix: {RENEW}"
    )


@pytest.mark.parametrize(
    "text, found",
    [
        ("{", "the file is not JSON: line 1, column 2"),
        ("[]", "the document is a list, not an object"),
        (GOLDEN.replace('"sha256"', '"sha512"'), 'platforms["linux/amd64"].sha256 is missing'),
        (
            GOLDEN.replace('3.12.13"\n}', '3.12"\n}'),
            'version is "3.12", not a version of CPython such as 3.12.13',
        ),
    ],
)
def test_damage(text: str, found: str) -> None:
    assert message_of(text) == damaged(found)


@pytest.mark.parametrize(
    "field, value, expected",
    [
        ("sha256", "A" * 9, "64 lower-case hexadecimal digits"),
        ("size", True, "a whole number from 0"),
        ("size", -1, "a whole number from 0"),
        ("file", "../x.tar.gz", "the name of a .tar.gz file"),
        ("file", "x.zip", "the name of a .tar.gz file"),
        ("url", "https://mirror.example/x.tar.gz", "a path below {mirror}, without `..`"),
        ("url", "{mirror}/../x.tar.gz", "a path below {mirror}, without `..`"),
        ("url", "{mirror}", "a path below {mirror}, without `..`"),
    ],
)
def test_a_field_with_a_wrong_value(field: str, value: object, expected: str) -> None:
    document = json.loads(GOLDEN)
    document["platforms"]["linux/amd64"][field] = value
    assert message_of(json.dumps(document)) == damaged(
        f'platforms["linux/amd64"].{field} is {json.dumps(value)}, not {expected}'
    )


def test_another_format() -> None:
    assert message_of('{"format": 2}') == (
        "cpython.lock.json has a format that this version does not know.\nFound:\n  format 2; known is 1\n"
        f"Fix: use the version of Strata that wrote the file, or {RENEW}"
    )


def test_a_platform_that_is_not_supported() -> None:
    assert message_of(GOLDEN.replace("linux/amd64", "linux/s390x")) == (
        "cpython.lock.json: Standalone builds of CPython for the platform linux/s390x are not supported.\n"
        "Found:\n  supported: linux/amd64\n  supported: linux/arm64\nFix: choose one of the supported platforms."
    )


def test_locks_that_do_not_serve() -> None:
    made_from, wanted = {"python": "3.12", "release": "20260414"}, {"python": "3.12", "release": "20260101"}
    assert str(lock_is_missing("cpython.lock.json").at("src:cpython")) == (
        "src:cpython: The lock file cpython.lock.json does not exist.\n"
        "Fix: write it with `./pants generate-lockfiles --resolve=src:cpython`."
    )
    assert str(lock_is_stale("cpython.lock.json", errors.differences(made_from, wanted)).at("src:cpython")) == (
        "src:cpython: The lock file cpython.lock.json was made for other fields or options than those of today.\n"
        "Found:\n  release: the lock was made for 20260414, and 20260101 is wanted\n"
        "Fix: renew it with `./pants generate-lockfiles --resolve=src:cpython`."
    )
    assert str(errors.shipped_lock_differs(made_from, wanted).at("src:cpython")) == (
        "src:cpython: Strata brings no lock of a standalone CPython for these fields and options.\n"
        "Found:\n  release: the lock was made for 20260414, and 20260101 is wanted\n"
        "Fix: set `lockfile` to a name for the file beside the BUILD file, and write it with "
        "`./pants generate-lockfiles --resolve=src:cpython`."
    )


JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from(["format", "made_from", "platforms", "version"]), JSON_VALUES)
def test_damage_is_never_anything_but_an_error_for_people(field: str, value: object) -> None:
    try:
        lock = read_standalone_lock(json.dumps({**json.loads(GOLDEN), field: value}), "cpython.lock.json")
    except StrataError:
        return
    assert read_standalone_lock(standalone_lock_text(lock), "cpython.lock.json") == lock


ARCHIVES = st.builds(
    LockedArchive,
    file=st.from_regex(r"[a-z0-9][a-z0-9+._-]{0,12}\.tar\.gz", fullmatch=True),
    url=st.from_regex(r"\{mirror\}(/[a-z0-9%+_-]{1,9}){1,3}", fullmatch=True),
    size=st.integers(min_value=1, max_value=2**63 - 1),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
)


@given(ARCHIVES, ARCHIVES)
def test_a_lock_is_read_as_it_was_written(first: LockedArchive, second: LockedArchive) -> None:
    platforms = (PlatformArchive("linux/amd64", first), PlatformArchive("linux/arm64", second))
    lock = StandaloneLock(INPUTS, "3.12.13rc1", platforms)
    assert read_standalone_lock(standalone_lock_text(lock), "cpython.lock.json") == lock
