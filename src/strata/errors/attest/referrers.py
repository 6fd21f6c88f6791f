"""This module words the errors of documents that are attached to images in registries."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def no_folder(folder: str) -> StrataError:
    """Return the error for a folder of documents that is not there."""
    return StrataError(
        f"{folder} is no folder with documents about an image.",
        fix="name the folder that `package` writes beside the layout: NAME.attest.",
    )


def folder_tells(folder: str) -> StrataError:
    """Return the error for options that say of a folder what its names say already."""
    return StrataError(
        f"{folder} is a folder, whose names tell the platforms and the types of the documents.",
        fix="leave `--platform` and `--artifact-type` out, or name one file.",
    )


def no_image_of_folder(folder: str, found: Sequence[str]) -> StrataError:
    """Return the error for documents about a platform that the image is not for; `found` names those that it is for."""
    return StrataError(
        f"{folder} holds documents, but the image has nothing of that name.",
        found=[f"the image has {name}" for name in sorted(found)],
        fix="name the folder that was written beside this image, or remove what is left of an older one.",
    )


def unknown_document(file: str) -> StrataError:
    """Return the error for a file whose name tells no type."""
    return StrataError(
        f"{file} is a document whose type is not known.",
        fix="attach it by itself, with its type: `python -m strata attach REFERENCE FILE --artifact-type TYPE`.",
    )


def unreadable_document(file: str, reason: str) -> StrataError:
    """Return the error for a document that cannot be attached; `reason` continues the sentence `it …`."""
    return StrataError(f"{file} cannot be attached to an image: it {reason}.", fix="write it again, or name another.")


def statement_of_another(file: str, subjects: Sequence[str], digest: str) -> StrataError:
    """Return the error for a statement that does not name the image among its subjects."""
    return StrataError(
        f"{file} is a statement about another image.",
        found=[*(f"it is about {each}" for each in subjects), f"the image is {digest}"],
        fix="package the image again, so that the documents beside it are its own.",
    )


def platform_missing(place: str, wanted: str, found: Sequence[str]) -> StrataError:
    """Return the error for a platform that an image is not for."""
    return StrataError(
        f"{place} has no image for {wanted}.",
        found=[f"an image for {platform}" for platform in found],
        fix="name one of its platforms, or leave `--platform` out.",
    )


def refused(place: str, artifact_type: str, found: Sequence[str]) -> StrataError:
    """Return the error for a registry that takes images, and no document about one."""
    return StrataError(
        f"{place}: the registry does not take a document of the type {artifact_type} that is attached to an image.",
        found=found,
        fix="use a registry that takes OCI 1.1 artifacts, or push without documents: `attest = []` in `[strata]`, or "
        "no `--documents`.",
    )
