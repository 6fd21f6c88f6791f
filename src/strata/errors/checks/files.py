"""This module words the errors of checks of images. The goal `image-check` and `python -m strata check` raise them."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError

_AGAIN = "download it again, or name another file."


def unreadable(name: str, why: str) -> StrataError:
    """Return the error for a file that cannot be read."""
    return StrataError(f"{name} cannot be read: {why}.", fix=_AGAIN)


def too_large(name: str, limit: int) -> StrataError:
    """Return the error for a file with more bytes than are read."""
    return StrataError(f"{name} has more than the {limit} bytes that are read.", fix=_AGAIN)


def too_many(name: str, limit: int) -> StrataError:
    """Return the error for an export of more files than are read."""
    return StrataError(f"{name} has more than the {limit} files that are read.", fix=_AGAIN)


def no_records(name: str) -> StrataError:
    """Return the error for an export without any JSON file."""
    return StrataError(
        f"{name} holds no JSON file.", fix="name an OSV export: a JSON file, or a folder or a zip archive of them."
    )


def damaged(name: str, why: str) -> StrataError:
    """Return the error for a file whose contents cannot be understood."""
    return StrataError(f"{name} is damaged: {why}.", fix=_AGAIN)


def no_osv(name: str, problems: Sequence[str]) -> StrataError:
    """Return the error for a JSON file that is no OSV record."""
    return StrataError(
        f"{name} is no record of OSV.",
        found=problems,
        fix="name an export in the format of https://ossf.github.io/osv-schema.",
    )


def no_tracker(name: str, problems: Sequence[str]) -> StrataError:
    """Return the error for a JSON file that is not what Debian's security tracker publishes."""
    return StrataError(
        f"{name} is not the JSON of Debian's security tracker.",
        found=problems,
        fix="download `tracker/data/json` from Debian's security tracker again.",
    )


def bad_ignores(name: str, problems: Sequence[str]) -> StrataError:
    """Return the error for a list of what is ignored that cannot be understood."""
    return StrataError(
        f"{name} is no list of what to ignore.",
        found=problems,
        fix="write a table `[[ignore]]` for each, with `id`, `reason` and a date `until`; `package` may narrow it.",
    )


def no_images() -> StrataError:
    """Return the error for `image-check` without a target that is an image."""
    return StrataError(
        "image-check found no `python_image` target to check.", fix="name one, as `./pants image-check src/web:image`."
    )
