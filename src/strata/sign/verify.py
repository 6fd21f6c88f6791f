"""This module verifies an image: signatures over its digest, all that the digest stands for, and the rules of a policy.

A chain leads from the name to the bytes. The tag names a manifest or an index, which is read and hashed here;
signatures are over that digest; it names manifests, and these name configs and layers, by their digests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable

from strata.errors.oci import DamagedLayout
from strata.errors.registry import NotInRegistry, WrongBytes
from strata.errors.signatures import images as errors
from strata.errors.signatures import policies
from strata.oci.descriptor import Descriptor
from strata.registry.manifests import INDEXES
from strata.registry.source import PIECE, Source, Tree, read_tree
from strata.sign.formats.claims import SIGNATURE_TYPE, Claim, Trusted
from strata.sign.policy import Policy
from strata.sign.rules import SignedImage, problems


@dataclass(frozen=True)
class Found:
    """What was found where signatures of an image may be.

    :param unreadable: one line for each document that should hold one, and does not.
    :param looked_at: the places, for people.
    """

    claims: tuple[Claim, ...]
    unreadable: tuple[str, ...] = ()
    looked_at: tuple[str, ...] = ()


Find = Callable[[Sequence[Descriptor]], Found]
_DAMAGE = (DamagedLayout, NotInRegistry, WrongBytes)


@dataclass(frozen=True)
class Verified:
    """An image that was accepted.

    :param signers: the keys that signed it.
    :param documents: for each platform's manifest, by digest, the types of the documents that one of the keys signed.
    :param notes: what was found and does not count.
    """

    digest: str
    signers: tuple[Trusted, ...]
    documents: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...]


def verify(place: str, source: Source, root: Descriptor, find: Find, policy: Policy, *, layers: bool) -> Verified:
    """Return what holds of an image. Raise Refused where it is not signed, changed, or not what the policy asks for.

    :param root: what the name stands for: a manifest or an index.
    :param find: returns what was found about some manifests or indexes.
    :param layers: whether to read and hash the layers, too.
    """
    about_root = find([root])
    signers, notes = _signers(place, root.digest, about_root, policy)
    tree = _tree(place, source, root)
    if layers:
        _read_blobs(place, source, tree)
    images = _images(tree)
    others = [descriptor for descriptor, _ in tree.documents if descriptor.digest in images and descriptor != root]
    about_images = find(others) if others else Found(())
    claims = {(each.message, each.signatures): each for each in (*about_root.claims, *about_images.claims)}.values()
    documents = [each for each in claims if each.predicate_type != SIGNATURE_TYPE]
    signed = [_with_documents(image, root.digest, documents, policy.trusted) for image in images.values()]
    notes += about_images.unreadable
    notes += [_doubt(each, policy.trusted) for each in documents if not each.signers(policy.trusted)]
    today = datetime.now(timezone.utc).date()
    unmet = [problem for image in signed for problem in problems(policy, image, today)]
    if unmet:
        raise policies.not_met(place, policy.path, [*unmet, *notes])
    named = tuple((each.digest, tuple(sorted({of.predicate_type for of in each.documents}))) for each in signed)
    return Verified(root.digest, signers, named, tuple(notes))


def _signers(place: str, digest: str, found: Found, policy: Policy) -> tuple[tuple[Trusted, ...], list[str]]:
    """Return the keys that signed the digest, and a line for each signature that does not count."""
    signatures = [each for each in found.claims if each.predicate_type == SIGNATURE_TYPE]
    good: dict[str, Trusted] = {}
    notes = list(found.unreadable)
    for claim in signatures:
        by = claim.signers(policy.trusted)
        if digest not in claim.subjects:
            other = ", ".join(sorted(claim.subjects)) or "nothing"
            notes.append(f"{claim.place} is {'a signature' if by else 'a doubtful signature'} over {other}")
        elif by:
            good.update({each.id: each for each in by})
        else:
            notes.append(_doubt(claim, policy.trusted))
    if not signatures and not found.unreadable:
        raise errors.not_signed(place, digest, found.looked_at)
    if len(good) < policy.required:
        raise errors.too_few_signers(place, [str(key) for key in good.values()], policy.required, notes)
    return tuple(good.values()), notes


def _doubt(claim: Claim, trusted: Iterable[Trusted]) -> str:
    """Return why a claim that none of the keys signed does not count."""
    named = next((each for each in trusted if each.hint and each.hint == claim.hint), None)
    if named is not None:
        return f"{claim.place} names the key {named}, whose signature it is not: one of the two was changed"
    if claim.bundle and not claim.hint:
        return f"{claim.place} has a certificate, for none of the identities that are trusted, or was changed"
    if claim.hint:
        return f"{claim.place} names another key ({claim.hint})"
    return f"{claim.place} is by another key, or was changed"


def _tree(place: str, source: Source, root: Descriptor) -> Tree:
    """Return the manifests below a digest; the source hashes them."""
    try:
        return read_tree(source, root, place)
    except _DAMAGE as error:
        raise errors.changed(place, "a manifest", [error.happened, *error.found]) from None


def _images(tree: Tree) -> dict[str, SignedImage]:
    """Return the images of a tree, by the digests of their manifests; each has its platform for a name."""
    platforms: dict[str, Any] = {}
    for descriptor, content in tree.documents:
        if descriptor.media_type in INDEXES:
            platforms.update({each["digest"]: each.get("platform") for each in json.loads(content)["manifests"]})
    return {
        descriptor.digest: SignedImage(
            _name(platforms[descriptor.digest]) if platforms.get(descriptor.digest) else "the image",
            descriptor.digest,
            json.loads(content),
        )
        for descriptor, content in tree.documents
        if descriptor.media_type not in INDEXES
    }


def _name(platform: Mapping[str, str]) -> str:
    return "/".join(filter(None, (platform["os"], platform["architecture"], platform.get("variant"))))


def _read_blobs(place: str, source: Source, tree: Tree) -> None:
    """Read every config and layer; the source hashes them."""
    for blob in tree.blobs:
        try:
            with source.open_blob(blob) as stream:
                while stream.read(PIECE):
                    pass
        except _DAMAGE as error:
            raise errors.changed(place, f"the layer or config {blob.digest}", [error.happened, *error.found]) from None


def _with_documents(
    image: SignedImage, root: str, documents: Sequence[Claim], trusted: Sequence[Trusted]
) -> SignedImage:
    """Return the image with the documents about it, or about the index that it is in, which one of the keys signed."""
    about = [each for each in documents if each.subjects & {image.digest, root} and each.signers(trusted)]
    return SignedImage(image.name, image.digest, image.manifest, about)
