"""This module merges Debian packages into one tree of entries, and lists the packages for image scanners."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from strata.debian.packages.archive import STATUS_DIRECTORY, DebianArchive, merged_path, read_archive
from strata.debian.packages.omitted import DOCUMENTATION, is_below, is_omitted
from strata.errors.archive import packages_overlap
from strata.oci.entry import Directory, Entry, File, Symlink
from strata.protocol.package import Package


@dataclass(frozen=True)
class UnpackedPackage:
    """A package and the contents of its file."""

    name: str
    version: str
    archive: DebianArchive


@contextmanager
def unpacked(requested: Sequence[Package]) -> Iterator[tuple[UnpackedPackage, ...]]:
    """Unpack packages; give them sorted by name. Their entries' files exist until the end of the `with` block."""
    with tempfile.TemporaryDirectory(dir=".", prefix="unpacked-") as directory:
        packages = []
        for position, package in enumerate(sorted(requested, key=lambda package: package.name)):
            scratch = Path(directory, str(position))
            scratch.mkdir()
            archive = read_archive(package.file, package=package.name, version=package.version, scratch=scratch)
            packages.append(UnpackedPackage(package.name, package.version, archive))
        yield tuple(packages)


def merge(packages: Sequence[UnpackedPackage]) -> dict[str, Entry]:
    """Return all entries by path. A directory of several packages has the mode and owner that the first gives it.

    Raise StrataError where two packages have different files of one path.
    """
    merged: dict[str, Entry] = {}
    owners: dict[str, str] = {}
    for package in packages:
        for entry in package.archive.entries:
            other = merged.setdefault(entry.path, entry)
            owner = owners.setdefault(entry.path, package.name)
            if other is not entry and not _agree(entry, other):
                raise packages_overlap(entry.path, owner, package.name)
    return merged


def without_documentation(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the entries that belong into an image (strata.debian.packages.omitted), licences included."""
    return {
        path: entry
        for path, entry in entries.items()
        if not is_omitted(path) or (isinstance(entry, Symlink) and _names_documentation(path))
    }


def status_files(packages: Sequence[UnpackedPackage], kept: Mapping[str, Entry]) -> list[Entry]:
    """Return the files that scanners read: for each package its control paragraph, and the checksums of its files.

    :param kept: the entries of the layer: other files have no checksum there.
    """
    files: list[Entry] = []
    for package in packages:
        sums = [line for line in package.archive.md5sums.splitlines(keepends=True) if _summed_path(line) in kept]
        files.append(File(f"{STATUS_DIRECTORY}/{package.name}", package.archive.control.encode()))
        files.append(File(f"{STATUS_DIRECTORY}/{package.name}.md5sums", "".join(sums).encode()))
    return files


def versions(packages: Sequence[UnpackedPackage]) -> dict[str, str]:
    """Return the version of each package by name, for the description of a layer."""
    return {package.name: package.version for package in packages}


def _agree(entry: Entry, other: Entry) -> bool:
    if isinstance(entry, Directory):
        return isinstance(other, Directory)
    if isinstance(entry, File) and isinstance(other, File):
        assert isinstance(entry.source, Path)
        assert isinstance(other.source, Path)
        return entry.mode == other.mode and entry.source.read_bytes() == other.source.read_bytes()
    return entry == other


def _names_documentation(path: str) -> bool:
    return is_below(path, DOCUMENTATION) and path.count("/") == DOCUMENTATION.count("/") + 1


def _summed_path(line: str) -> str:
    return merged_path(line.rstrip("\n").partition("  ")[2])
