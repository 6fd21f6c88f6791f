"""This module words the errors of a comparison of two images.

The goal `image-diff` and the command `strata diff` raise them.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError

_SAVE = "keep a copy of what `./pants package` wrote below `dist/`"


def no_reference(path: str) -> StrataError:
    """Return the error for a reference that does not exist."""
    return StrataError(f"There is nothing to compare with at {path}.", fix=f"{_SAVE}, and name the copy.")


def no_layout(path: str) -> StrataError:
    """Return the error for a directory that is no OCI image layout."""
    return StrataError(
        f"{path} is no OCI image layout: it has no index.json.",
        fix="name the directory of one image, as `dist/src.web/image`.",
    )


def no_image(path: str) -> StrataError:
    """Return the error for a layout without an image."""
    return StrataError(f"{path} holds no image.", fix=f"{_SAVE}, and name the copy.")


def no_tag(path: str, tag: str, found: Sequence[str]) -> StrataError:
    """Return the error for a layout in which no image has the wanted tag.

    :param found: the tags that there are.
    """
    return StrataError(
        f"{path} holds no image with the tag {tag!r}.",
        found=[f"tags: {', '.join(found) or 'none'}"],
        fix="name one of these, as DIRECTORY:TAG.",
    )


def several_images(path: str, platform: str, tags: Sequence[str]) -> StrataError:
    """Return the error for a layout in which more than one image could be meant.

    :param platform: the platform that was asked for; empty for any.
    :param tags: the tags that there are.
    """
    return StrataError(
        f"{path} holds several images{f' for {platform}' if platform else ''}.",
        found=[f"tags: {', '.join(tags) or 'none'}"],
        fix="name one of them, as DIRECTORY:TAG.",
    )


def reference_of_one(reference: str, targets: Sequence[str]) -> StrataError:
    """Return the error for several targets and a reference that holds the image of one."""
    return StrataError(
        f"{reference} is the layout of one image, but there are {len(targets)} targets.",
        found=targets,
        fix="name one target, or a directory with a layout for each, laid out as `dist/` is.",
    )


def reference_lacks(reference: str, path: str, target: str) -> StrataError:
    """Return the error for a target that has no counterpart in the reference.

    :param path: where the layout should be, relative to the reference.
    """
    return StrataError(
        f"{target} has no reference: {reference} is no layout and holds none at {path}.",
        fix=f"{_SAVE}, and set `--image-diff-reference` to the copy of `dist/` or to the layout in it.",
    )


def no_reference_set() -> StrataError:
    """Return the error for `image-diff` without a reference."""
    return StrataError(
        "image-diff needs something to compare with.",
        fix="set `--image-diff-reference` to a copy of `dist/`, or to one OCI image layout.",
    )


def nothing_to_compare() -> StrataError:
    """Return the error for `image-diff` with neither a target that is an image nor a second layout."""
    return StrataError(
        "image-diff found no `python_image` target to compare with the reference.",
        fix="name one, as `./pants image-diff src/web:image`, or set `--image-diff-layout` to a second layout.",
    )


def targets_and_layout(targets: Sequence[str]) -> StrataError:
    """Return the error for `image-diff` with both targets and a second layout."""
    return StrataError(
        "image-diff compares the reference with targets or with a layout, not with both.",
        found=targets,
        fix="leave the targets out, or `--image-diff-layout`.",
    )
