"""This module signs an image, and the documents about it, in a registry or beside a layout.

What this key has signed already is left as it is, so that signing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strata.errors.signatures import images as errors
from strata.layouts.finding import printable
from strata.layouts.layout import Layout
from strata.oci.descriptor import MANIFEST, Descriptor
from strata.registry.manifests import MANIFESTS
from strata.registry.provider import Provider
from strata.registry.referrers.listing import referrers
from strata.registry.remote import RemoteSource
from strata.registry.source import read_tree
from strata.sign import limits
from strata.sign.documents import MEDIA_TYPES, SUBJECT, to_sign
from strata.sign.formats.bundle import BundleMaker, KeyBundles
from strata.sign.formats.claims import Unreadable
from strata.sign.formats.statements import read_statement, signature_statement
from strata.sign.layout_documents import documents as documents_beside
from strata.sign.layout_documents import folder_for, images_below, statement_of
from strata.sign.layout_signatures import LayoutSignatures
from strata.sign.registry_signatures import RegistrySignatures, layers_of, read_blob


@dataclass
class Signed:
    """What was signed. `made` and `there` name signatures: those that are new, and those that this key made before."""

    digest: str
    made: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)

    def note(self, name: str, is_new: bool) -> None:
        """Note a signature."""
        (self.made if is_new else self.there).append(name)

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {"digest": self.digest, "signed": self.made, "present": self.there}


def sign_in_registry(
    provider: Provider, maker: BundleMaker, *, formats: Sequence[str], recursive: bool, documents: bool
) -> Signed:
    """Sign what a reference names, and store the signatures in its repository.

    :param formats: of strata.sign.arguments.FORMATS.
    :param recursive: whether to sign the image of each platform, too.
    :param documents: whether to sign the documents that are attached to the images.
    """
    source, store = RemoteSource(provider), RegistrySignatures(provider)
    root = source.resolve()
    tree = read_tree(source, root, str(provider.reference))
    images = [each for each, _ in tree.documents if each.media_type in MANIFESTS and each.digest != root.digest]
    done = Signed(root.digest)
    for subject in [root, *(images if recursive else ())]:
        if "simple-signing" in formats and isinstance(maker, KeyBundles):
            done.note(f"simple-signing {subject.digest}", store.add_simple(subject, maker.signer))
        if "bundle" in formats:
            payload = _signature(subject, maker)
            done.note(f"bundle {subject.digest}", store.add_bundle(subject, payload, maker))
    for subject in [root, *images] if documents else ():
        for payload in _attached(provider, source, subject):
            kind = read_statement(payload).predicate_type
            done.note(f"{kind} {subject.digest}", store.add_bundle(subject, payload, maker))
    return done


def _attached(provider: Provider, source: RemoteSource, subject: Descriptor) -> Iterator[bytes]:
    """Yield the statements about a manifest or an index that documents among its referrers are or become."""
    for each in referrers(provider, subject.digest):
        if each.descriptor.media_type != MANIFEST:
            continue
        place = f"{provider.reference.at(each.descriptor.digest)}"
        try:
            for layer in layers_of(source.read(each.descriptor))[:1]:
                if layer.media_type in MEDIA_TYPES:
                    content = read_blob(source, layer, limits.BUNDLE_BYTES)
                    yield to_sign(layer.media_type, content, subject.digest)
        except Unreadable as reason:
            raise errors.bad_document(place, str(reason)) from None


def sign_layout(
    directory: Path, layout: Layout, root: Descriptor, maker: BundleMaker, *, recursive: bool, documents: bool
) -> Signed:
    """Sign an image of a layout, and write the signatures beside the layout.

    :param root: the manifest or the index to sign.
    """
    store = LayoutSignatures.beside(directory)
    images = images_below(layout, root)
    done = Signed(root.digest)
    for subject in [root, *(each for each in images if recursive and each.digest != root.digest)]:
        made = store.add_bundle(folder_for(layout, subject), "signature", _signature(subject, maker), maker)
        done.note(f"bundle {subject.digest}", made)
    for subject in images if documents else ():
        for kind, path in documents_beside(layout, store, subject):
            try:
                payload = statement_of(kind, path, subject.digest)
            except Unreadable as reason:
                raise errors.bad_document(printable(str(path)), str(reason)) from None
            made = store.add_bundle(path.parent.name, kind.file[: -len(".json")], payload, maker)
            done.note(f"{kind.predicate_type} {subject.digest}", made)
    return done


def _signature(subject: Descriptor, maker: BundleMaker) -> bytes:
    """Return the statement that is signed: for a key the very statement of cosign."""
    return signature_statement(subject.digest, "" if isinstance(maker, KeyBundles) else SUBJECT)
