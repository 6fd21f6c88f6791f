"""This module reads documents from files, and finds the images of a layout or of a registry that they are about.

strata.attest.documents describes the folder in which `package` writes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Optional

from strata.attest.documents import STATEMENT, folder_of, kind_of
from strata.attest.statement import StatementHead
from strata.errors.attest import referrers as errors
from strata.oci.descriptor import Descriptor
from strata.oci.limits import DOCUMENT_BYTES
from strata.oci.platform import Platform
from strata.registry.referrers.manifest import Attachment
from strata.registry.source import INDEXES, MANIFESTS, Source, Tree

PREDICATE_TYPE = "in-toto.io/predicate-type"
"""The annotation that tells statements apart, as BuildKit calls it."""

Attachments = Sequence[tuple[Descriptor, Sequence[Attachment]]]
"""Manifests and indexes, and the documents about each."""


def read_folder(folder: Path, source: Source, tree: Tree) -> Attachments:
    """Return the documents in a folder, for the images of a tree. Raise StrataError for one that is about none of them.

    :param folder: `image.attest`, with a folder for each platform, and `index` for the index of several.
    """
    if not folder.is_dir():
        raise errors.no_folder(str(folder))
    images = {_folder_name(source, each, content): each for each, content in tree.documents}
    found = []
    for part in sorted(each for each in folder.iterdir() if each.is_dir()):
        files = sorted(each for each in part.iterdir() if each.is_file())
        if files and part.name not in images:
            raise errors.no_image_of_folder(str(part), [name for name in images if name])
        found.append((images[part.name], [read_document(file, images[part.name]) for file in files]))
    return found


def read_document(file: Path, subject: Descriptor, artifact_type: str = "") -> Attachment:
    """Return a document to attach. Raise StrataError where it cannot be read, or is about another image.

    :param artifact_type: by default that which belongs to the name of the file.
    """
    kind = kind_of(file.name)
    artifact_type = artifact_type or (kind.media_type if kind else "")
    if not artifact_type:
        raise errors.unknown_document(str(file))
    try:
        with file.open("rb") as stream:
            content = stream.read(DOCUMENT_BYTES + 1)
    except OSError as error:
        raise errors.unreadable_document(str(file), f"cannot be read: {error.strerror}") from None
    if len(content) > DOCUMENT_BYTES:
        raise errors.unreadable_document(str(file), f"has more than {DOCUMENT_BYTES} bytes")
    annotations = _of_statement(file, content, subject) if artifact_type == STATEMENT else {}
    return Attachment(artifact_type, content, file=file.name, annotations=annotations)


def _of_statement(file: Path, content: bytes, subject: Descriptor) -> Mapping[str, str]:
    try:
        head = StatementHead.from_bytes(content)
    except ValueError as reason:
        raise errors.unreadable_document(str(file), str(reason)) from None
    if subject.digest not in head.subjects:
        raise errors.statement_of_another(str(file), sorted(head.subjects), subject.digest)
    return {PREDICATE_TYPE: head.predicate_type}


def _folder_name(source: Source, descriptor: Descriptor, content: bytes) -> str:
    if descriptor.media_type in INDEXES:
        return folder_of(None)
    platform = platform_of(source, descriptor, content)
    return folder_of(platform) if platform else ""


def platform_of(source: Source, descriptor: Descriptor, manifest: bytes) -> Optional[Platform]:
    """Return the platform of an image, as the index has it that names it, or the image's config; None for no image."""
    if descriptor.platform or descriptor.media_type not in MANIFESTS:
        return descriptor.platform
    config = Descriptor.from_json(json.loads(manifest)["config"])
    with source.open_blob(config) as blob:
        try:
            value = json.loads(blob.read(DOCUMENT_BYTES))
            return Platform(str(value["os"]), str(value["architecture"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
