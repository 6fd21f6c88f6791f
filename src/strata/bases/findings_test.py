from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Optional

import pytest

from strata.bases.findings import Findings, combine
from strata.protocol.bases.inspect_base_layer import Result
from strata.protocol.package import InstalledPackage

LIBC = "usr/lib/x86_64-linux-gnu/libc.so.6"
HEADER = "usr/local/include/python3.13/patchlevel.h"


def layer(
    *,
    packages: Optional[Mapping[str, str]] = None,
    listed: Optional[Mapping[str, str]] = None,
    distributions: Optional[Mapping[str, tuple[str, ...]]] = None,
    systems: Optional[Mapping[str, str]] = None,
    c_libraries: Optional[Mapping[str, str]] = None,
    pythons: tuple[str, ...] = (),
    headers: Optional[Mapping[str, str]] = None,
    libraries: tuple[str, ...] = (),
    cached: Optional[tuple[str, ...]] = None,
    removed: tuple[str, ...] = (),
    installers: tuple[Any, ...] = (),
) -> Result:
    return Result(
        installers=installers,
        packages=None if packages is None else _installed(packages),
        listed_packages=_installed(listed or {}),
        c_libraries=c_libraries or {},
        pythons=pythons,
        python_headers=headers or {},
        distributions=distributions or {},
        systems=systems or {},
        libraries=libraries,
        cached_libraries=cached,
        removed=removed,
    )


def found_in(layers: Sequence[Result], *env: str) -> Findings:
    return combine(layers, env)


def _installed(versions: Mapping[str, str]) -> tuple[InstalledPackage, ...]:
    return tuple(InstalledPackage(name, version, "amd64", name, version) for name, version in versions.items())


def test_a_later_list_of_packages_replaces_and_files_of_the_other_kind_add() -> None:
    found = found_in(
        [
            layer(packages={"libc6": "2.36-9", "pip": "1"}, listed={"tzdata": "1"}),
            layer(listed={"netbase": "6"}),
            layer(packages={"libc6": "2.36-9+deb12u10"}),
        ]
    )
    assert found.packages == {"libc6": "2.36-9+deb12u10", "netbase": "6", "tzdata": "1"}
    assert found.glibc == (2, 36)


@pytest.mark.parametrize("removed", ["var/lib/dpkg/status", "var/lib/dpkg", "var/", "var", ""])
def test_list_that_a_later_layer_removes(removed: str) -> None:
    found = found_in([layer(packages={"libc6": "2.36-9"}), layer(removed=(removed,))])
    assert (found.packages, found.glibc) == ({}, None)


@pytest.mark.parametrize("removed", ["var/lib/dpkg/status-old", "va", "lib"])
def test_other_path_is_removed(removed: str) -> None:
    assert found_in([layer(packages={"libc6": "2.36-9"}), layer(removed=(removed,))]).glibc == (2, 36)


def test_what_a_layer_removes_it_may_have_anew() -> None:
    below = layer(listed={"a": "1"}, c_libraries={LIBC: "2.31"}, pythons=("usr/bin/python3.11",))
    above = layer(
        listed={"b": "1"},
        c_libraries={LIBC: "2.41"},
        pythons=("usr/bin/python3.13",),
        removed=("usr/", "var/lib/dpkg/"),
    )
    found = found_in([below, above])
    assert (found.packages, found.glibc, found.pythons) == ({"b": "1"}, (2, 41), {"usr/bin/python3.13": "3.13"})


@pytest.mark.parametrize(
    "program, packages, headers, version",
    [
        ("usr/local/bin/python3.13", {}, {HEADER: "3.13.5"}, "3.13.5"),
        ("usr/bin/python3.13", {"python3.13-minimal": "3.13.5-2"}, {}, "3.13.5"),
        ("usr/bin/python3.13", {}, {HEADER: "3.13.5"}, "3.13"),
        ("opt/conda/bin/python3.12", {"python3.12-minimal": "3.12.1-1"}, {}, "3.12"),
    ],
)
def test_version_of_python(program: str, packages: Any, headers: Any, version: str) -> None:
    found = found_in([layer(packages=packages, pythons=(program,), headers=headers)])
    assert found.pythons == {program: version}


