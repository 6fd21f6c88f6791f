"""Errors of filling a venv."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def installer_failed(tool: str, output: Sequence[str]) -> StrataError:
    return StrataError(
        f"{tool} could not install the locked wheels.",
        found=output,
        fix="the wheels are those of the lock: lock versions that install, or report what is wrong with the wheel.",
    )


def not_installed(tool: str, missing: Sequence[str], unexpected: Sequence[str]) -> StrataError:
    return StrataError(
        f"what {tool} installed is not what the lock names.",
        found=[*(f"missing: {name}" for name in missing), *(f"not in the lock: {name}" for name in unexpected)],
        fix="a wheel's metadata may name another project or version than its file: lock a version that is consistent.",
    )


def record_damaged(distribution: str, line: str) -> StrataError:
    return StrataError(
        f"the RECORD of {distribution} has a line that names no file of the venv.",
        found=[line],
        fix=f"the wheel of {distribution} is damaged: lock another version.",
    )
