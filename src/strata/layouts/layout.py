"""This module reads OCI image layouts that anybody may have written.

    layout = Layout.open(Path("dist/src.web/image"))
    for manifest in layout.manifests():
        for layer in manifest.layers:
            with layout.open_blob(layer) as blob:
                ...

Nothing is read before it is asked for, and everything that is read is checked: documents have the shapes of
strata.oci.spec, and every blob has the size and the digest of the descriptor that names it.
https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from strata.errors import StrataError
from strata.errors import oci as errors
from strata.layouts import limits
from strata.layouts.finding import printable
from strata.layouts.verified_blob import VerifiedBlob
from strata.oci import spec
from strata.oci.annotations import REF_NAME
from strata.oci.descriptor import CONFIG, INDEX, INDEX_FILE, LAYOUT_FILE, MANIFEST, DamagedBlob, Descriptor
from strata.oci.documents import NotJson, parse
from strata.oci.limits import DOCUMENT_BYTES
from strata.oci.platform import Platform
from strata.oci.shape import Shape


@dataclass(frozen=True)
class Manifest:
    """A manifest of a layout: of an image for one platform, or of layers that are no image.

    :param descriptor: the descriptor by which an index names the manifest, with the platform if the index has one.
    :param content: the JSON value, in the shape of strata.oci.spec.manifest.
    """

    descriptor: Descriptor
    content: Mapping[str, Any] = field(hash=False)

    @property
    def digest(self) -> str:
        """Return the digest of the manifest."""
        return self.descriptor.digest

    @property
    def platform(self) -> Optional[Platform]:
        """Return the platform that the index names, if it names one."""
        return self.descriptor.platform

    @property
    def config(self) -> Descriptor:
        """Return the descriptor of the config, which is empty where the manifest is not an image's."""
        return Descriptor.from_json(self.content["config"])

    @property
    def layers(self) -> tuple[Descriptor, ...]:
        """Return the descriptors of the layers, lowest first."""
        return tuple(Descriptor.from_json(layer) for layer in self.content["layers"])

    @property
    def annotations(self) -> Mapping[str, str]:
        """Return the annotations of the manifest."""
        annotations: Mapping[str, str] = self.content.get("annotations", {})
        return annotations

    @property
    def is_attestation(self) -> bool:
        """Return whether a builder keeps a document about an image here, for a platform that no image has."""
        return self.platform is not None and self.platform.os == "unknown"


