"""This module words the errors of standalone builds of CPython: of their locks, releases and archives.

The rules raise them when they read the lock of a `python_interpreter` with `provider="standalone"`,
`generate-lockfiles` when it makes the lock, and the verbs `fetch-standalone`, `standalone-tree` and
`standalone-interpreter-layer`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from strata.errors import StrataError
from strata.errors.archive import or_raise

# `{address}` is filled in by StrataError.at.
_RENEW = "make the lock again with `./pants generate-lockfiles --resolve={address}`"
_ANOTHER_RELEASE = (
    "name a release that has it in the `standalone_release` field, or in `[strata-standalone].release` for all, or "
    "change `version`."
)
_ANOTHER_ARCHIVE = (
    f"check that `[strata-standalone].mirror` names a mirror of python-build-standalone's releases, and {_RENEW}."
)


def platform_is_unknown(platform: str, known: Sequence[str]) -> StrataError:
    """Return the error for a platform that has no standalone builds here.

    :param known: the platforms that have some.
    """
    return StrataError(
        f"Standalone builds of CPython for the platform {platform} are not supported.",
        found=[f"supported: {name}" for name in known],
        fix="choose one of the supported platforms.",
    )


def lock_is_damaged(where: str, found: str) -> StrataError:
    """Return the error for a lock that cannot be read.

    :param where: the path of the lock.
    :param found: what is wrong in it, for one line.
    """
    return StrataError(
        f"{where} is not a lock of a standalone CPython that can be read.",
        found=[found],
        fix=f"restore the file from version control, or {_RENEW}.",
    )


def lock_has_other_format(where: str, version: object, known: int) -> StrataError:
    """Return the error for a lock with another format number than this version writes.

    :param version: the number that was found.
    :param known: the number that is read.
    """
    return StrataError(
        f"{where} has a format that this version does not know.",
        found=[f"format {version!r}; known is {known}"],
        fix=f"use the version of Strata that wrote the file, or {_RENEW}.",
    )


def lock_lacks_platform(platform: str, held: Sequence[str]) -> StrataError:
    """Return the error for a platform that the lock holds no archive for.

    :param held: the platforms that it has archives for.
    """
    return StrataError(
        f"The lock of the standalone CPython holds nothing for {platform}.",
        found=[f"it holds {name}" for name in held],
        fix=f"{_RENEW}.",
    )


def no_shipped_lock(found: Sequence[str]) -> StrataError:
    """Return the error for a target without a lock file, for which no lock comes with Strata.

    :param found: why, a line each.
    """
    return StrataError(
        "Strata brings no lock of a standalone CPython for these fields and options.",
        found=found,
        fix="set `lockfile` to a name for the file beside the BUILD file, and write it with "
        "`./pants generate-lockfiles --resolve={address}`.",
    )


def shipped_lock_differs(made_from: Mapping[str, str], wanted: Mapping[str, str]) -> StrataError:
    """Return the error for a target without a lock file, where another release than that of Strata's lock is wanted."""
    return no_shipped_lock(differences(made_from, wanted))


