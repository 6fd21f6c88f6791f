from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.debian.lock import (
    DebianLock,
    LockedPackage,
    LockInputs,
    PlatformPackages,
    changes,
    debian_lock_text,
    repository_of,
)
from strata.debian.lock_reader import read_debian_lock
from strata.errors import StrataError
from strata.errors.debian import built_with_renewed, differences
from strata.errors.targets import lock_is_missing, lock_is_stale

LIBC = LockedPackage(
    name="libc6",
    version="2.41-12+deb13u4",
    architecture="amd64",
    path="pool/main/g/glibc/libc6_2.41-12+deb13u4_amd64.deb",
    size=2_800_000,
    sha256="a" * 64,
    repository="debian",
)
INPUTS = LockInputs.of(suites=("trixie",), components=("main",), roots=("zlib1g", "libc6"), excluded=())
LOCK = DebianLock(INPUTS, (PlatformPackages("linux/amd64", (LIBC,)),))

GOLDEN = """\
{
 "format": 1,
 "made_from": {
  "components": [
   "main"
  ],
  "excluded": [],
  "roots": [
   "libc6",
   "zlib1g"
  ],
  "suites": [
   "trixie"
  ]
 },
 "platforms": {
  "linux/amd64": [
   {
    "architecture": "amd64",
    "name": "libc6",
    "path": "pool/main/g/glibc/libc6_2.41-12+deb13u4_amd64.deb",
    "repository": "debian",
    "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "size": 2800000,
    "version": "2.41-12+deb13u4"
   }
  ]
 }
}
"""

RENEW = "make the lock again with `./pants generate-lockfiles --resolve={address}`."
FIX = f"\nFix: restore the file from version control, or {RENEW}"


def test_the_file_has_one_value_a_line_and_is_sorted() -> None:
    assert debian_lock_text(LOCK) == GOLDEN
    assert read_debian_lock(GOLDEN, "base.lock") == LOCK


def test_a_lock_knows_the_day_of_what_it_was_made_from() -> None:
    text = debian_lock_text(replace(LOCK, released="2026-11-15"))
    assert json.loads(text) == {**json.loads(GOLDEN), "released": "2026-11-15"}
    assert read_debian_lock(text, "base.lock").released == "2026-11-15"


@pytest.mark.parametrize("day", ["2026-11-31", "20261115", "yesterday", 5])
def test_a_day_that_is_none(day: object) -> None:
    assert message_of(json.dumps({**json.loads(GOLDEN), "released": day})) == damaged(
        f"the lock: `released` is {day!r}, not a day like 2026-11-15"
    )


def test_a_package_knows_its_file_name() -> None:
    assert LIBC.file_name == "libc6_2.41-12+deb13u4_amd64.deb"


def test_security_suites_are_in_a_repository_of_their_own() -> None:
    assert [repository_of(suite) for suite in ("trixie", "trixie-updates", "trixie-security")] == [
        "debian",
        "debian",
        "debian-security",
    ]


def test_inputs_do_not_depend_on_the_order_of_fields() -> None:
    assert (
        LockInputs.of(suites=("trixie",), components=("main", "main"), roots=("libc6", "zlib1g"), excluded=()) == INPUTS
    )


def test_packages_are_asked_for_by_platform() -> None:
    assert LOCK.packages("linux/amd64") == (LIBC,)
    with pytest.raises(StrataError) as caught:
        LOCK.packages("linux/arm64")
    assert str(caught.value) == (
        "The lock of Debian packages holds nothing for linux/arm64.\nFound:\n  it holds linux/amd64\n"
        f"Fix: add linux/arm64 to `[strata].platforms` in pants.toml, or to `[strata-debian].platforms` where only "
        f"some images or the machine that builds have it, and {RENEW}"
    )


def test_what_a_renewal_changes() -> None:
    old = tuple(replace(LIBC, name=name) for name in ("a", "b", "c"))
    new = (replace(old[0], version="2.42-1"), old[1], replace(LIBC, name="d"))
    assert built_with_renewed("src:base", changes(old, new)) == (
        "src:base: the mirror has dropped packages that the lock names, so this build does not use the lock.\n"
        "Built with what the signed index holds now:\n"
        "  a 2.41-12+deb13u4 → 2.42-1\n  c 2.41-12+deb13u4 is gone\n  d 2.41-12+deb13u4 is new\n"
        "Renew the lock with `./pants generate-lockfiles --resolve=src:base`."
    )


def test_a_lock_that_does_not_exist() -> None:
    assert str(lock_is_missing("base.lock").at("src:base")) == (
        "src:base: The lock file base.lock does not exist.\n"
        "Fix: write it with `./pants generate-lockfiles --resolve=src:base`."
    )


