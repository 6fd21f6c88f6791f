"""This module finds and stores signatures in a registry: at the tag sha256-HEX.sig, and as referrers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Callable, Union

from strata.attest.documents import BUNDLE, bundle_annotations
from strata.errors import registry as registry_errors
from strata.layouts.layout import document
from strata.oci import spec
from strata.oci.descriptor import MANIFEST, DamagedBlob, Descriptor
from strata.registry.provider import Provider
from strata.registry.push import push
from strata.registry.referrers.attach import attach
from strata.registry.referrers.listing import referrers
from strata.registry.referrers.manifest import MemorySource
from strata.registry.remote import RemoteSource, read_document
from strata.registry.source import PIECE
from strata.sign import limits
from strata.sign.formats import bundle, simple_signing
from strata.sign.formats.bundle import Bundle, BundleMaker
from strata.sign.formats.claims import Claim, Unreadable
from strata.sign.formats.statements import read_statement
from strata.sign.keys.private import Signer
from strata.sign.verify import Found

_DAMAGE = (registry_errors.WrongBytes, registry_errors.NotInRegistry)
# A layer, and what it says, or why it cannot be read.
_AtTag = tuple[Descriptor, Union[Claim, str]]
_BUNDLES = "application/vnd.dev.sigstore.bundle"


@dataclass
class RegistrySignatures:
    """The signatures in the repository of a provider, which must allow pushes where some are stored."""

    provider: Provider
    _source: RemoteSource = field(init=False)

    def __post_init__(self) -> None:
        self._source = RemoteSource(self.provider)

    def found(self, subjects: Sequence[Descriptor]) -> Found:
        """Return all claims about manifests and indexes. What is attached and is no signature is passed over."""
        claims, unreadable, looked_at = [], [], []
        for subject in subjects:
            digest = subject.digest
            looked_at += [f"the tag {simple_signing.signature_tag(digest)}", f"the referrers of {digest}"]
            for each in (*self._at_tags(digest), *self._referring(digest)):
                if isinstance(each, Claim):
                    claims.append(each)
                else:
                    unreadable.append(each)
        return Found(tuple(claims), tuple(unreadable), tuple(looked_at))

    def add_simple(self, subject: Descriptor, signer: Signer) -> bool:
        """Store a payload with a signature at the tag. Return whether there was none of this key before.

        Signatures of others stay: their layers are taken over.
        """
        reference = self.provider.reference
        content = simple_signing.payload(reference.name, subject.digest)
        layers: list[Descriptor] = []
        for layer, each in self._simple_claims(subject.digest):
            if isinstance(each, Claim) and subject.digest in each.subjects and each.signers([signer.public_key]):
                return False
            layers.append(layer)
        layers.append(simple_signing.layer(content, signer.sign(content)))
        config, manifest = simple_signing.manifest(layers)
        descriptor = Descriptor.of(MANIFEST, manifest)
        tag = simple_signing.signature_tag(subject.digest)
        push(MemorySource(config, manifest, content), descriptor, self.provider, tags=[tag])
        return True

    def add_bundle(self, subject: Descriptor, payload: bytes, maker: BundleMaker) -> bool:
        """Attach a bundle with a signed statement. Return whether this signer had attached none over the same."""
        message = bundle.signed_bytes(payload)
        for each in self._referring(subject.digest):
            if isinstance(each, Claim) and each.message == message and maker.made(each):
                return False
        annotations = bundle_annotations(read_statement(payload).predicate_type)
        attach(self.provider, subject, BUNDLE, maker.bundle(payload), annotations=annotations)
        return True

    def _at_tags(self, digest: str) -> Iterator[Union[Claim, str]]:
        """Yield what is at the tags of signatures and attestations, or why it cannot be read."""
        for claims in (self._simple_claims, self._envelopes):
            try:
                for _, each in claims(digest):
                    yield each
            except registry_errors.WrongBytes as damage:
                yield damage.happened

    def _simple_claims(self, digest: str) -> Iterator[_AtTag]:
        """Yield the layers at the tag of signatures, and what each says, or why it cannot be read."""

        def claim(layer: Descriptor, place: str) -> Claim:
            content = read_blob(self._source, layer, limits.PAYLOAD_BYTES)
            return simple_signing.claim(content, layer.annotations, place)

        return self._layers(simple_signing.signature_tag(digest), claim)

    def _envelopes(self, digest: str) -> Iterator[_AtTag]:
        """Yield the same for the tag of attestations, which Strata does not write."""

        def claim(layer: Descriptor, place: str) -> Claim:
            return Bundle.from_envelope(read_blob(self._source, layer, limits.BUNDLE_BYTES)).claim(place)

        return self._layers(simple_signing.attestation_tag(digest), claim)

    def _layers(self, tag: str, claim: Callable[[Descriptor, str], Claim]) -> Iterator[_AtTag]:
        for index, layer in enumerate(islice(self._layers_at(tag), limits.SIGNATURES)):
            place = f"the tag {tag}, layer {index}"
            try:
                yield layer, claim(layer, place)
            except (Unreadable, *_DAMAGE) as reason:
                yield layer, _line(place, reason)

    def _layers_at(self, tag: str) -> list[Descriptor]:
        """Return the layers of the manifest at a tag; none where there is no such tag."""
        url = self.provider.url(f"manifests/{tag}")
        content, answer = read_document(
            self.provider, url, action="read signatures", headers={"Accept": MANIFEST}, accept=(200, 404)
        )
        if answer.status_code == 404:
            return []
        try:
            return layers_of(content)
        except Unreadable as reason:
            raise registry_errors.bad_document(str(self.provider.reference.tagged(tag)), str(reason)) from None

    def _referring(self, digest: str) -> Iterator[Union[Claim, str]]:
        """Yield what each bundle among the referrers says, or why it cannot be read."""
        listed = (each for each in referrers(self.provider, digest) if each.descriptor.media_type == MANIFEST)
        for each in islice(listed, limits.SIGNATURES):
            place = f"the referrer {each.descriptor.digest}"
            try:
                layers = layers_of(self._source.read(each.descriptor))
                if layers and layers[0].media_type.startswith(_BUNDLES):
                    yield Bundle.from_bytes(read_blob(self._source, layers[0], limits.BUNDLE_BYTES)).claim(place)
            except (Unreadable, *_DAMAGE) as reason:
                yield _line(place, reason)


def layers_of(manifest: bytes) -> list[Descriptor]:
    """Return the layers that a manifest names. Raise Unreadable where it is none."""
    try:
        return [Descriptor.from_json(each) for each in document(manifest, spec.manifest)["layers"]]
    except DamagedBlob as reason:
        raise Unreadable(str(reason)) from None


def read_blob(source: RemoteSource, blob: Descriptor, limit: int) -> bytes:
    """Return all of a blob. Raise Unreadable where it has more than `limit` bytes."""
    if blob.size > limit:
        raise Unreadable(f"has {blob.size} bytes, more than {limit}")
    with source.open_blob(blob) as stream:
        return b"".join(iter(lambda: stream.read(PIECE), b""))


def _line(place: str, reason: Exception) -> str:
    happened = getattr(reason, "happened", "")
    return f"{place}: {happened}" if happened else f"{place} {reason}"
