"""This module reads documents from files, and finds the images of a layout or of a registry that they are about.

strata.attest.documents describes the folder in which `package` writes them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Optional

from strata.attest.documents import BUNDLE, BUNDLE_SUFFIX, STATEMENT, bundle_annotations, folder_of, kind_of
from strata.attest.statement import Statement
from strata.errors.attest import referrers as errors
from strata.oci.descriptor import Descriptor
from strata.oci.limits import DOCUMENT_BYTES
from strata.oci.platform import Platform
from strata.registry.manifests import INDEXES, MANIFESTS
from strata.registry.referrers import limits
from strata.registry.referrers.manifest import Attachment
from strata.registry.source import Source, Tree

PREDICATE_TYPE = "in-toto.io/predicate-type"
"""The annotation that tells statements apart, as BuildKit calls it."""

WITHOUT_PLATFORM = "unknown"
"""The name of the folder for a manifest that is for no platform: no image, but for instance a chart."""

Attachments = Sequence[tuple[Descriptor, Sequence[Attachment]]]
"""Manifests and indexes, and the documents about each."""


def read_folder(folder: Path, source: Source, tree: Tree) -> Attachments:
    """Return the documents in a folder, for the images of a tree. Raise StrataError for one that is about none of them.

    :param folder: `image.attest`, with a folder for each platform, and `index` for the index of several.
    """
    if not folder.is_dir():
        raise errors.no_folder(str(folder))
    images = {folder_name(source, each, content): each for each, content in tree.documents}
    found = []
    for part in sorted(each for each in folder.iterdir() if each.is_dir()):
        files = sorted(each for each in part.iterdir() if each.is_file())
        if files and part.name not in images:
            raise errors.no_image_of_folder(str(part), list(images))
        found.append((images[part.name], [read_document(file, images[part.name]) for file in files]))
    return found


def read_document(file: Path, subject: Descriptor, artifact_type: str = "") -> Attachment:
    """Return a document to attach. Raise StrataError where it cannot be read, or is about another image.

    :param artifact_type: by default that which belongs to the name of the file.
    """
    artifact_type = artifact_type or _type_of(file.name)
    if not artifact_type:
        raise errors.unknown_document(str(file))
    try:
        with file.open("rb") as stream:
            content = stream.read(limits.ATTACHED_BYTES + 1)
    except OSError as error:
        raise errors.unreadable_document(str(file), f"cannot be read: {error.strerror}") from None
    if len(content) > limits.ATTACHED_BYTES:
        raise errors.unreadable_document(str(file), f"has more than {limits.ATTACHED_BYTES} bytes")
    annotations: Mapping[str, str] = {}
    if artifact_type == STATEMENT:
        annotations = {PREDICATE_TYPE: _predicate_type(file, content, subject)}
    elif artifact_type == BUNDLE:
        annotations = bundle_annotations(_predicate_type(file, _payload(file, content), subject))
    return Attachment(artifact_type, content, file=file.name, annotations=annotations)


def _type_of(file: str) -> str:
    """Return the artifact type that the name of a file tells; an empty text where it tells none."""
    if file.endswith(BUNDLE_SUFFIX):
        return BUNDLE
    kind = kind_of(file)
    return kind.media_type if kind else ""


def _predicate_type(file: Path, statement: bytes, subject: Descriptor) -> str:
    try:
        head = Statement.from_bytes(statement)
    except ValueError as reason:
        raise errors.unreadable_document(str(file), str(reason)) from None
    if subject.digest not in head.subjects:
        raise errors.statement_of_another(str(file), sorted(head.subjects), subject.digest)
    return head.predicate_type


def _payload(file: Path, bundle: bytes) -> bytes:
    """Return the statement that a signature is about. Whether it is a good one, `strata verify` tells."""
    try:
        return base64.b64decode(json.loads(bundle)["dsseEnvelope"]["payload"], validate=True)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise errors.unreadable_document(str(file), "is no sigstore bundle with a statement") from None


def folder_name(source: Source, descriptor: Descriptor, content: bytes) -> str:
    """Return the name of the folder with the documents about an image, or about an index.

    :param content: of the manifest or the index.
    """
    if descriptor.media_type in INDEXES:
        return folder_of(None)
    platform = platform_of(source, descriptor, content)
    return folder_of(platform) if platform else WITHOUT_PLATFORM


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