def test_a_lock_for_other_fields() -> None:
    wanted = LockInputs.of(suites=("trixie",), components=("main",), roots=("bash", "libc6"), excluded=())
    assert str(lock_is_stale("base.lock", differences(asdict(INPUTS), asdict(wanted))).at("src:base")) == (
        "src:base: The lock file base.lock was made for other fields or options than those of today.\n"
        "Found:\n  packages: the lock was made without bash\n  packages: the lock was made with zlib1g\n"
        "Fix: renew it with `./pants generate-lockfiles --resolve=src:base`."
    )


def damaged(found: str) -> str:
    return f"base.lock is not a lock of Debian packages that can be read.\nFound:\n  {found}{FIX}"


def message_of(text: str) -> str:
    with pytest.raises(StrataError) as caught:
        read_debian_lock(text, "base.lock")
    return str(caught.value)


def with_package(**fields: Any) -> str:
    document = json.loads(GOLDEN)
    document["platforms"]["linux/amd64"][0].update(fields)
    return json.dumps(document)


def test_text_that_is_no_json() -> None:
    assert message_of("{") == damaged(
        "no valid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    )


def test_json_that_is_no_object() -> None:
    assert message_of("[]") == damaged("the file: `the lock` is [], not a JSON object")


def test_another_format() -> None:
    assert message_of('{"format": 2}') == (
        "base.lock has a format that this version does not know.\nFound:\n  format 2; known is 1\n"
        f"Fix: use the version of Strata that wrote the file, or {RENEW}"
    )


def test_a_missing_field() -> None:
    document = json.loads(GOLDEN)
    del document["platforms"]["linux/amd64"][0]["sha256"]
    assert message_of(json.dumps(document)) == damaged("package 1 of linux/amd64 has no field `sha256`")


def test_a_package_twice() -> None:
    document = json.loads(GOLDEN)
    document["platforms"]["linux/amd64"] *= 2
    assert message_of(json.dumps(document)) == damaged("linux/amd64 names the package libc6 twice")


def test_a_platform_that_is_not_supported() -> None:
    assert message_of(GOLDEN.replace("linux/amd64", "linux/s390x")) == (
        "base.lock: Debian packages for the platform linux/s390x are not supported.\n"
        "Found:\n  supported: linux/amd64\n  supported: linux/arm64\nFix: choose one of the supported platforms."
    )


@pytest.mark.parametrize(
    "field, value, expected",
    [
        ("sha256", "A" * 64, "64 lower-case hexadecimal digits"),
        ("sha256", 5, "64 lower-case hexadecimal digits"),
        ("path", "/pool/x.deb", "a relative path to a .deb file, without `..`"),
        ("path", "pool/../../x.deb", "a relative path to a .deb file, without `..`"),
        ("path", "https://mirror.example/x.deb", "a relative path to a .deb file, without `..`"),
        ("path", "pool/x.txt", "a relative path to a .deb file, without `..`"),
        ("size", True, "a number of bytes"),
        ("size", 0, "a number of bytes"),
        ("name", "../libc6", "the name of a package"),
        ("version", "2.41/1", "a version of a package"),
        ("architecture", "arm64", "amd64 or all"),
        ("repository", "ubuntu", "one of debian, debian-security"),
    ],
)
def test_a_field_with_a_wrong_value(field: str, value: object, expected: str) -> None:
    assert message_of(with_package(**{field: value})) == damaged(
        f"package 1 of linux/amd64: `{field}` is {value!r}, not {expected}"
    )


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from(["format", "made_from", "platforms"]), JSON_VALUES)
def test_damage_is_never_anything_but_an_error_for_people(field: str, value: object) -> None:
    document = {**json.loads(GOLDEN), field: value}
    try:
        lock = read_debian_lock(json.dumps(document), "base.lock")
    except StrataError:
        return
    assert read_debian_lock(debian_lock_text(lock), "base.lock") == lock


PACKAGES = st.builds(
    LockedPackage,
    name=st.from_regex(r"[a-z0-9][a-z0-9+.-]{1,12}", fullmatch=True),
    version=st.from_regex(r"[0-9][A-Za-z0-9.+:~-]{0,12}", fullmatch=True),
    architecture=st.sampled_from(["arm64", "all"]),
    path=st.from_regex(r"pool/[a-z]/[a-z0-9+_~]{1,9}\.deb", fullmatch=True),
    size=st.integers(min_value=1),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    repository=st.sampled_from(["debian", "debian-security"]),
)


@given(st.lists(PACKAGES, unique_by=lambda package: package.name))
def test_a_lock_is_read_as_it_was_written(packages: list[LockedPackage]) -> None:
    ordered = tuple(sorted(packages, key=lambda package: package.name))
    lock = DebianLock(INPUTS, (PlatformPackages("linux/arm64", ordered),))
    assert read_debian_lock(debian_lock_text(lock), "base.lock") == lock
