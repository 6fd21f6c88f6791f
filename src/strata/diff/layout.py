"""Reads the images of a layout, as DIRECTORY or, where it holds several, as DIRECTORY:TAG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Optional

from strata.attest.build_inputs import read_build_inputs
from strata.diff.compare import Side
from strata.diff.view import ImageView, has_config
from strata.errors import diff as errors
from strata.oci import spec
from strata.oci.descriptor import INDEX, MANIFEST, sha256_digest
from strata.oci.documents import DOCUMENT_LIMIT, NotJson, parse
from strata.oci.layout import INDEX_FILE, REF_NAME
from strata.oci.shape import Shape


@dataclass(frozen=True)
class LayoutReader:
    """`tag` is None where any image of the layout may be meant."""

    root: Path
    tag: Optional[str] = None

    @classmethod
    def named(cls, text: str) -> LayoutReader:
        """Raises StrataError where there is no such layout."""
        path, colon, tag = text.rpartition(":")
        root, named = (Path(path), tag) if colon and path and not Path(text).exists() else (Path(text), None)
        if not root.exists():
            raise errors.no_reference(str(root))
        if not (root / INDEX_FILE).is_file():
            raise errors.no_layout(str(root))
        return cls(root, named)

    def side(self) -> Side:
        """Its images, at most one for a platform, with the build record if it lies beside it.

        Raises StrataError where a document is damaged, where there is no image, and where a tag has to be named.
        """
        index = self._document(INDEX_FILE, spec.index)
        tags = [str(item.get("annotations", {}).get(REF_NAME, "")) for item in index["manifests"]]
        wanted = [item for item, tag in zip(index["manifests"], tags) if self.tag in (None, tag)]
        known = sorted({tag for tag in tags if tag})
        if self.tag is not None and not wanted:
            raise errors.no_tag(str(self.root), self.tag, known)
        images = [image for descriptor in wanted for image in self._images(descriptor)]
        if not images:
            raise errors.no_image(str(self.root))
        platforms = [image.platform for image in images]
        twice = sorted({platform for platform in platforms if platforms.count(platform) > 1})
        if twice:
            raise errors.several_images(str(self.root), twice[0], known)
        record = read_build_inputs(self.root)
        return Side(images, records=(record,) if record else ())

    def open_blob(self, digest: str) -> Optional[BinaryIO]:
        try:
            return self._blob(digest).open("rb")
        except OSError:
            return None

    def _images(self, descriptor: Any) -> Iterator[ImageView]:
        digest = descriptor["digest"]
        if descriptor["mediaType"] == INDEX:
            for inner in self._document(self._path(digest), spec.index, digest)["manifests"]:
                # Builders keep attestations beside images, for a platform that no image has.
                if inner.get("platform", {}).get("os") != "unknown":
                    yield from self._images(inner)
        elif descriptor["mediaType"] == MANIFEST:
            manifest = self._document(self._path(digest), spec.manifest, digest)
            config = None
            if has_config(manifest):
                named = manifest["config"]["digest"]
                config = self._document(self._path(named), spec.config, named)
            yield ImageView.of(digest, manifest, config)

    def _document(self, path: str, shape: Shape, digest: str = "") -> Any:
        try:
            with (self.root / path).open("rb") as stream:
                content = stream.read(DOCUMENT_LIMIT + 1)
        except OSError as error:
            raise errors.damaged_reference(str(self.root), path, f"cannot be read: {error.strerror}") from None
        if len(content) > DOCUMENT_LIMIT:
            raise errors.damaged_reference(str(self.root), path, "is larger than 4 MiB")
        if digest.startswith("sha256:") and sha256_digest(content) != digest:
            raise errors.damaged_reference(str(self.root), path, f"has the digest {sha256_digest(content)}")
        try:
            value = parse(content)
        except NotJson as reason:
            raise errors.damaged_reference(str(self.root), path, str(reason)) from None
        problem = next(shape(value, ""), None)
        if problem:
            raise errors.damaged_reference(str(self.root), path, f"is wrong: {problem}")
        return value

    def _blob(self, digest: str) -> Path:
        return self.root / self._path(digest)

    @staticmethod
    def _path(digest: str) -> str:
        return f"blobs/{digest.replace(':', '/')}"
