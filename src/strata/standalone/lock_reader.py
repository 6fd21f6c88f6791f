"""This module reads the lock of a standalone build and checks every value: people edit locks."""

from __future__ import annotations

from typing import Any

from strata.errors import StrataError
from strata.errors import standalone as errors
from strata.oci.documents import NotJson, parse
from strata.oci.shape import count, exactly, map_of, matching, struct
from strata.standalone.lock import (
    FORMAT,
    LockedArchive,
    PlatformArchive,
    StandaloneInputs,
    StandaloneLock,
)
from strata.standalone.platform import standalone_platform

_shape = struct(
    {
        "format": exactly(FORMAT),
        "made_from": struct(
            {
                "python": matching(r"3\.\d{1,3}", "a version of CPython such as 3.12"),
                "release": matching(r"[A-Za-z0-9][A-Za-z0-9._-]*", "the tag of a release"),
            }
        ),
        "version": matching(r"3\.\d{1,3}\.\d{1,3}((a|b|rc)\d{1,3})?", "a version of CPython such as 3.12.13"),
        "platforms": map_of(
            struct(
                {
                    "file": matching(r"[A-Za-z0-9][A-Za-z0-9+._-]*\.tar\.gz", "the name of a .tar.gz file"),
                    "url": matching(
                        r"\{mirror\}(/[A-Za-z0-9%+_~-][A-Za-z0-9%+._~-]*)+", "a path below {mirror}, without `..`"
                    ),
                    "size": count,
                    "sha256": matching(r"[0-9a-f]{64}", "64 lower-case hexadecimal digits"),
                }
            )
        ),
    }
)


def read_standalone_lock(text: str, where: str) -> StandaloneLock:
    """Return the lock of a text. Raise StrataError for every kind of damage.

    :param where: the path of the lock, for errors.
    """
    document = _document(text, where)
    made_from = document["made_from"]
    return StandaloneLock(
        made_from=StandaloneInputs(python=made_from["python"], release=made_from["release"]),
        version=document["version"],
        platforms=tuple(
            PlatformArchive(
                platform,
                LockedArchive(file=entry["file"], url=entry["url"], size=entry["size"], sha256=entry["sha256"]),
            )
            for platform, entry in sorted(document["platforms"].items())
        ),
    )


def _document(text: str, where: str) -> dict[str, Any]:
    """Return the JSON object of a lock, of which every value was checked."""
    try:
        document = parse(text.encode())
    except NotJson as reason:
        raise errors.lock_is_damaged(where, f"the file {reason}") from None
    # Another format may have other fields: that is the first question.
    version = document.get("format", FORMAT) if isinstance(document, dict) else FORMAT
    if version != FORMAT:
        raise errors.lock_has_other_format(where, version, FORMAT)
    problem = next(_shape(document, ""), None)
    if problem:
        raise errors.lock_is_damaged(where, problem)
    for platform in document["platforms"]:
        try:
            standalone_platform(platform)
        except StrataError as error:
            raise error.at(where) from None
    checked: dict[str, Any] = document
    return checked
