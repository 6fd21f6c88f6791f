"""This module reads the documents beside a layout, to sign them, and to compare them with what was signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from strata.attest.documents import KINDS, DocumentKind
from strata.errors.signatures import images as errors
from strata.layouts.finding import printable
from strata.layouts.layout import Layout
from strata.oci.descriptor import Descriptor
from strata.registry.manifests import MANIFESTS
from strata.registry.referrers.documents import folder_name
from strata.registry.source import read_tree
from strata.sign.documents import to_sign
from strata.sign.formats.claims import Claim, Trusted, Unreadable
from strata.sign.formats.statements import read_statement
from strata.sign.layout_signatures import LayoutSignatures, read_bytes


def folder_for(layout: Layout, subject: Descriptor) -> str:
    """Return the name of the folder with the documents about an image, or about an index."""
    return folder_name(layout, subject, layout.read(subject))


def images_below(layout: Layout, root: Descriptor) -> list[Descriptor]:
    """Return the manifests of images below a manifest or an index, itself included."""
    tree = read_tree(layout, root, str(layout.root))
    return [each for each, _ in tree.documents if each.media_type in MANIFESTS]


def documents(layout: Layout, store: LayoutSignatures, subject: Descriptor) -> Iterator[tuple[DocumentKind, Path]]:
    """Yield the documents about an image that lie beside the layout."""
    folder = store.folder / folder_for(layout, subject)
    for kind in KINDS:
        if (folder / kind.file).is_file():
            yield kind, folder / kind.file


def statement_of(kind: DocumentKind, path: Path, digest: str) -> bytes:
    """Return the statement about an image that a document is or becomes. Raise Unreadable where it is neither."""
    return to_sign(kind.media_type, read_bytes(path), digest)


def compare_documents(layout: Layout, root: Descriptor, place: str, trusted: Sequence[Trusted]) -> None:
    """Raise Refused where a document beside a layout is not the one that was signed.

    A document that none of the trusted signed is passed over: a policy may require it.
    """
    store = LayoutSignatures.beside(layout.root)
    for subject in images_below(layout, root):
        claims = [each for each in store.found([subject]).claims if each.signers(trusted)]
        for kind, path in documents(layout, store, subject):
            signed = [each for each in claims if each.predicate_type == kind.predicate_type]
            problem = _difference(kind, path, subject.digest, signed) if signed else ""
            if problem:
                raise errors.document_changed(
                    place, printable(str(path)), [f"{each.place}" for each in signed], problem
                )


def _difference(kind: DocumentKind, path: Path, digest: str, signed: Sequence[Claim]) -> str:
    """Return how a document differs from all that were signed of its kind; empty where one of them is the same."""
    try:
        predicate = read_statement(statement_of(kind, path, digest)).predicate
    except Unreadable as reason:
        return f"it {reason}"
    return "" if any(each.predicate == predicate for each in signed) else "it says something else"
