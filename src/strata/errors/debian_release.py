"""This module words the errors of the signed index of a Debian mirror that cannot be trusted or is not the wanted one.

The verb `fetch-debian-index` raises them, when a lock is made or renewed.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def gpgv_is_missing() -> StrataError:
    """Return the error for a machine without the program that checks signatures."""
    return StrataError(
        "The signature of Debian's release file cannot be checked: there is no program `gpgv`.",
        fix="install it (Debian's package gpgv). A committed lock needs it only to be renewed.",
    )


def keyring_is_missing(keyrings: Sequence[str]) -> StrataError:
    """Return the error for a machine on which none of the configured keyrings exists.

    :param keyrings: the paths of the keyrings.
    """
    return StrataError(
        "The signature of Debian's release file cannot be checked: there is no file with Debian's keys.",
        found=[f"{keyring} does not exist" for keyring in keyrings],
        fix="install the package debian-archive-keyring, or name a keyring in `[strata-debian].keyrings`.",
    )


def release_is_not_signed(suite: str, found: Sequence[str]) -> StrataError:
    """Return the error for a release file without a valid signature of a known key.

    :param found: what gpgv says, a line each.
    """
    return StrataError(
        f"The release file of {suite} has no valid signature of Debian's.",
        found=found,
        fix="use a mirror that serves what Debian signed; for a release that is newer than this machine's keys, "
        "upgrade the package debian-archive-keyring.",
    )


def release_is_damaged(suite: str, detail: str) -> StrataError:
    """Return the error for a signed release file that cannot be parsed.

    :param detail: the problem, for one line.
    """
    return StrataError(
        f"The release file of {suite} cannot be read.",
        found=[detail],
        fix="use a mirror that serves what Debian signed.",
    )


def release_is_of_another_suite(suite: str, found: Sequence[str]) -> StrataError:
    """Return the error for a release file that names another suite than the one that was asked for.

    :param found: the names that the file has, a line each.
    """
    return StrataError(
        f"The mirror serves another release under the name {suite}.",
        found=found,
        fix="use a mirror that serves what Debian signed.",
    )


def release_has_expired(suite: str, valid_until: str) -> StrataError:
    """Return the error for a release file whose Valid-Until has passed."""
    return StrataError(
        f"The release file of {suite} has expired, so security fixes may be missing from it.",
        found=[f"valid until {valid_until}"],
        fix="use a mirror that is up to date, and check this machine's clock.",
    )


def release_is_of_the_future(suite: str, date: str) -> StrataError:
    """Return the error for a release file whose Date lies ahead of this machine's clock."""
    return StrataError(
        f"The release file of {suite} was signed in the future.",
        found=[f"date {date}"],
        fix="check this machine's clock.",
    )


def index_is_not_listed(suite: str, component: str, architecture: str) -> StrataError:
    """Return the error for a release file without the index of a component and an architecture."""
    return StrataError(
        f"The release file of {suite} lists no package index of {component} for {architecture}.",
        fix="check the suite, the component and the platforms in `[strata-debian]`.",
    )


def index_does_not_match(name: str, found: str, wanted: str) -> StrataError:
    """Return the error for an index that is not the one that was signed.

    :param name: the path of the index, with its suite.
    :param found: what was found, in words.
    :param wanted: the signed sha256 in hex.
    """
    return StrataError(
        f"{name}: the mirror's file is not the one that the signed release file lists.",
        found=[found, f"the release file lists sha256:{wanted}"],
        fix="try again in some minutes, as the mirror may be updating itself; if it stays so, use another mirror.",
    )
