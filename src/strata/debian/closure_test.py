from __future__ import annotations

import pytest

from strata.debian.closure import resolve_closure
from strata.debian.index import IndexText, PackageIndex
from strata.errors import StrataError

MAIN = """\
app: 1.0 | Depends: lib-a (>= 1), runtime:any | media
lib-a: 1.5 | Pre-Depends: lib-c | Depends: virtual-b
lib-b: 1.0 | Provides: virtual-b, versioned (= 2.0) | Priority: optional
lib-b-first: 1.0 | Provides: virtual-b | Priority: required
lib-c: 1:0.9
media: 1.0
runtime: 1.0 | Depends: debconf (>= 0.5) | debconf-2.0
debconf: 1.0
debconf-2.0: 1.0
wants-versioned: 1.0 | Depends: versioned (>= 2)
wants-too-new: 1.0 | Depends: lib-c (>> 1:0.9)
above: 1.0 | Depends: wants-too-new
wants-unversioned: 1.0 | Depends: virtual-b (>= 1)
circle: 1.0 | Depends: circle-back
circle-back: 1.0 | Depends: circle
"""

SECURITY = "lib-a: 1.5-1+security | Depends: lib-c\n"


def index_of(**repositories: str) -> PackageIndex:
    return PackageIndex(
        IndexText(repository.replace("_", "-"), "\n".join(map(paragraph, text.splitlines())))
        for repository, text in repositories.items()
    )


def paragraph(line: str) -> str:
    """`name: version | Field: value | …`, where a lower-case part goes on the alternatives of the field before it."""
    head, *parts = line.split(" | ")
    name, version = head.split(": ")
    fields: list[str] = []
    for part in parts:
        if part[0].isupper():
            fields.append(part)
        else:
            fields[-1] += f" | {part}"
    return "\n".join(
        [
            f"Package: {name}",
            f"Version: {version}",
            "Architecture: amd64",
            *fields,
            f"Filename: pool/{name}.deb",
            "Size: 10",
            f"SHA256: {'a' * 64}",
            "",
        ]
    )


INDEX = index_of(debian=MAIN)


def names(*roots: str, index: PackageIndex = INDEX, excluded: tuple[str, ...] = ()) -> list[str]:
    return [package.name for package in resolve_closure(index, roots, excluded)]


def message_of(*roots: str) -> str:
    with pytest.raises(StrataError) as caught:
        resolve_closure(INDEX, roots, ())
    return str(caught.value)


def test_dependencies_are_followed_with_the_first_alternative_and_the_most_important_provider() -> None:
    assert names("app") == ["app", "debconf", "lib-a", "lib-b-first", "lib-c", "runtime"]


def test_a_root_that_satisfies_a_dependency_is_preferred() -> None:
    assert names("app", "media", "lib-b") == ["app", "lib-a", "lib-b", "lib-c", "media"]
    assert names("lib-b", "media", "app") == names("app", "media", "lib-b")


def test_an_excluded_alternative_satisfies_its_dependency() -> None:
    assert names("runtime", excluded=("debconf-2.0",)) == ["runtime"]


def test_a_versioned_relation_needs_a_versioned_provider() -> None:
    assert names("wants-versioned") == ["lib-b", "wants-versioned"]
    assert message_of("wants-unversioned") == (
        "No package satisfies the dependency virtual-b (>= 1) of wants-unversioned.\n"
        "Found:\n  needed by wants-unversioned\n  there is lib-b-first 1.0\n  there is lib-b 1.0\n"
        "Fix: add the suite or component that has it, or exclude its name if the image works without it."
    )


def test_a_circle_ends() -> None:
    assert names("circle") == ["circle", "circle-back"]


def test_the_newest_version_over_all_suites_wins() -> None:
    index = index_of(debian=MAIN, debian_security=SECURITY)
    (lib_a, lib_c) = resolve_closure(index, ["lib-a"], ())
    assert (lib_a.version, lib_a.repository) == ("1.5-1+security", "debian-security")
    assert (lib_c.version, lib_c.repository) == ("1:0.9", "debian")


def test_an_unknown_root() -> None:
    assert message_of("medias") == (
        "The package index knows no package medias.\nFound:\n  similar: media\n"
        "Fix: correct the name, or add the suite or component that has the package."
    )


def test_a_dependency_without_a_version_that_satisfies_it() -> None:
    assert message_of("above") == (
        "No package satisfies the dependency lib-c (>> 1:0.9) of wants-too-new.\n"
        "Found:\n  needed by above → wants-too-new\n  there is lib-c 1:0.9\n"
        "Fix: add the suite or component that has it, or exclude its name if the image works without it."
    )


def test_an_index_with_a_damaged_paragraph() -> None:
    index = PackageIndex([IndexText("debian", "Package: lib-a\nVersion: 1\nSize: many\n")])
    with pytest.raises(StrataError) as caught:
        resolve_closure(index, ["lib-a"], ())
    assert str(caught.value) == (
        "The package index describes lib-a without a usable field Size.\n"
        "Fix: check that the mirror serves a complete index of a Debian release."
    )
