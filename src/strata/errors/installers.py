"""This module words the errors of installer tools: their locks, and what they install.

The rule that reads an installer's lock raises those of locks, the verb `lock-installer` raises `cannot_lock`, and the
verb `proof` raises the others. `build-wheel` installs what a build needs, so it raises `installer_failed`, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def lock_of_another_tool(where: str, tool: str, found: Sequence[str]) -> StrataError:
    """Return the error for a lock without the tool that the target names.

    :param found: the names that the lock has.
    """
    return StrataError(
        f"The lock {where} is not one of {tool}.",
        found=[f"it locks {', '.join(found) or 'nothing'}"],
        fix="write it with `./pants generate-lockfiles --resolve={address}`, or name another file in `lockfile`.",
    )


def tool_too_old(tool: str, version: str, oldest: str) -> StrataError:
    """Return the error for a tool that lacks options with which it is called.

    :param oldest: the first version that has them.
    """
    return StrataError(
        f"{tool} {version} cannot be used: it lacks options that reproducible venvs need.",
        fix=f"lock {tool} {oldest} or later.",
    )


def lock_of_another_version(where: str, tool: str, found: str, wanted: str) -> StrataError:
    """Return the error for a lock with another version of the tool than the target's `version` field asks for."""
    return StrataError(
        f"The lock {where} holds {tool} {found}, but the target asks for {wanted}.",
        fix="renew it with `./pants generate-lockfiles --resolve={address}`, or change `version`.",
    )


def version_without_lock(tool: str, version: str, default: str) -> StrataError:
    """Return the error for a target that asks for another version than the lock of Strata has, and names no lock.

    :param default: the version that Strata's lock has.
    """
    return StrataError(
        f"{tool} {version} has no lock: {default} is the version that Strata brings one for.",
        fix=f'set `lockfile="{tool}.lock"` and write it with `./pants generate-lockfiles --resolve={{address}}`, or '
        "leave `version` out.",
    )


def cannot_lock(tool: str, output: Sequence[str]) -> StrataError:
    """Return the error for a tool that could not be resolved.

    :param output: what uv wrote, a line each.
    """
    return StrataError(
        f"{tool} and what it needs could not be locked.",
        found=output,
        fix="correct `version`, and check that the indexes that `pip config list` names can be reached.",
    )


def installer_failed(tool: str, output: Sequence[str]) -> StrataError:
    """Return the error for a tool that ended with an error.

    :param output: what the tool wrote, a line each.
    """
    return StrataError(
        f"{tool} could not install the locked wheels.",
        found=output,
        fix="the wheels are those of the lock: lock versions that install, or report what is wrong with the wheel.",
    )


def no_devices(tool: str) -> StrataError:
    """Return the error for a worker of remote execution on which a tool cannot start the interpreter."""
    return StrataError(
        f"{tool} cannot start the interpreter here: there is no /dev/null, which it opens for each program.",
        fix="let the workers give each action a /dev, or choose pip or Poetry as the installer, which need none.",
    )


def not_installed(wheel: str, member: str) -> StrataError:
    """Return the error for a file of a wheel that the installer left out.

    :param wheel: the file name of the wheel.
    :param member: the path in it.
    """
    return StrataError(
        f"The installer did not install {member} of {wheel}.",
        fix="this is a defect of the installer or of Strata: report it, and use another version of the installer.",
    )


def installed_otherwise(wheel: str, member: str) -> StrataError:
    """Return the error for a file that the installer changed.

    :param wheel: the file name of the wheel.
    :param member: the path in it.
    """
    return StrataError(
        f"The installer installed {member} with other content than {wheel} has.",
        fix="this is a defect of the installer or of Strata: report it, and use another version of the installer.",
    )
