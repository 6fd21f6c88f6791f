"""This module reads a lock of Pex: the packages that its requirements need in an environment.

Pants' `generate-lockfiles` writes such locks, with a header before the JSON (strata.locks.pex.header). URLs of files
are not read beyond the file's name: a file is found by name and hash on the indexes of the user's configuration.
Pex is not imported: Pants' process does not have it. Tests compare with what Pex exports.
"""

from __future__ import annotations

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from strata.errors.package_locks import pex_locks as errors
from strata.locks.interpreter_constraints import allow_python
from strata.locks.pex.document import Document, Package, read_document
from strata.locks.pex.header import Header, split
from strata.locks.pex.resolve import chosen_packages
from strata.locks.pyproject import requirement
from strata.locks.requirements import LockedRequirement
from strata.locks.wanted import Wanted


def read_pex_lock(text: str, where: str, wanted: Wanted) -> tuple[LockedRequirement, ...]:
    """Return the packages that the lock's requirements lead to, one version of each, sorted by name.

    Raise StrataError for a lock that is damaged, edited by hand, of a newer format, or for another interpreter or
    platform, for packages from elsewhere than an index, files without sha256, and wanted groups or extras.
    """
    names = [*(f"group {name}" for name in sorted(wanted.groups)), *(f"extra {name}" for name in sorted(wanted.extras))]
    if names:
        raise errors.no_groups(where, names)
    header, body = split(text, where)
    document = read_document(body, where, header.renew)
    _check_header(header, document, where)
    for constraints in (header.interpreter_constraints, document.requires_python):
        if not allow_python(constraints, wanted.python, where):
            raise errors.other_python(where, constraints, wanted.python, header.renew)
    if document.systems and "linux" not in document.systems:
        raise errors.other_platform(where, document.systems, header.renew)
    packages = chosen_packages(document, where, header.renew, wanted)
    return tuple(_locked(package, where, header.renew) for package in sorted(packages, key=lambda one: one.name))


def _check_header(header: Header, document: Document, where: str) -> None:
    """Raise StrataError where requirements of the lock and of its header differ. Those by URL are compared by name."""
    if not header.requirements:
        return
    noted = {_normal_form(requirement(text, where)) for text in header.requirements}
    locked = {_normal_form(one) for one in document.requirements}
    differences = [
        *(f"only in the header: {one}" for one in sorted(noted - locked)),
        *(f"only in the lock: {one}" for one in sorted(locked - noted)),
    ]
    if differences:
        raise errors.edited(where, differences, header.renew)


def _normal_form(one: Requirement) -> str:
    """Return a requirement so that two with one meaning are equal: `requests[security,socks]==2; marker`."""
    if one.url:
        return canonicalize_name(one.name)
    extras = ",".join(sorted(canonicalize_name(extra) for extra in one.extras))
    marker = f"; {one.marker}" if one.marker else ""
    return f"{canonicalize_name(one.name)}{f'[{extras}]' if extras else ''}{one.specifier}{marker}"


def _locked(package: Package, where: str, renew: str) -> LockedRequirement:
    if package.algorithms or not package.hashes:
        algorithm = package.algorithms[0] if package.algorithms else ""
        raise errors.file_without_sha256(where, f"{package.name} {package.version}", algorithm, renew)
    return LockedRequirement(package.name, package.version, package.hashes, files=package.files)