def test_the_python_that_path_finds_first_is_chosen() -> None:
    found = found_in([layer(pythons=("opt/bin/python3.13", "usr/bin/python3.13", "usr/local/bin/python3.13"))])
    assert found.python("3.13") == "usr/local/bin/python3.13"
    assert found.python("3.12") is None


def test_musl_is_no_glibc() -> None:
    assert found_in([layer(c_libraries={"lib/ld-musl-x86_64.so.1": "musl"})]).glibc is None


def test_installers_stay_with_their_layers() -> None:
    found = found_in([layer(installers=({"project": "pip"},)), layer(removed=("usr/",))])
    assert found.installers == (({"project": "pip"},), ())


def test_installed_projects() -> None:
    site = "usr/lib/python3/dist-packages"
    below = layer(
        distributions={
            f"{site}/a-1.dist-info/METADATA": ("a", "1"),
            f"{site}/b-1.dist-info/METADATA": ("b", "1"),
            "opt/site-packages/b-2.dist-info/METADATA": ("b", "2"),
        }
    )
    above = layer(distributions={f"{site}/a-2.dist-info/METADATA": ("a", "2")}, removed=(f"{site}/a-1.dist-info",))
    assert found_in([below, above]).distributions == {"a": ("2",), "b": ("1", "2")}
    assert found_in([layer()]).distributions == {}


def test_the_distribution() -> None:
    below = layer(systems={"usr/lib/os-release": "debian-12", "etc/os-release": "own-1"})
    assert found_in([below]).system == "own-1"
    assert found_in([below, layer(removed=("etc/os-release",))]).system == "debian-12"
    assert found_in([layer()]).system == ""


def test_details_of_packages() -> None:
    packages = (
        InstalledPackage("libc6", "2.41-12+b2", "amd64", "glibc", "2.41-12"),
        InstalledPackage("libz", "1", "amd64", "zlib", "1"),
        InstalledPackage("openssl", "3", "amd64", "openssl", "3"),
        InstalledPackage("tzdata", "2025b", "all", "tzdata", "2025b"),
        InstalledPackage("unknown", "1"),
    )
    assert found_in([replace(layer(), listed_packages=packages)]).details == {
        "libc6": {"source": "glibc 2.41-12"},
        "libz": {"source": "zlib"},
        "tzdata": {"architecture": "all"},
    }


def test_shared_libraries_of_all_layers() -> None:
    below = layer(libraries=(LIBC, "usr/lib/libold.so.1", "opt/oracle/libocci.so.21", "opt/own/libown.so.1"))
    above = layer(libraries=("usr/lib64/libnew.so.1",), removed=("usr/lib/libold.so.1",))
    assert found_in([below, above]).libraries == ("libc.so.6", "libnew.so.1")
    assert found_in([below, above], "LD_LIBRARY_PATH=/opt/oracle").libraries == (
        "libc.so.6",
        "libnew.so.1",
        "libocci.so.21",
    )
    assert found_in([below, layer(removed=("usr/",))]).libraries == ()
    assert found_in([]).libraries == ()


def test_the_last_cache_of_the_loader_counts() -> None:
    own, other = "opt/own/libown.so.1", "opt/other/libother.so.1"
    below = layer(libraries=(own, other), cached=("libown.so.1",))
    assert found_in([below, layer()]).libraries == ("libown.so.1",)
    assert found_in([below, layer(cached=("libother.so.1",))]).libraries == ("libother.so.1",)
    assert found_in([below, layer(removed=("etc/ld.so.cache",))]).libraries == ()
    # The cache still names a library that a layer takes away.
    assert found_in([below, layer(removed=("opt/own",))]).libraries == ()
