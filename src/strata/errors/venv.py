"""Errors of filling a venv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from strata.errors import StrataError


def installer_failed(tool: str, output: Sequence[str]) -> StrataError:
    return StrataError(
        f"{tool} could not install the locked wheels.",
        found=output,
        fix="the wheels are those of the lock: lock versions that install, or report what is wrong with the wheel.",
    )


def not_installed(wheel: str, member: str) -> StrataError:
    return StrataError(
        f"The installer did not install {member} of {wheel}.",
        fix="this is a defect of the installer or of Strata: report it, and use another version of the installer.",
    )


def installed_otherwise(wheel: str, member: str) -> StrataError:
    return StrataError(
        f"The installer installed {member} with other content than {wheel} has.",
        fix="this is a defect of the installer or of Strata: report it, and use another version of the installer.",
    )


def unreadable_wheel(wheel: str, reason: str) -> StrataError:
    return StrataError(
        f"{wheel} is no wheel that can be read.", found=[reason], fix="lock another version of the project."
    )


def unsafe_member(wheel: str, member: str, reason: str) -> StrataError:
    return StrataError(
        f"{wheel} has a file that must not be installed: {member}.",
        found=[reason],
        fix="the wheel is damaged or malicious: lock another version, and tell the project.",
    )


def reserved_path(wheel: str, path: str) -> StrataError:
    return StrataError(
        f"{wheel} would replace a file of the venv itself: {path}.",
        fix="lock another version of the project, which leaves the venv's Python alone.",
    )


def unusable_entry_point(wheel: str, name: str, value: str) -> StrataError:
    return StrataError(
        f"{wheel} declares a script that cannot be made: {name}.",
        found=[f"{name} = {value}"],
        fix="lock another version of the project, whose entry points name a function of a module.",
    )


def not_locked(venv: str, missing: Sequence[str]) -> StrataError:
    return StrataError(
        f"The image needs requirements that the lock of {venv} does not have.",
        found=missing,
        fix="renew the lock from the requirements, name another `venv`, or take what is not needed out of the "
        "dependencies. `./pants dependencies --transitive {address}` tells what leads there.",
    )


def files_overlap(address: str, overlaps: Mapping[str, Sequence[str]]) -> str:
    """A warning: path → the wheels that have it, of which the last one's file is in the venv."""
    lines = [f"  {path}: {', '.join(wheels)}" for path, wheels in sorted(overlaps.items())]
    return "\n".join([f"{address}: wheels install different files at one path; the venv has the last one's:", *lines])
