from __future__ import annotations

import pytest

from strata.locks.c_library import Misfit, fits_but_for_c_library, misfits
from strata.locks.environment import wheel_tags
from strata.oci.platform import Platform

TAGS = frozenset(wheel_tags("3.13.5", (2, 36), Platform("linux", "amd64")))


def wheel(*platforms: str, python: str = "cp313-cp313") -> str:
    return f"demo-1.0-{python}-{'.'.join(platforms)}.whl"


@pytest.mark.parametrize(
    "file, tag, glibc",
    [
        (wheel("manylinux_2_39_x86_64"), "manylinux_2_39_x86_64", (2, 39)),
        (wheel("manylinux_2_39_x86_64", python="cp39-abi3"), "manylinux_2_39_x86_64", (2, 39)),
        (wheel("manylinux_2_39_x86_64", python="py3-none"), "manylinux_2_39_x86_64", (2, 39)),
        (wheel("manylinux_2_40_x86_64", "manylinux_2_39_x86_64"), "manylinux_2_39_x86_64", (2, 39)),
        (wheel("musllinux_1_2_x86_64"), "musllinux_1_2_x86_64", None),
        (wheel("musllinux_1_2_x86_64", "manylinux_2_39_x86_64"), "manylinux_2_39_x86_64", (2, 39)),
    ],
)
def test_wheels_for_another_c_library(file: str, tag: str, glibc: tuple[int, int]) -> None:
    assert misfits([file], TAGS) == (Misfit(file, tag, glibc),)
    assert fits_but_for_c_library(file, TAGS)


@pytest.mark.parametrize(
    "file",
    [
        wheel("manylinux_2_39_aarch64"),
        wheel("manylinux_2_39_x86_64", python="cp312-cp312"),
        wheel("musllinux_1_2_x86_64", python="cp313-cp313t"),
        wheel("macosx_11_0_arm64"),
        wheel("win_amd64"),
        "demo-1.0.tar.gz",
        "demo.whl",
        "",
    ],
)
def test_wheels_that_no_c_library_would_make_fit(file: str) -> None:
    assert misfits([file], TAGS) == ()
    assert not fits_but_for_c_library(file, TAGS)


@pytest.mark.parametrize(
    "fitting",
    [
        wheel("manylinux_2_36_x86_64"),
        wheel("manylinux2014_x86_64", "manylinux_2_17_x86_64"),
        wheel("manylinux1_x86_64"),
        wheel("any", python="py3-none"),
    ],
)
def test_a_wheel_that_fits_serves_beside_others(fitting: str) -> None:
    assert misfits([wheel("manylinux_2_39_x86_64"), fitting], TAGS) == ()
    assert fits_but_for_c_library(fitting, TAGS)


def test_the_least_demanding_wheel_is_the_first() -> None:
    files = [wheel("musllinux_1_2_x86_64"), wheel("manylinux_2_41_x86_64"), wheel("manylinux_2_39_x86_64")]
    assert [misfit.glibc for misfit in misfits(files, TAGS)] == [(2, 39), (2, 41), None]


def test_names_from_before_pep_600() -> None:
    old = frozenset(wheel_tags("3.9.2", (2, 12), Platform("linux", "amd64")))
    file = "demo-1.0-cp39-cp39-manylinux2014_x86_64.whl"
    assert misfits([file], old) == (Misfit(file, "manylinux2014_x86_64", (2, 17)),)
