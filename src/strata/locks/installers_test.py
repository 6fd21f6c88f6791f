from __future__ import annotations

import pkgutil

import pytest

from strata.errors import StrataError
from strata.locks.installers import TOOLS, default_lock, installer_tags, read_installer_lock
from strata.oci.platform import Platform

A = "a" * 64
AMD64 = Platform("linux", "amd64")


def read(text: str, tool: str) -> list[tuple[str, str]]:
    found = read_installer_lock(text, "tool.lock", tool, python="3.13.5", platform=AMD64)
    return [(requirement.name, requirement.version) for requirement in found]


def message(text: str, tool: str) -> str:
    with pytest.raises(StrataError) as caught:
        read(text, tool)
    return str(caught.value.at("//:tool"))


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_locks_that_ship(tool: str, architecture: str) -> None:
    """Each can be used on every platform, and needs at least one wheel for it."""
    text = (pkgutil.get_data("strata.locks", default_lock(tool)) or b"").decode()
    platform = Platform("linux", architecture)
    found = read_installer_lock(text, default_lock(tool), tool, python="3.13.5", platform=platform)
    assert found[0].name == tool
    assert all(requirement.hashes for requirement in found)


def test_tool_comes_first() -> None:
    lines = ["anyio==4.0", "poetry==2.4", "winapi==1.0 ; sys_platform == 'win32'"]
    text = "\n".join(f"{line} --hash=sha256:{A}" for line in lines)
    assert read(text, "poetry") == [("poetry", "2.4"), ("anyio", "4.0")]


def test_lock_of_another_tool() -> None:
    assert message(f"pip==26.0 --hash=sha256:{A}\n", "uv") == (
        "//:tool: The lock tool.lock is not one of uv.\n"
        "Found:\n"
        "  it locks pip\n"
        "Fix: write it with `./pants generate-lockfiles --resolve=//:tool`, or name another file in `lockfile`."
    )
    assert "  it locks nothing\n" in message("", "uv")


@pytest.mark.parametrize(
    "tool, old, oldest", [("pip", "23.0.1", "23.1"), ("uv", "0.4.30", "0.5"), ("poetry", "1.8", "2.0")]
)
def test_old_tool(tool: str, old: str, oldest: str) -> None:
    assert message(f"{tool}=={old} --hash=sha256:{A}\n", tool) == (
        f"//:tool: {tool} {old} cannot be used: it lacks options that reproducible venvs need.\n"
        f"Fix: lock {tool} {oldest} or later."
    )
    assert read(f"{tool}=={oldest} --hash=sha256:{A}\n", tool) == [(tool, oldest)]


def test_tags() -> None:
    glibc = (2, 41)
    assert installer_tags("uv", "3.13.5", glibc, AMD64) == ("py3-none-musllinux_1_1_x86_64",)
    for machine, tag in {
        Platform("linux", "arm64"): "musllinux_1_1_aarch64",
        Platform("darwin", "amd64"): "macosx_10_12_x86_64",
        Platform("darwin", "arm64"): "macosx_11_0_arm64",
    }.items():
        assert installer_tags("uv", "3.13.5", glibc, machine) == (f"py3-none-{tag}",)
    assert installer_tags("pip", "3.13.5", glibc, AMD64) == ("py3-none-any",)
    assert installer_tags("poetry", "3.13.5", glibc, AMD64)[0] == "cp313-cp313-manylinux_2_41_x86_64"
