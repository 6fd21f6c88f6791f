"""This module validates layouts: it recomputes all that a layout says of itself, and lists what differs.

It reads any garbage without failing, keeps to the directory, and looks into a blob only when size and digest are right:
otherwise the blob is not what its author described, and there is nothing more to say about it.
https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

from strata.layouts import limits
from strata.layouts.blob_reader import can_read
from strata.layouts.finding import Finding, Rule, printable
from strata.layouts.layer_check import LayerCheck, check_layer
from strata.layouts.layout import is_layout
from strata.oci import spec
from strata.oci.descriptor import CONFIG, EMPTY, EMPTY_CONFIG, INDEX, INDEX_FILE, LAYOUT_FILE, MANIFEST, blob_path
from strata.oci.documents import NotJson, canonical_json, parse, shown
from strata.oci.image import CREATED
from strata.oci.limits import DOCUMENT_BYTES
from strata.oci.shape import Shape
from strata.pieces import pieces

_BLOB = re.compile(r"blobs/(?:sha256/[0-9a-f]{64}|sha512/[0-9a-f]{128})")


def validate(layout: Path) -> list[Finding]:
    """Return what is wrong with the layout in a directory, in the order in which a reader meets it."""
    validation = _Validation(layout)
    validation.run()
    return list(dict.fromkeys(validation.findings))


class _Validation:
    def __init__(self, layout: Path) -> None:
        self.findings: list[Finding] = []
        self._layout = layout
        # Several layouts may have one folder of blobs, where each has a link. What others have in it is not looked at.
        self._shared = layout.joinpath("blobs").is_symlink() and layout.joinpath("blobs").is_dir()
        # The size of each regular file, by its path in the layout.
        self._sizes: dict[str, int] = {}
        self._damaged: set[str] = set()
        self._referenced: set[str] = set()
        # False when something that may name further blobs could not be read.
        self._all_read = True
        self._layers: dict[tuple[str, str], LayerCheck] = {}

    def run(self) -> None:
        # Anything else may be a large tree, and has nothing to do with layouts.
        if not is_layout(self._layout):
            self._oci(
                printable(str(self._layout)), f"is no image layout: it has neither {LAYOUT_FILE} nor {INDEX_FILE}"
            )
            return
        self._list_files()
        if not self._shared:
            self._hash_blobs()
        self._document(LAYOUT_FILE, spec.layout)
        root = self._document(INDEX_FILE, spec.index)
        if root is not None:
            self._follow(root)
        for path in sorted(self._sizes):
            if path in (LAYOUT_FILE, INDEX_FILE) or path in self._referenced:
                continue
            if self._shared and path.startswith("blobs/"):
                continue
            if not path.startswith("blobs/"):
                self._strata(printable(path), "is no part of a layout")
            elif self._all_read and _BLOB.fullmatch(path):
                self._strata(path, "is named by nothing in the layout")

    def _oci(self, path: str, problem: str) -> None:
        self.findings.append(Finding(path, problem))

    def _strata(self, path: str, problem: str) -> None:
        self.findings.append(Finding(path, problem, Rule.STRATA))

    def _unreadable(self, path: str, error: OSError) -> None:
        self._oci(printable(path), f"cannot be read: {error.strerror}")
        self._all_read = False

    # Files

    def _list_files(self) -> None:
        """Note the size of each file. Links are not followed, but for a shared `blobs`: they may lead in a circle."""
        waiting = [""]
        while waiting:
            directory = waiting.pop()
            try:
                names = sorted(os.listdir(self._layout / directory))
            except OSError as error:
                self._unreadable(directory or ".", error)
                continue
            for name in names:
                path = f"{directory}/{name}" if directory else name
                try:
                    status = os.lstat(self._layout / path)
                except OSError as error:
                    self._unreadable(path, error)
                    continue
                if stat.S_ISDIR(status.st_mode) or (path == "blobs" and self._shared):
                    waiting.append(path)
                elif stat.S_ISREG(status.st_mode):
                    self._sizes[path] = status.st_size
                elif path.split("/")[0] in ("blobs", LAYOUT_FILE, INDEX_FILE):
                    kind = "a symbolic link" if stat.S_ISLNK(status.st_mode) else "a device, socket or pipe"
                    self._oci(printable(path), f"is {kind}, not a file")
                    self._all_read = False
                else:
                    self._strata(printable(path), "is no part of a layout")

    def _hash_blobs(self) -> None:
        for path in sorted(self._sizes):
            if not path.startswith("blobs/"):
                continue
            if not _BLOB.fullmatch(path):
                self._oci(printable(path), "is no blob: blobs lie at blobs/sha256/HEX or blobs/sha512/HEX")
                continue
            self._check_digest(path)

    def _check_digest(self, path: str) -> None:
        _, algorithm, wanted = path.split("/")
        found = self._hash(path, algorithm)
        if found != wanted:
            self._damaged.add(path)
            if found is not None:
                self._oci(path, f"has the digest {algorithm}:{found}")

    def _hash(self, path: str, algorithm: str) -> Optional[str]:
        summed = hashlib.new(algorithm)
        try:
            with (self._layout / path).open("rb") as stream:
                for piece in pieces(stream):
                    summed.update(piece)
        except OSError as error:
            self._unreadable(path, error)
            return None
        return summed.hexdigest()

    def _document(self, path: str, shape: Shape) -> Optional[Any]:
        """Return the JSON value of a file of the layout, if it has the shape."""
        content = self._read(path)
        if content is None:
            self._all_read = False
            return None
        try:
            value = parse(content)
        except NotJson as reason:
            self._oci(path, str(reason))
            self._all_read = False
            return None
        problems = list(shape(value, ""))
        for problem in problems:
            self._oci(path, f"is wrong: {problem}")
        if problems:
            self._all_read = False
            return None
        if not _is_canonical(value, content):
            self._strata(path, "is not canonical JSON: names sorted, no spaces, UTF-8")
        return value

    def _read(self, path: str) -> Optional[bytes]:
        size = self._sizes.get(path)
        if size is None:
            self._oci(path, "is missing")
        elif size > DOCUMENT_BYTES:
            self._oci(path, f"has {size} bytes, more than the {DOCUMENT_BYTES} that registries take")
        else:
            try:
                return (self._layout / path).read_bytes()
            except OSError as error:
                self._unreadable(path, error)
        return None

    # What the files say of each other

    def _blob(self, descriptor: Any, by: str, where: str) -> Optional[str]:
        """Return the path of the blob that `where` in the document `by` names, if it is what the descriptor says."""
        path = blob_path(descriptor["digest"])
        size = self._sizes.get(path)
        if self._shared and size is not None and path not in self._referenced:
            self._check_digest(path)
        self._referenced.add(path)
        if size is None:
            self._oci(by, f"names {path} in {where}, which is missing")
        elif size != descriptor["size"]:
            self._oci(by, f"gives {path} {descriptor['size']} bytes in {where}, but it has {size}")
        elif path not in self._damaged:
            return path
        self._all_read = False
        return None

    def _follow(self, root: Any) -> None:
        """Check all that the root names: indexes may name indexes, to any depth."""
        waiting = deque([(root, INDEX_FILE)])
        seen: set[tuple[str, str, str]] = set()
        read = 0
        while waiting:
            index, by = waiting.popleft()
            for number, descriptor in enumerate(index["manifests"]):
                where = f"manifests[{number}]"
                path = self._blob(descriptor, by, where)
                media_type = descriptor["mediaType"]
                platform = "" if media_type == INDEX else str(descriptor.get("platform"))
                if path is None or (path, media_type, platform) in seen:
                    continue
                seen.add((path, media_type, platform))
                read += self._sizes[path]
                if len(seen) > limits.DOCUMENTS or read > limits.DOCUMENTS_BYTES:
                    most = f"{limits.DOCUMENTS} documents or {limits.DOCUMENTS_BYTES} bytes of them"
                    self._oci(INDEX_FILE, f"names more than {most}, with all that they name")
                    self._all_read = False
                    return
                if media_type == INDEX:
                    nested = self._document(path, spec.index)
                    if nested is not None:
                        waiting.append((nested, path))
                elif media_type == MANIFEST:
                    manifest = self._document(path, spec.manifest)
                    if manifest is not None:
                        self._manifest(manifest, path, descriptor.get("platform"))
                else:
                    self._strata(
                        by, f"names {path} in {where} with the media type {media_type}: it was not looked into"
                    )
                    self._all_read = False

    def _manifest(self, manifest: Any, path: str, platform: Optional[Any]) -> None:
        config = manifest["config"]
        config_path = self._blob(config, path, "config")
        is_image = config["mediaType"] == CONFIG
        if is_image and not manifest["layers"]:
            self._oci(path, "has no layers")
        if config["mediaType"] == EMPTY:
            self._empty_config(manifest, path, config_path)
        diff_ids = [self._layer(layer, path, number, is_image) for number, layer in enumerate(manifest["layers"])]
        if is_image and config_path is not None:
            fields = self._document(config_path, spec.config)
            if fields is not None:
                self._config(fields, config_path, diff_ids, platform)

    def _empty_config(self, manifest: Any, path: str, config_path: Optional[str]) -> None:
        if "artifactType" not in manifest:
            self._oci(path, "has an empty config, but no artifactType that says what it is")
        if config_path is not None and self._read(config_path) not in (None, EMPTY_CONFIG):
            self._oci(config_path, "has the media type of an empty config, but is not {}")

    def _layer(self, descriptor: Any, by: str, number: int, is_image: bool) -> Optional[str]:
        """Return the layer's diff id, where one can be computed."""
        where = f"layers[{number}]"
        path = self._blob(descriptor, by, where)
        media_type = descriptor["mediaType"]
        if path is None:
            return None
        if not can_read(media_type):
            if is_image:
                self._strata(by, f"names {path} in {where} with the media type {media_type}: it was not looked into")
            return None
        check = self._layers.get((path, media_type))
        if check is None:
            check = check_layer(self._layout / path, path, media_type)
            self._layers[path, media_type] = check
            self.findings += check.findings
        return check.diff_id

    def _config(self, config: Any, path: str, diff_ids: list[Optional[str]], platform: Optional[Any]) -> None:
        for problem in _platform_problems(config, platform):
            self._oci(path, problem)
        for problem in _count_problems(config, len(diff_ids)):
            self._oci(path, problem)
        for number, (said, found) in enumerate(zip(config["rootfs"]["diff_ids"], diff_ids)):
            if found is not None and said.startswith("sha256:") and said != found:
                self._oci(path, f"has {said} in rootfs.diff_ids[{number}], but the layer unpacks to {found}")
        for where, created in _times(config):
            if created != CREATED:
                self._strata(path, f"has the time {shown(created)} in {where}, not {CREATED}")


def _platform_problems(config: Any, platform: Optional[Any]) -> Iterator[str]:
    for name in ("os", "architecture", "variant"):
        # A variant is often left out on one side.
        if platform and name in platform and name in config and platform[name] != config[name]:
            yield f"is for the {name} {shown(config[name])}, but the index says {shown(platform[name])}"


def _count_problems(config: Any, layers: int) -> Iterator[str]:
    diff_ids = len(config["rootfs"]["diff_ids"])
    if diff_ids != layers:
        yield f"has {diff_ids} diff ids, but the manifest has {layers} layers"
    if "history" in config:
        filled = sum(not step.get("empty_layer", False) for step in config["history"])
        if filled != layers:
            yield f"has a history of {filled} layers, but the manifest has {layers}"


def _times(config: Any) -> Iterator[tuple[str, Any]]:
    yield "created", config.get("created")
    for number, step in enumerate(config.get("history", [])):
        yield f"history[{number}].created", step.get("created")


def _is_canonical(value: Any, content: bytes) -> bool:
    try:
        return canonical_json(value) == content
    except (ValueError, RecursionError):
        return False
