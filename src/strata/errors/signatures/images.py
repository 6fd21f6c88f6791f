"""This module words the errors of signatures over images: there is none, it is another's, or something was changed."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError
from strata.errors.signatures import Refused


def not_signed(place: str, digest: str, looked_at: Sequence[str]) -> StrataError:
    """Return the error for an image without any signature."""
    return Refused(
        f"{place} is refused: there is no signature over {digest}.",
        found=[f"nothing at {each}" for each in looked_at],
        fix="sign it (`python -m strata sign`), or have whoever built it sign it.",
    )


def too_few_signers(place: str, good: Sequence[str], required: int, found: Sequence[str]) -> StrataError:
    """Return the error for an image whose signatures are not those of enough keys.

    :param good: the keys that signed it.
    :param found: one line for each signature that does not count, with the reason.
    """
    keys = "key" if required == 1 else "keys"
    return Refused(
        f"{place} is refused: {len(good) or 'none'} of the {required} {keys} needed signed it.",
        found=[*(f"signed by {each}" for each in good), *found],
        fix="do not run it before you know why: it, or a signature, was changed, or it was signed with another key.",
    )


def changed(place: str, part: str, found: Sequence[str]) -> StrataError:
    """Return the error for a part of a signed image that is not what the image names by digest."""
    return Refused(
        f"{place} is refused: its signature is good, but {part} is not what was signed.",
        found=found,
        fix="do not run it: somebody changed it since, or the place where it is stored damages files. Push it again "
        "from the layout that was built.",
    )


def document_changed(place: str, document: str, signed: Sequence[str], problem: str) -> StrataError:
    """Return the error for a document beside a layout that is not the one in any good bundle."""
    return Refused(
        f"{place} is refused: {document} is not the document that was signed: {problem}.",
        found=[f"signed in {each}" for each in signed],
        fix="do not rely on it: take the document from the bundle, or have the image's documents made and signed "
        "again.",
    )


def bad_document(place: str, reason: str) -> StrataError:
    """Return the error for a document about an image that is not signed, since it is not what its name says."""
    return StrataError(
        f"{place} is not signed: it {reason}.",
        fix="build the image's documents again (`./pants package`), remove this one, or sign without documents "
        "(`--no-documents`).",
    )


def no_place_for_simple_signing(place: str) -> StrataError:
    """Return the error for a signature in cosign's first format, which stands at a tag, over an image of a layout."""
    return StrataError(
        f"{place} is a layout, and signatures of simple signing lie at a tag of a registry.",
        fix="leave out `--format=simple-signing`, or push the image and sign it in the registry.",
    )


def not_one_image(place: str) -> StrataError:
    """Return the error for a layout in which no single image stands to be signed or verified."""
    return StrataError(
        f"{place} holds more than one image, or none, so that it is not clear which one is meant.",
        fix="choose one by its tag: DIRECTORY:TAG.",
    )
