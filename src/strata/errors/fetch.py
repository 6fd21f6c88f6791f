"""This module words the errors of fetching: indexes, mirrors and hashes. No message shows credentials.

The verbs `fetch-wheel`, `fetch-debian` and `fetch-debian-index` raise them.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


class PackageGone(StrataError):
    """A locked package that the mirror no longer has: a point release replaced it. A rule may renew it."""


class NoWheelFits(StrataError):
    """A locked release of which no wheel fits; `found` are the names of its files on the index."""


class OnlySdist(NoWheelFits):
    """One of which a source distribution is there: its name is the first."""


def hash_mismatch(release: str, found: Sequence[str], allowed: Sequence[str]) -> StrataError:
    """Return the error for files that fit, none of which has a hash of the lock.

    :param found: name and sha256 of each file.
    :param allowed: the sha256 of the lock, in hex.
    """
    return StrataError(
        f"{release}: the index offers files that fit, but none has a hash that the lock allows.",
        found=[*found, *(f"the lock allows sha256:{value}" for value in allowed)],
        fix="if the release was made anew and you trust it, renew the lock; otherwise find out who changed the file.",
    )


def fitting_file_not_locked(release: str, found: Sequence[str], locked: Sequence[str]) -> StrataError:
    """Return the error for a lock with other files of a release than the one for this interpreter and platform.

    :param found: the names of files that fit.
    :param locked: the names of files that the lock has.
    """
    return StrataError(
        f"{release}: the lock leaves out the wheels that fit the image's interpreter and platform.",
        found=[*(f"not locked: {name}" for name in found), *(f"locked: {name}" for name in locked)],
        fix="lock for that interpreter and platform as well; a locking tool that is older than a version of Python "
        "does not lock wheels for it, and a newer release of it does.",
    )


def index_unreachable(release: str, failures: Sequence[str]) -> StrataError:
    """Return the error for a release that was not found while some index could not be read.

    :param failures: why, a line for each index.
    """
    return StrataError(
        f"{release}: not every index could be read, and no other has a wheel that fits.",
        found=failures,
        fix="check the user and the password that ~/.netrc or pip's configuration (`pip config list`) has for it."
        if any("HTTP 401 " in failure or "HTTP 403 " in failure for failure in failures)
        else "check the network, the proxy and the certificates, and the indexes that `pip config list` or "
        "`[python-repos].indexes` name.",
    )


def release_absent(release: str) -> StrataError:
    """Return the error for a release that no index has."""
    return StrataError(
        f"{release}: no index that this machine is configured with has that release.",
        fix="name the index that has it in pip's configuration (`pip config list`) or in `[python-repos].indexes`, or "
        "lock another version.",
    )


def only_sdist(release: str, sdists: Sequence[str], wheels: Sequence[str]) -> StrataError:
    """Return the error for one release without a wheel that fits.

    A rule collects these errors of a lock and raises one for all of them (strata.errors.builds.only_sdists).

    :param sdists: the file names of the source distributions.
    :param wheels: the file names of the wheels, none of which fits.
    """
    return OnlySdist(
        f"{release}: the index has no wheel that fits, only a source distribution.",
        found=[*sdists, *wheels],
        fix="lock a version that has a wheel, or build one with `pip wheel` and put it into an index or a find-links "
        "folder.",
    )


def no_fitting_wheel(release: str, python: str, platform: str, found: Sequence[str]) -> StrataError:
    """Return the error for a release that has neither a wheel that fits nor a source distribution.

    :param found: the file names that there are.
    """
    return NoWheelFits(
        f"{release}: no wheel fits CPython {python} on {platform}.",
        found=found,
        fix="lock a version that has a wheel for this interpreter and platform, or use another `python_interpreter`.",
    )


def no_mirror(repository: str) -> StrataError:
    """Return the error for a repository of Debian for which neither an option nor this machine names a mirror.

    :param repository: `debian` or `debian-security`.
    """
    option = "security_mirror" if repository == "debian-security" else "mirror"
    return StrataError(
        f"No mirror of Debian's repository {repository} is known.",
        fix=f"set `[strata-debian].{option}` in pants.toml to the URL of one; machines that run Debian have it in "
        "their apt configuration.",
    )


def package_gone(name: str, version: str) -> StrataError:
    """Return the error for a locked package that the mirror has replaced by a newer version."""
    return PackageGone(
        f"The mirror no longer has {name} {version}: a point release of Debian has replaced it.",
        fix="renew the lock with `./pants generate-lockfiles --resolve={address}`, or set `[strata-debian].gone = "
        '"renew"` to build with what the signed index now holds.',
    )


def mirror_unreachable(name: str, failure: str) -> StrataError:
    """Return the error for a mirror that does not answer.

    :param name: the name of the package or the suite.
    :param failure: why, for one line.
    """
    return StrataError(
        f"{name}: the Debian mirror could not be read.",
        found=[failure],
        fix="check the network and the proxy, and the mirror in `[strata-debian]` or in the machine's apt "
        "configuration.",
    )


def package_changed(name: str, wanted: str, found: str) -> StrataError:
    """Return the error for a package file with another size or hash than the lock has.

    :param wanted: the sha256 of the lock, in hex.
    :param found: what was found, in words.
    """
    return StrataError(
        f"{name}: the mirror's file is not the one that the lock names.",
        found=[found, f"the lock has sha256:{wanted}"],
        fix="try another mirror; files in Debian's pool never change, so this one is damaged or was tampered with.",
    )
