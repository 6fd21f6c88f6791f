"""This module lists what an image holds: its version of CPython, its wheels, and its Debian packages.

Layers of Strata that hold wheels describe themselves. In all others the files are read by which dpkg and pip know what
is installed, whoever wrote the image.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Callable, Optional, Union

from packaging.utils import canonicalize_name

from strata.check import limits
from strata.debian.os_release import PATHS, os_release_in
from strata.debian.packages.installed import PACKAGE_LISTS, STATUS, installed_packages
from strata.diff.view import ImageView, LayerView
from strata.layouts.blob_reader import BlobReader, can_read
from strata.layouts.verified_blob import VerifiedBlob
from strata.layouts.whiteouts import hides, removed_path
from strata.oci.descriptor import Descriptor
from strata.oci.tar_reader import FILE, TarReader
from strata.pieces import Stream
from strata.protocol.package import InstalledPackage
from strata.wheels.installed import METADATA, installed_project

OpenBlob = Callable[[Descriptor], Optional[Union[BinaryIO, VerifiedBlob]]]
"""Returns the blob of a layer; None where it is not there."""

# Layers of Strata without a list of Debian packages, whose wheels stand in the description.
_DESCRIBED = ("app", "dependencies", "venv")
_UPSTREAM = re.compile(r"(?:\d+:)?(\d+\.\d+(?:\.\d+)?)")
_PYTHON = re.compile(r"python3\.\d+(-minimal)?")


@dataclass(frozen=True)
class Inventory:
    """What an image for one platform holds.

    :param python: the version of CPython, as full as it is known; empty where there is none.
    :param wheels: the normalized name and the version of each installed Python project, sorted.
    :param debian: sorted by name.
    :param release: the code name of the Debian release, `trixie`; empty for another system.
    :param notes: which layers could not be looked into.
    """

    platform: str
    python: str
    wheels: tuple[tuple[str, str], ...]
    debian: tuple[InstalledPackage, ...]
    release: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LayerFiles:
    """The files of a layer that list what is installed, path → content, and the paths that it takes away."""

    files: Mapping[str, bytes]
    removed: tuple[str, ...]


def is_read(layer: LayerView) -> bool:
    """Return whether a layer's blob has to be read to know what it holds."""
    return layer.contents is None or layer.contents["kind"] not in _DESCRIBED


class Inventories:
    """Takes stock of images. A layer that several of them have is read once."""

    def __init__(self) -> None:
        self._read: dict[str, LayerFiles] = {}

    def of(self, image: ImageView, open_blob: OpenBlob) -> Inventory:
        """Return what an image holds. Raise StrataError or DamagedBlob where a layer is damaged."""
        files: dict[str, bytes] = {}
        described: list[Mapping[str, str]] = []
        python, notes = "", []
        for layer in image.layers:
            contents = layer.contents or {}
            python = contents.get("version", "") if contents.get("kind") == "interpreter" else python
            if contents.get("kind") == "dependencies":
                described.append(contents.get("packages", {}))
            if not is_read(layer):
                continue
            found = self._files(layer, open_blob)
            if found is None:
                notes.append(f"layer {layer.name} cannot be read here: nobody looked for packages in it")
                continue
            for path in [path for path in files if hides(found.removed, path)]:
                del files[path]
            files.update(found.files)
        packages = sorted(_debian(files), key=lambda package: package.name)
        release = os_release_in(files)
        wheels = {(canonicalize_name(name), version) for part in described for name, version in part.items()}
        return Inventory(
            image.platform,
            _python([python, *_named(image), *_packaged(packages)]),
            tuple(sorted({*wheels, *_wheels(files)})),
            tuple(packages),
            release.codename if release.id == "debian" else "",
            tuple(notes),
        )

    def _files(self, layer: LayerView, open_blob: OpenBlob) -> Optional[LayerFiles]:
        if layer.digest not in self._read:
            blob = open_blob(layer.descriptor) if can_read(layer.media_type) else None
            if blob is None:
                return None
            with blob as stream:
                self._read[layer.digest] = read_layer(stream)
        return self._read[layer.digest]


def read_layer(blob: Stream) -> LayerFiles:
    """Return those files of a layer that list what is installed. Raise DamagedBlob where the blob is no layer's."""
    files, removed = {}, []
    tar = TarReader(BlobReader(blob))
    for entry in tar:
        path = entry.path.lstrip("/")
        hidden = removed_path(path)
        if hidden is not None:
            removed.append(hidden)
        elif entry.kind == FILE and (path in (STATUS, *PATHS) or PACKAGE_LISTS.fullmatch(path)):
            files[path] = _contents(tar, limits.LIST_BYTES)
        elif entry.kind == FILE and METADATA.fullmatch(path):
            files[path] = _contents(tar, limits.METADATA_BYTES)
    return LayerFiles(files, tuple(removed))


def _contents(stream: Stream, limit: int) -> bytes:
    parts = []
    while limit:
        part = stream.read(min(limit, 1 << 18))
        if not part:
            break
        limit -= len(part)
        parts.append(part)
    return b"".join(parts)


def _debian(files: Mapping[str, bytes]) -> Iterator[InstalledPackage]:
    """Yield each package once; dpkg's own list comes before those of single packages."""
    found: dict[str, InstalledPackage] = {}
    for path in sorted((path for path in files if path.startswith(STATUS)), reverse=True):
        found.update((package.name, package) for package in installed_packages(files[path]))
    yield from found.values()


def _wheels(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for path, content in files.items():
        project = installed_project(content) if METADATA.fullmatch(path) else None
        if project:
            yield project


def _named(image: ImageView) -> list[str]:
    """Return the version that the config of CPython's official images names."""
    environment = image.config.get("config", {}).get("Env") or []
    return [value.partition("=")[2] for value in environment if value.startswith("PYTHON_VERSION=")]


def _packaged(packages: Iterable[InstalledPackage]) -> list[str]:
    """Return the versions of Debian's packages of CPython."""
    return [package.version for package in packages if _PYTHON.fullmatch(package.name)]


def _python(versions: Iterable[str]) -> str:
    """Return the first text that begins with a version, without what follows; empty where there is none."""
    matches = (_UPSTREAM.match(version) for version in versions)
    return next((match[1] for match in matches if match), "")