@dataclass(frozen=True)
class Layout:
    """An OCI image layout. Each method raises StrataError where a file that it reads is not what its descriptor says.

    :param root: the directory that holds index.json.
    """

    root: Path

    @classmethod
    def open(cls, root: Path) -> Layout:
        """Return the layout in a directory. Raises StrataError where there is no such directory, or no layout in it."""
        if not root.exists():
            raise errors.missing_layout(printable(str(root)))
        if not is_layout(root):
            raise errors.no_layout(printable(str(root)))
        return cls(root)

    def roots(self, tag: Optional[str] = None) -> tuple[Descriptor, ...]:
        """Return what index.json names, in its order: manifests and indexes; with `tag`, only those with that tag."""
        content = self._document(INDEX_FILE, self._read_index(), spec.index)
        roots = (Descriptor.from_json(each) for each in content["manifests"])
        return tuple(each for each in roots if tag is None or each.annotations.get(REF_NAME) == tag)

    def tags(self) -> list[str]:
        """Return the tags in index.json, sorted and each once."""
        return sorted({each.annotations.get(REF_NAME, "") for each in self.roots()} - {""})

    def index(self, descriptor: Descriptor) -> tuple[Descriptor, ...]:
        """Return what an index among the blobs names: a manifest for each platform, mostly."""
        content = self._document(descriptor.blob_path, self.read(descriptor), spec.index)
        return tuple(Descriptor.from_json(each) for each in content["manifests"])

    def manifest(self, descriptor: Descriptor) -> Manifest:
        """Return a manifest."""
        return Manifest(descriptor, self._document(descriptor.blob_path, self.read(descriptor), spec.manifest))

    def manifests(self, tag: Optional[str] = None) -> Iterator[Manifest]:
        """Yield all manifests, in the order of the indexes that name them; with `tag`, only those below that tag.

        A manifest that is named twice for the same platform comes once.
        """
        waiting = list(reversed(self.roots(tag)))
        seen: set[tuple[str, Optional[Platform]]] = set()
        size = 0
        while waiting:
            descriptor = waiting.pop()
            is_index = descriptor.media_type == INDEX
            key = descriptor.digest, None if is_index else descriptor.platform
            if key in seen:
                continue
            seen.add(key)
            size += descriptor.size
            if len(seen) > limits.DOCUMENTS or size > limits.DOCUMENTS_BYTES:
                most = f"{limits.DOCUMENTS} documents or {limits.DOCUMENTS_BYTES} bytes of them"
                raise self._damaged(INDEX_FILE, f"names more than {most}, with all that they name")
            if is_index:
                waiting += reversed(self.index(descriptor))
            elif descriptor.media_type == MANIFEST:
                yield self.manifest(descriptor)

    def images(self, tag: Optional[str] = None) -> dict[Platform, Manifest]:
        """Return the images by their platform, which the index names, or else the config.

        Raises StrataError where two images are for one platform: then a tag has to be named.
        """
        images: dict[Platform, Manifest] = {}
        for manifest in self.manifests(tag):
            config = None if manifest.is_attestation else self.config(manifest)
            if config is None:
                continue
            platform = manifest.platform or Platform(config["os"], config["architecture"])
            if platform in images:
                raise errors.several_images(printable(str(self.root)), str(platform), self.tags())
            images[platform] = manifest
        return images

    def config(self, manifest: Manifest) -> Optional[Mapping[str, Any]]:
        """Return the config of an image, in the shape of strata.oci.spec.config; None where there is none."""
        descriptor = manifest.config
        if descriptor.media_type != CONFIG:
            return None
        config: Mapping[str, Any] = self._document(descriptor.blob_path, self.read(descriptor), spec.config)
        return config

    def read(self, descriptor: Descriptor) -> bytes:
        """Return the bytes of a document: a manifest, an index or a config, of 4 MiB at most."""
        if descriptor.size > DOCUMENT_BYTES:
            raise self._damaged(
                descriptor.blob_path,
                f"has {descriptor.size} bytes, more than the {DOCUMENT_BYTES} that registries take",
            )
        with self.open_blob(descriptor) as blob:
            return blob.read()

    def has_blob(self, descriptor: Descriptor) -> bool:
        """Return whether there is a file for the blob. Its bytes are not read."""
        return (self.root / descriptor.blob_path).is_file()

    def open_blob(self, descriptor: Descriptor) -> VerifiedBlob:
        """Return the blob as a stream that hashes what is read from it.

        Use it as `with layout.open_blob(descriptor) as blob`: DamagedBlob, which reading raises where the blob is not
        what the descriptor says, leaves that block as a StrataError.
        """
        path = descriptor.blob_path
        try:
            stream = self._regular(path).open("rb")
        except OSError as error:
            raise self._damaged(path, f"cannot be read: {error.strerror}") from None
        return VerifiedBlob(stream, descriptor, lambda damage: self._damaged(path, str(damage)))

    def _read_index(self) -> bytes:
        try:
            with self._regular(INDEX_FILE).open("rb") as stream:
                content = stream.read(DOCUMENT_BYTES + 1)
        except OSError as error:
            raise self._damaged(INDEX_FILE, f"cannot be read: {error.strerror}") from None
        if len(content) > DOCUMENT_BYTES:
            raise self._damaged(INDEX_FILE, f"has more than the {DOCUMENT_BYTES} bytes that registries take")
        return content

    def _regular(self, path: str) -> Path:
        """Return the file at a path, which is not opened: a named pipe would wait for its writer."""
        file = self.root / path
        if not file.exists():
            raise self._damaged(path, "is missing")
        if not stat.S_ISREG(file.stat().st_mode):
            raise self._damaged(path, "is not a file")
        return file

    def _document(self, path: str, content: bytes, shape: Shape) -> Any:
        try:
            return document(content, shape)
        except DamagedBlob as damage:
            raise self._damaged(path, str(damage)) from None

    def _damaged(self, path: str, problem: str) -> StrataError:
        return errors.damaged_layout(printable(str(self.root)), [f"{path} {problem}"])


def split_tag(text: str) -> tuple[Path, Optional[str]]:
    """Return the directory and the tag in `DIRECTORY` or `DIRECTORY:TAG`.

    The name of a directory may have a colon: a path that exists, or with a slash behind the colon, has no tag.
    """
    directory, _, tag = text.rpartition(":")
    if not directory or "/" in tag or Path(text).exists():
        return Path(text), None
    return Path(directory), tag or None


def is_layout(root: Path) -> bool:
    """Return whether a directory holds one of the two files that every layout has."""
    return any(os.path.lexists(root / name) for name in (LAYOUT_FILE, INDEX_FILE))


def document(content: bytes, shape: Shape) -> Any:
    """Return the JSON value of a document. Raises DamagedBlob for text that is not JSON, and for another shape."""
    try:
        value = parse(content)
    except NotJson as reason:
        raise DamagedBlob(str(reason)) from None
    problem = next(shape(value, ""), None)
    if problem:
        raise DamagedBlob(f"is wrong: {problem}")
    return value
