"""This module reads the locks of installer tools (pip, uv, Poetry), and says which wheels of a tool are fetched.

A tool is locked like the dependencies of an app: a hashed requirements file lists the tool and all that it needs. One
such lock for each tool ships beside this module; a `python_installer` target may have a lock of its own.
"""

from __future__ import annotations

from packaging.version import Version

from strata.errors import installers as errors
from strata.locks.environment import machine, marker_environment, wheel_tags
from strata.locks.requirements import LockedRequirement, read_requirements, select
from strata.oci.platform import Platform

TOOLS = ("pip", "uv", "poetry")

_OLDEST = {"pip": "23.1", "uv": "0.5", "poetry": "2.0"}
"""Tool → the oldest version that knows the options with which strata.installers calls it."""

_UV_ON_MACOS = {"darwin/amd64": "macosx_10_12_x86_64", "darwin/arm64": "macosx_11_0_arm64"}
"""Platform → the tag of the wheel of uv for it: there, too, uv makes the locks of installers."""


def default_lock(tool: str) -> str:
    """Return the path of the lock that ships with Strata for a tool, relative to this module."""
    return f"installer_locks/{tool}.lock"


def read_installer_lock(
    text: str, where: str, tool: str, *, python: str, platform: Platform
) -> tuple[LockedRequirement, ...]:
    """Return the requirements of a tool's lock that apply on an interpreter and a platform, the tool itself first.

    Raise StrataError for a lock of another tool, or of a version that is too old to be used.

    :param where: the path of the lock, for messages.
    :param python: the full version of CPython, 3.13.5.
    """
    locked = select(read_requirements(text, where), marker_environment(python, platform), where)
    own = [requirement for requirement in locked if requirement.name == tool]
    if not own:
        raise errors.lock_of_another_tool(where, tool, [requirement.name for requirement in locked])
    if Version(own[0].version) < Version(_OLDEST[tool]):
        raise errors.tool_too_old(tool, own[0].version, _OLDEST[tool])
    return (*own, *(requirement for requirement in locked if requirement.name != tool))


def installer_tags(tool: str, python: str, glibc: tuple[int, int], platform: Platform) -> tuple[str, ...]:
    """Return the tags of the wheels of a tool that are used on the machine that builds, best first.

    uv is a program: its musl build is linked statically, so it runs with every C library. pip runs on every Python, so
    one tag keeps the cache key of its fetch the same for all interpreters.
    """
    if tool == "uv":
        return (f"py3-none-{_UV_ON_MACOS.get(str(platform)) or f'musllinux_1_1_{machine(platform)}'}",)
    if tool == "pip":
        return ("py3-none-any",)
    return wheel_tags(python, glibc, platform)
