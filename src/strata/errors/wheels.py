"""This module words the errors of wheels: what they hold, and what their metadata says.

The verbs that read wheels raise them (`fetch-wheel`, `dependencies-layer`, `build-wheel`, `proof`); the rule that
follows dependencies from wheel to wheel raises the first, and the rule that asks for wheels the last. `wheel` is the
name of a project with its version, or of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from strata.errors import StrataError
from strata.errors.archive import or_raise


def unreadable_dependency(wheel: str, line: str) -> StrataError:
    """Return the error for a Requires-Dist line that is no requirement (PEP 508)."""
    return StrataError(
        f"The wheel of {wheel} depends on what cannot be read (PEP 508), so what an app needs is not known.",
        found=[f"Requires-Dist: {line}"],
        fix=f"lock another version of {wheel}, and tell the project.",
    )


def unreadable_wheel(wheel: str, reason: str) -> StrataError:
    """Return the error for a file that is no wheel (PEP 427).

    :param reason: why, for one line.
    """
    return StrataError(
        f"{wheel} is no wheel that can be read.",
        found=[reason],
        fix=or_raise("lock another version of the project.", reason),
    )


def unsafe_member(wheel: str, member: str, reason: str) -> StrataError:
    """Return the error for a member whose path, or whose kind, must not be installed.

    :param reason: why, for one line.
    """
    return StrataError(
        f"{wheel} has a file that must not be installed: {member}.",
        found=[reason],
        fix="the wheel is damaged or malicious: lock another version, and tell the project.",
    )


def reserved_path(wheel: str, path: str) -> StrataError:
    """Return the error for a wheel that installs a file at a path of the venv itself, such as `bin/python`."""
    return StrataError(
        f"{wheel} would replace a file of the venv itself: {path}.",
        fix="lock another version of the project, which leaves the venv's Python alone.",
    )


def unusable_entry_point(wheel: str, name: str, value: str) -> StrataError:
    """Return the error for a script in entry_points.txt that names no function of a module."""
    return StrataError(
        f"{wheel} declares a script that cannot be made: {name}.",
        found=[f"{name} = {value}"],
        fix="lock another version of the project, whose entry points name a function of a module.",
    )


def needs_other_c_library(
    release: str,
    wheels: Sequence[tuple[str, str, Optional[tuple[int, int]]]],
    owner: str,
    glibc: tuple[int, int],
    sdist: str,
) -> StrataError:
    """Return the error for a release whose wheels ask for a newer glibc than an image has, or for musl.

    :param release: name and version, `demo 1.0`.
    :param wheels: of each its file, the tag of its platform, and the glibc that it asks for (None: musl), the least
        demanding first.
    :param owner: the artifact that holds the image's C library, in words: `the base 3rdparty/debian:base`.
    :param sdist: the file name of the release's source distribution; empty where there is none.
    """
    name = release.partition(" ")[0]
    needs = [(file, tag, f"glibc {_dotted(wanted)}" if wanted else "musl") for file, tag, wanted in wheels]
    least = wheels[0][2]
    fixes = [f"lock a version of {name} that has a wheel for glibc {_dotted(glibc)} or older"]
    if least:
        fixes.append(f"use a `base` with glibc {_dotted(least)} or newer, and a `python_interpreter` that goes with it")
    if sdist:
        fixes.append(f'let Strata build {sdist} without a compiler: `allow_sdists=["{name}"]` in a `python_venv`')
    return StrataError(
        f"{release}: no wheel runs with the image's C library.",
        found=[
            *(f"{file} needs {wanted}, says its tag {tag}" for file, tag, wanted in needs),
            f"{owner} has glibc {_dotted(glibc)}",
        ],
        fix="; or ".join(fixes) + ".",
    )


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
