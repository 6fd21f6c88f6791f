"""This module words the errors of reading a Debian package file: damage, limits, and paths outside the package's root.

The verbs `interpreter-tree`, `interpreter-layer` and `os-packages-layer` raise them while they read `.deb` files, and
`fetch-debian-index` while it unpacks an index. Each message begins without the package's name: the reader of the file
puts it in front (`StrataError.at`).
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError

_DAMAGED_FIX = "fetch the package again; if that does not help, the mirror serves a file that Debian did not build."
_REFUSED_FIX = "leave the package out, or take it from Debian itself: no package of Debian's that images need has this."


def or_raise(fix: str, reason: str) -> str:
    """Return a fix, which tells how to raise a limit where the reason of an error is one."""
    if "more than" not in reason:
        return fix
    return f"{fix.rstrip('.')}; or, for a file that you trust, raise the limit in `[strata-limits]` of pants.toml."


def archive_is_damaged(detail: str) -> StrataError:
    """Return the error for a file that is no `.deb` file (deb(5)), or is cut off.

    :param detail: what the reader found, for one line.
    """
    return StrataError("The package file cannot be read.", found=[detail], fix=_DAMAGED_FIX)


def compression_is_unknown(section: str, known: Sequence[str]) -> StrataError:
    """Return the error for a section of the package file with a suffix that has no known compression.

    :param section: the name of the section, `data.tar.lzma`.
    :param known: the suffixes that are read.
    """
    return StrataError(
        "The package file is compressed in a way that is not supported.",
        found=[f"{section}; supported: {', '.join(known)}"],
        fix="take the package from Debian itself, which compresses with xz.",
    )


def xz_is_missing() -> StrataError:
    """Return the error for a machine whose Python has no module lzma and whose PATH has no program `xz`."""
    return StrataError(
        "Debian compresses its files with xz, which this machine cannot read.",
        found=["a Python without the module lzma, and no program `xz` on PATH"],
        fix="install the program `xz` (Debian's package xz-utils), or use a Python that has the module lzma.",
    )


def archive_is_too_large(what: str, limit: int) -> StrataError:
    """Return the error for a package file that holds more than a reader takes: it would fill the disk or the memory.

    :param what: what is counted, as a plural: `bytes in data.tar`.
    """
    return StrataError(
        f"The package file holds more than it may: {what} over the limit of {limit}.",
        fix=or_raise(_DAMAGED_FIX, "more than it may"),
    )


def member_leaves_root(member: str, reason: str) -> StrataError:
    """Return the error for a member whose path, or whose link's target, leads out of the package."""
    return StrataError(
        f"The package tries to write outside its root with {member!r}.", found=[reason], fix=_REFUSED_FIX
    )


def member_has_forbidden_kind(member: str, kind: str) -> StrataError:
    """Return the error for a member that is a device or a pipe.

    :param kind: the kind, in words.
    """
    return StrataError(
        f"The package contains {member!r}, which is neither a file nor a directory nor a link.",
        found=[kind],
        fix=_REFUSED_FIX,
    )


def member_is_privileged(member: str, mode: int) -> StrataError:
    """Return the error for a setuid or setgid file.

    :param mode: the permission bits of the file.
    """
    return StrataError(
        f"The package contains {member!r}, which runs with the rights of its owner or group.",
        found=[f"mode {mode:04o}: setuid or setgid"],
        fix="leave the package out: a container gets its user from the image, and programs must not change it.",
    )


def member_is_there_twice(member: str) -> StrataError:
    """Return the error for a package file with two members of one path."""
    return StrataError(f"The package contains {member!r} twice.", fix=_DAMAGED_FIX)


def control_names_another(field: str, wanted: str, found: Sequence[str]) -> StrataError:
    """Return the error for a package file whose control file describes another package, or several.

    :param field: of the control file, which should be `wanted`.
    :param found: the values that it has.
    """
    values = " and ".join(found) or "no value"
    return StrataError(
        "The package file is not of the package that its lock names.",
        found=[f"its control file has {values} for {field}, not {wanted} alone"],
        fix=_DAMAGED_FIX,
    )


def member_misleads_scanners(member: str) -> StrataError:
    """Return the error for a package with a file where image scanners look for the packages of an image."""
    return StrataError(
        f"The package contains {member!r}, which would tell image scanners of packages.", fix=_REFUSED_FIX
    )


def packages_overlap(path: str, first: str, second: str) -> StrataError:
    """Return the error for two packages that have different files at one path.

    :param first: the name of a package.
    :param second: that of the other.
    """
    return StrataError(
        f"Two packages contain different files {path!r}.",
        found=[first, second],
        fix="leave one of the two packages out.",
    )


def interpreter_is_missing(path: str) -> StrataError:
    """Return the error for packages that do not hold the program of the interpreter.

    :param path: where the program should be, `usr/bin/python3.13`.
    """
    return StrataError(
        f"The packages of the interpreter contain no {path!r}.",
        fix="check that the target's version is the one that its lock was made for, and make the lock again.",
    )
