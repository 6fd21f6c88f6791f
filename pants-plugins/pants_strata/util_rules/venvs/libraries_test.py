from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Optional

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST
from pants.engine.target import Target
from pants.testutil.option_util import create_subsystem
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.image import ImageSystem
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.oci_base import OciBase
from pants_strata.artifacts.venv import Venv
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import DebianPackagesTarget, OciBaseTarget, PythonImageTarget
from pants_strata.target_types.defaults import BASE as DEFAULT_BASE
from pants_strata.util_rules.venvs.libraries import check_libraries
from strata.bases.findings import Findings
from strata.errors import StrataError
from strata.oci.descriptor import Descriptor
from strata.oci.layer import Layer
from strata.plan.libraries import NativeWheel
from strata.protocol.bases import fetch_base
from strata.protocol.bases.fetch_base import BaseRuntime

IMAGE, BASE = Address("src/app", target_name="image"), Address("third", target_name="base")
NAME = f"registry.example/base:1@sha256:{'a' * 64}"
DOCUMENTS = fetch_base.Result(f"sha256:{'a' * 64}", f"sha256:{'d' * 64}", (), BaseRuntime())
UPON = OciBaseTarget({"image": "registry.example/base:1", "lockfile": "base.oci.json"}, BASE)
NODE = {"libatomic.so.1": "playwright/driver/node", "libc.so.6": "playwright/driver/node"}
SYSTEM = ImageSystem(
    tuple(
        ArtifactLayer(Layer(Descriptor("x", "sha256:0", 1), "sha256:0", {}), EMPTY_DIGEST, FrozenDict(), libraries)
        for libraries in (("libc.so.6",), ("libssl.so.3",))
    )
)


def found_in_base(*libraries: str, system: str = "debian-13", c_library: str = "2.41") -> Findings:
    return Findings((), {}, {"lib/libc": c_library}, {}, system, {}, {}, libraries)


def check(
    wanted: Optional[str],
    wheels: Mapping[str, Mapping[str, str]],
    *,
    base: Optional[Target] = None,
    has: Sequence[str] = (),
    upon: Optional[Findings] = None,
    placed: Sequence[str] = (),
) -> None:
    libraries = tuple(NativeWheel(title, has, needs) for title, needs in wheels.items())
    check_libraries(
        PythonImageTarget({"script": "x", "missing_libraries": wanted}, IMAGE),
        base or DebianPackagesTarget({}, BASE),
        replace(SYSTEM, oci_base=OciBase(NAME, "registry.example/base", DOCUMENTS, upon, False)) if upon else SYSTEM,
        Venv((), frozenset(), frozenset(), frozenset(), (), libraries),
        placed,
        PLATFORM,
        create_subsystem(DebianSubsystem, release="trixie"),
    )


def error(wheels: Mapping[str, Mapping[str, str]], **fields: Any) -> str:
    with pytest.raises(StrataError) as caught:
        check("error", wheels, **fields)
    return str(caught.value)


MESSAGE = (
    "src/app:image: Wheels for linux/amd64 need shared libraries that the image does not have: whatever loads them "
    "will fail.\n"
    "Found:\n"
    "  playwright 1.56.0: playwright/driver/node needs libatomic.so.1, in the Debian package libatomic1\n"
    "Fix: add libatomic1 to `packages` of third:base and run `./pants generate-lockfiles --resolve=third:base`; if the "
    'app never loads these files, set `missing_libraries="ignore"` on the image.'
)


