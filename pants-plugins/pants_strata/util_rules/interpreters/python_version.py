"""Where the version of CPython comes from: a field, the nearest `.python-version`, or the Debian release.

No process. Errors: a version that is none, that is not known, not supported any more, or that the release lacks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timezone
from pathlib import PurePosixPath
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.rules import Rule, _uncacheable_rule, collect_rules
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.python_version import Today, WantedPython
from pants_strata.subsystem import DebianSubsystem, EndOfLife, StrataSubsystem
from pants_strata.target_types import InterpreterVersionField
from pants_strata.util_rules.lock_requests import release_of
from strata.debian.releases import find_release
from strata.errors import StrataError
from strata.errors import pythons as errors
from strata.interpreters.support import check_known, past_end_of_life
from strata.interpreters.version_file import (
    NAME,
    RUNTIME_NAME,
    is_version,
    read_version_file,
    version_of_runtime,
)

_logger = logging.getLogger(__name__)


@_uncacheable_rule
async def read_today() -> Today:
    """Return the day in UTC, anew in each run of Pants."""
    return Today(datetime.now(timezone.utc).date())


async def wanted_python(target: Target, debian: DebianSubsystem) -> WantedPython:
    """Return the version that a `python_interpreter` asks for. Raise StrataError where it is none, or not known."""
    try:
        wanted = await _wanted(target, debian)
        check_known(wanted.version)
    except StrataError as mistake:
        raise mistake.at(str(target.address)) from None
    return wanted


async def _wanted(target: Target, debian: DebianSubsystem) -> WantedPython:
    written = target[InterpreterVersionField].value
    if written is not None:
        if not is_version(written):
            raise errors.version_field_invalid(written)
        return WantedPython(written, f"the `version` field of {target.address}")
    found = await version_above(target.address.spec_path)
    if found is not None:
        return found
    name = release_of(target, debian)
    release = find_release(name)
    if release is None:
        raise errors.version_not_given(name)
    return WantedPython(release.python, str(release))


async def version_above(folder: str) -> Optional[WantedPython]:
    """Return the version in the nearest `.python-version`, in a folder of the repository or above it.

    Raise StrataError for a damaged file, and for a `runtime.txt` with a version that is nearer.
    """
    folders = [PurePosixPath(folder), *PurePosixPath(folder).parents] if folder else [PurePosixPath()]
    files = await engine.repository_files(str(above / name) for above in folders for name in (NAME, RUNTIME_NAME))
    texts = {path: text.decode("utf-8", "replace") for path, text in files.items()}
    for above in folders:
        path, older = str(above / NAME), str(above / RUNTIME_NAME)
        if path in texts:
            return WantedPython(read_version_file(texts[path], path), path)
        version = version_of_runtime(texts.get(older, ""))
        if version is not None:
            raise errors.runtime_file(older, version, path)
    return None


def check_supported(wanted: WantedPython, strata: StrataSubsystem, today: date, where: Address) -> None:
    """Raise StrataError, or warn of `where`, for a version past its end of life, as `[strata].end_of_life` says."""
    error = past_end_of_life(wanted.version, wanted.origin, today)
    if error is None:
        return
    if strata.end_of_life is EndOfLife.error:
        raise error
    _logger.warning(error.at(str(where)).happened)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
