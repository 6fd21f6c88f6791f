"""This module decides which Debian packages of an interpreter its layer has upon a base, and whether it runs there.

A package that the base has in the same or a newer version is left out; an older one is replaced, as an update of the
base would do. The C library is never replaced: programs of the base are linked to it. A base without a list of packages
gets all but the C library, which must then lie where Debian's CPython looks for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from debian.debian_support import Version

from strata.bases.findings import Findings
from strata.debian.lock import LockedPackage
from strata.errors import oci_base as errors

C_LIBRARY = "libc6"


def missing_packages(
    packages: Iterable[LockedPackage], base: Findings, *, image: str, directory: str, glibc: tuple[int, int]
) -> list[LockedPackage]:
    """Return the packages that an interpreter's layer needs upon a base. Raise StrataError where it cannot run there.

    :param image: the base's reference, for errors.
    :param directory: where Debian's CPython looks for libraries: `usr/lib/x86_64-linux-gnu`.
    :param glibc: the version of the C library that the interpreter was built for.
    """
    found = base.c_libraries
    here = [path for path in found if path.rpartition("/")[0] in (directory, directory.partition("/")[2])]
    if C_LIBRARY not in base.packages and not here:
        raise errors.no_c_library(image, directory, [_shown(path, version) for path, version in found.items()])
    if base.glibc is None or base.glibc < glibc:
        have = ".".join(map(str, base.glibc or ()))
        raise errors.c_library_too_old(image, f"glibc {have}", f"glibc {glibc[0]}.{glibc[1]}")
    return [package for package in packages if package.name != C_LIBRARY and not _has(base, package)]


def _has(base: Findings, package: LockedPackage) -> bool:
    version = base.packages.get(package.name)
    return version is not None and Version(version) >= Version(package.version)


def _shown(path: str, version: str) -> str:
    return f"/{path}, {'musl' if version == 'musl' else f'glibc {version}'}"