def test_a_warning_by_default(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        check(None, {"playwright 1.56.0": NODE})
    assert [record.getMessage() for record in caplog.records] == [MESSAGE]


def test_an_error_where_that_is_asked_for() -> None:
    assert error({"playwright 1.56.0": NODE}) == MESSAGE


@pytest.mark.parametrize(
    "wanted, fields",
    [
        ("ignore", {}),
        ("error", {"has": ["libatomic.so.1"]}),
        ("error", {"placed": ["usr/lib/x86_64-linux-gnu/libatomic.so.1"]}),
        ("error", {"upon": found_in_base("libatomic.so.1")}),
        ("ignore", {"upon": found_in_base()}),
    ],
)
def test_nothing_is_told(wanted: str, fields: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        check(wanted, {"playwright 1.56.0": NODE}, **fields)
    assert caplog.records == []


def test_a_library_that_no_table_knows() -> None:
    assert error({"demo 1.0": {"libown.so.3": "demo/x.so"}}) == (
        "src/app:image: Wheels for linux/amd64 need shared libraries that the image does not have: whatever loads them "
        "will fail.\n"
        "Found:\n"
        "  demo 1.0: demo/x.so needs libown.so.3, of unknown origin\n"
        "Fix: find what has the other libraries: `apt-file search NAME`, or a wheel of the same project; if the app "
        'never loads these files, set `missing_libraries="ignore"` on the image.'
    )


def test_the_base_that_comes_with_strata_and_another_release() -> None:
    base = DebianPackagesTarget({"release": "bookworm"}, DEFAULT_BASE)
    assert error({"opencv 4.12": {"libgthread-2.0.so.0": "cv2.so"}}, base=base).splitlines()[2:] == [
        "  opencv 4.12: cv2.so needs libgthread-2.0.so.0, in the Debian package libglib2.0-0",
        "Fix: declare a `debian_packages` target with libglib2.0-0 beside its default `packages` (`./pants help "
        "debian_packages` lists them), and name it in `[strata].base`; if the app never loads these files, set "
        '`missing_libraries="ignore"` on the image.',
    ]


# ---- upon an image of a registry ------------------------------------------------------------------------------------

INTRODUCTION = (
    f"src/app:image: Wheels for linux/amd64 need shared libraries that no layer of the base {NAME} has, nor any other "
    "of the image: whatever loads them will fail."
)
RENEW = "name it in `image` of third:base and run `./pants generate-lockfiles --resolve=third:base`"
IGNORE = 'if the app never loads these files, set `missing_libraries="ignore"` on the image.'


@pytest.mark.parametrize("system, package", [("debian-13", "libasound2t64"), ("debian-12", "libasound2")])
def test_the_package_of_the_release_of_a_base(system: str, package: str) -> None:
    needs = {"libasound.so.2": "demo/x.so", "libown.so.3": "demo/x.so", "libz.so.1": "demo/x.so"}
    assert error({"demo 1.0": needs}, base=UPON, upon=found_in_base("libz.so.1", system=system)).splitlines() == [
        INTRODUCTION,
        "Found:",
        f"  demo 1.0: demo/x.so needs libasound.so.2, in the Debian package {package}",
        "  demo 1.0: demo/x.so needs libown.so.3",
        f"Fix: have the base built with {package} and what has the other libraries, {RENEW}; {IGNORE}",
    ]


@pytest.mark.parametrize("system", ["fedora-43", "ubuntu-24.04", ""])
def test_no_debian_package_is_named_for_another_distribution(system: str) -> None:
    base = OciBaseTarget({"image": NAME}, BASE)
    assert error({"playwright 1.56.0": NODE}, base=base, upon=found_in_base(system=system)).splitlines() == [
        INTRODUCTION,
        "Found:",
        "  playwright 1.56.0: playwright/driver/node needs libatomic.so.1",
        f"Fix: have the base built with what has these libraries, name it in `image` of third:base; {IGNORE}",
    ]


def test_wheels_for_glibc_on_musl() -> None:
    upon = found_in_base("libz.so.1", "ld-musl-x86_64.so.1", system="alpine-3.22", c_library="musl")
    assert error({"demo 1.0": {"libm.so.6": "demo/x.so"}}, base=UPON, upon=upon).splitlines() == [
        INTRODUCTION,
        "Found:",
        "  demo 1.0: demo/x.so needs libm.so.6",
        "  the C library of the base is musl, and these wheels are for glibc",
        f"Fix: choose a base with glibc, {RENEW}; {IGNORE}",
    ]


def test_a_base_without_anything() -> None:
    upon = Findings((), {}, {}, {}, libraries=())
    assert error({"demo 1.0": {"libz.so.1": "x.so"}}, base=UPON, upon=upon).splitlines()[2:] == [
        "  demo 1.0: x.so needs libz.so.1",
        f"Fix: have the base built with what has these libraries, {RENEW}; {IGNORE}",
    ]


def test_a_lock_that_does_not_say_what_the_base_has(caplog: pytest.LogCaptureFixture) -> None:
    upon = replace(found_in_base(), libraries=None)
    with caplog.at_level(logging.WARNING):
        check(None, {"playwright 1.56.0": NODE}, base=UPON, upon=upon)
        check("error", {"demo 1.0": {"libc.so.6": "x.so"}}, base=UPON, upon=upon)
    assert [record.getMessage() for record in caplog.records] == [
        "src/app:image: The lock of third:base does not say which shared libraries the base has, since an earlier "
        "version of Strata made it: nobody knows whether the image has those that its wheels need.\n"
        "Fix: make it again with `./pants generate-lockfiles --resolve=third:base`."
    ]
