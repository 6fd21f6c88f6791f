from __future__ import annotations

import sysconfig

import packaging._manylinux
import packaging._musllinux
import pytest
from packaging import tags
from packaging.markers import Marker, default_environment

from strata.locks.environment import machine, marker_environment, wheel_tags
from strata.oci.platform import Platform

AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")


@pytest.mark.parametrize("platform, glibc", [(AMD64, (2, 41)), (AMD64, (2, 17)), (ARM64, (2, 41)), (ARM64, (2, 28))])
@pytest.mark.parametrize("python", ["3.13.5", "3.9.2"])
def test_tags_are_those_of_packaging(
    monkeypatch: pytest.MonkeyPatch, python: str, platform: Platform, glibc: tuple[int, int]
) -> None:
    """As `sys_tags` computes them on such a machine; packaging 26.4 has the tag of any Linux before manylinux."""
    monkeypatch.setattr(sysconfig, "get_platform", lambda: f"linux-{machine(platform)}")
    monkeypatch.setattr(packaging._manylinux, "_get_glibc_version", lambda: glibc)
    monkeypatch.setattr(packaging._musllinux, "platform_tags", lambda arch: iter(()))
    version = tuple(int(part) for part in python.split(".")[:2])
    interpreter = f"cp{version[0]}{version[1]}"
    platforms = list(tags.platform_tags())
    expected = [
        *tags.cpython_tags(version, abis=[interpreter], platforms=platforms),
        *tags.compatible_tags(version, interpreter, platforms),
    ]
    found, wanted = wheel_tags(python, glibc, platform), tuple(map(str, expected))
    assert sorted(found) == sorted(wanted)
    assert _without_any_linux(found) == _without_any_linux(wanted)


def _without_any_linux(found: tuple[str, ...]) -> list[str]:
    return [tag for tag in found if "-linux_" not in tag]


def test_tags_of_debian_13() -> None:
    found = wheel_tags("3.13.5", (2, 41), AMD64)
    assert found[:3] == (
        "cp313-cp313-manylinux_2_41_x86_64",
        "cp313-cp313-manylinux_2_40_x86_64",
        "cp313-cp313-manylinux_2_39_x86_64",
    )
    assert found[-3:] == ("py32-none-any", "py31-none-any", "py30-none-any")
    assert len(found) == len(set(found))
    ordered = [
        "cp313-cp313-manylinux_2_17_x86_64",
        "cp313-cp313-manylinux2014_x86_64",
        "cp313-cp313-manylinux_2_5_x86_64",
        "cp313-cp313-manylinux1_x86_64",
        "cp313-cp313-linux_x86_64",
        "cp313-abi3-manylinux_2_41_x86_64",
        "cp313-none-manylinux_2_41_x86_64",
        "cp312-abi3-manylinux_2_28_x86_64",
        "cp32-abi3-manylinux_2_17_x86_64",
        "py3-none-manylinux_2_17_x86_64",
        "cp313-none-any",
        "py313-none-any",
        "py3-none-any",
    ]
    assert [tag for tag in found if tag in ordered] == sorted(ordered, key=found.index)
    assert sorted(ordered, key=found.index) == ordered
    assert not {tag for tag in found if "musllinux" in tag or "2_42" in tag or "cp313t" in tag or "2_4_" in tag}


def test_markers_are_complete() -> None:
    environment = marker_environment("3.13.5", ARM64)
    assert set(environment) == {*default_environment(), "extra"}
    assert environment == {
        "extra": "",
        "implementation_name": "cpython",
        "implementation_version": "3.13.5",
        "os_name": "posix",
        "platform_machine": "aarch64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": "3.13.5",
        "python_version": "3.13",
        "sys_platform": "linux",
    }


@pytest.mark.parametrize(
    "marker, holds",
    [
        ('python_version >= "3.9" and python_full_version < "3.13.6"', True),
        ('platform_machine == "x86_64" and sys_platform == "linux"', True),
        ('platform_machine in "x86_64 aarch64" and "linux" in sys_platform', True),
        ('implementation_name == "pypy" or extra == "test"', False),
        ('platform_release == "" and platform_version == ""', True),
    ],
)
def test_markers_evaluate(marker: str, holds: bool) -> None:
    assert Marker(marker).evaluate(dict(marker_environment("3.13.5", AMD64))) is holds