def differences(made_from: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Return a line for each kind of input of which the lock was made for another value than is wanted."""
    return [
        f"{name}: the lock was made for {made_from[name]}, and {wanted[name]} is wanted"
        for name in sorted(wanted)
        if made_from[name] != wanted[name]
    ]


def release_is_unreachable(release: str, failure: str) -> StrataError:
    """Return the error for a release whose checksum file cannot be read.

    :param failure: why, for one line.
    """
    return StrataError(
        f"The checksum file of the standalone release {release} could not be read.",
        found=[failure],
        fix="check the network and the proxy, that `[strata-standalone].mirror` names a mirror of "
        "python-build-standalone's releases, and that there is such a release.",
    )


def checksums_are_damaged(found: str) -> StrataError:
    """Return the error for a checksum file that `sha256sum` would not read.

    :param found: the first line of another form, for one line.
    """
    return StrataError(
        "The checksum file of the standalone release cannot be read.",
        found=[found],
        fix="check that `[strata-standalone].mirror` names a mirror of python-build-standalone's releases.",
    )


def release_lacks_version(python: str, release: str, held: Sequence[str]) -> StrataError:
    """Return the error for a release without any build of a version that images could use.

    :param python: the feature version of CPython.
    :param held: the feature versions that the release has.
    """
    return StrataError(
        f"The standalone release {release} has no CPython {python} for glibc on Linux.",
        found=[f"it has {', '.join(held)}" if held else "it has none at all"],
        fix=_ANOTHER_RELEASE,
    )


def release_lacks_platform(python: str, release: str, wanted: Sequence[str], held: Sequence[str]) -> StrataError:
    """Return the error for a release that has no patch version of a feature version for all platforms.

    :param held: the names of the archives that there are.
    """
    return StrataError(
        f"The standalone release {release} has no CPython {python} for all of {', '.join(wanted)}.",
        found=held,
        fix=_ANOTHER_RELEASE,
    )


def archive_is_missing(file: str, failure: str) -> StrataError:
    """Return the error for an archive that the mirror does not have.

    :param failure: what the mirror said, for one line.
    """
    return StrataError(
        f"The mirror of standalone builds has no {file}.",
        found=[failure],
        fix=_ANOTHER_ARCHIVE,
    )


def mirror_is_unreachable(file: str, failure: str) -> StrataError:
    """Return the error for a mirror that does not answer.

    :param failure: why, for one line.
    """
    return StrataError(
        f"{file}: the mirror of standalone builds could not be read.",
        found=[failure],
        fix="check the network and the proxy, and the mirror in `[strata-standalone].mirror`.",
    )


def archive_has_changed(file: str, wanted: str, found: str) -> StrataError:
    """Return the error for an archive with another size or hash than the lock has.

    :param wanted: the sha256 of the lock, in hex.
    :param found: what was found, in words.
    """
    return StrataError(
        f"{file}: the mirror's file is not the one that the lock names.",
        found=[found, f"the lock has sha256:{wanted}"],
        fix="try another mirror; files of a release never change, so this one is damaged or was tampered with.",
    )


def archive_is_damaged(found: str) -> StrataError:
    """Return the error for an archive that cannot be read, or holds what no standalone build does.

    :param found: what is wrong, for one line.
    """
    return StrataError("The archive of CPython cannot be read.", found=[found], fix=or_raise(_ANOTHER_ARCHIVE, found))


def member_is_unsafe(member: str, reason: str) -> StrataError:
    """Return the error for a member that could write outside the directory of the archive, or is no file at all."""
    return StrataError(
        f"The archive of CPython holds {member!r}, which no standalone build has.", found=[reason], fix=_ANOTHER_ARCHIVE
    )


def interpreter_is_missing(path: str, found: Sequence[str]) -> StrataError:
    """Return the error for an archive without a file that CPython of the wanted version has.

    :param path: the path in the archive.
    :param found: the programs that are there instead.
    """
    return StrataError(
        f"The archive of CPython has no {path}.",
        found=[f"its programs: {', '.join(found)}" if found else "it has no programs"],
        fix=_ANOTHER_ARCHIVE,
    )


def program_does_not_fit(path: str, found: str, wanted: str) -> StrataError:
    """Return the error for a program of another processor or C library than images have.

    :param found: what it is for.
    :param wanted: what it should be for.
    """
    return StrataError(
        f"The archive's {path} is not a program for {wanted}.", found=[found], fix=or_raise(_ANOTHER_ARCHIVE, found)
    )


def base_is_too_old(found: tuple[int, int], oldest: tuple[int, int]) -> StrataError:
    """Return the error for a base whose C library is older than standalone builds need.

    :param found: the version of its glibc.
    :param oldest: the first version that suffices.
    """
    return StrataError(
        "The C library of this base is too old for standalone builds of CPython.",
        found=["glibc {}.{}; they need {}.{} or later".format(*found, *oldest)],
        fix="take a base of a newer Debian release.",
    )
