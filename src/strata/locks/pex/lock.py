"""This module reads a lock of Pex: the packages that its requirements need in an environment.

Pants' `generate-lockfiles` writes such locks, with a header before the JSON (strata.locks.pex.header). URLs of files
are not read beyond the file's name: a file is found by name and hash on the indexes of the user's configuration.
Pex is not imported: Pants' process does not have it. Tests compare with what Pex exports.
"""

from __future__ import annotations

import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from strata.errors import pex_locks as errors
from strata.locks.pex.document import Document, Package, read_document
from strata.locks.pex.header import Header, split
from strata.locks.pex.resolve import chosen_packages
from strata.locks.pyproject import requirement
from strata.locks.requirements import LockedRequirement
from strata.locks.version_range import allows
from strata.locks.wanted import Wanted

_IMPLEMENTATION = re.compile(r"^(CPython|PyPy)?(?P<range>.*)$", re.DOTALL)


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
        _check_python(constraints, where, header.renew, wanted)
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


def _check_python(constraints: tuple[str, ...], where: str, renew: str, wanted: Wanted) -> None:
    """Raise StrataError where no constraint, such as `CPython==3.11.*` or `>=3.9,<3.13`, allows the interpreter."""
    for constraint in constraints:
        match = _IMPLEMENTATION.match(constraint.strip())
        if match and match[1] != "PyPy" and allows(match["range"], wanted.python, where):
            return
    if constraints:
        raise errors.other_python(where, constraints, wanted.python, renew)


def _locked(package: Package, where: str, renew: str) -> LockedRequirement:
    if package.algorithms or not package.hashes:
        algorithm = package.algorithms[0] if package.algorithms else ""
        raise errors.file_without_sha256(where, f"{package.name} {package.version}", algorithm, renew)
    return LockedRequirement(package.name, package.version, package.hashes)
