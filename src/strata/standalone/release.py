"""This module chooses archives from the checksum file of a release, SHA256SUMS, which `sha256sum` writes and reads.

A release has dozens of archives for each version: for other systems and C libraries (`-apple-darwin`, `-musl`), for
newer processors (`x86_64_v3`), without the global interpreter lock (`freethreaded`), with object files (`full`). Images
take `install_only_stripped`, or `install_only` of a release before there was that: the same files,
with debug symbols.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from strata.errors import standalone as errors
from strata.standalone.platform import PLATFORMS

CHECKSUMS = "SHA256SUMS"
"""The name of the checksum file among the files of a release."""

# https://www.gnu.org/software/coreutils/manual/html_node/md5sum-invocation.html
_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64}) [ *](?P<file>[A-Za-z0-9][A-Za-z0-9+._-]*)")
_ARCHIVE = re.compile(
    r"cpython-(?P<version>(?P<feature>3\.\d{1,3})\.(?P<patch>\d{1,3})((?P<stage>a|b|rc)(?P<number>\d{1,3}))?)"
    r"\+(?P<release>[A-Za-z0-9]+)-(?P<triple>\w+-\w+-\w+-\w+)-install_only(?P<stripped>_stripped)?\.tar\.gz"
)
_TRIPLES = {spelled.triple: platform for platform, spelled in PLATFORMS.items()}


@dataclass(frozen=True)
class ListedArchive:
    """An archive of CPython for a platform, as the checksum file has it.

    :param version: of CPython, in full.
    :param sha256: in hexadecimal digits.
    """

    platform: str
    version: str
    file: str
    sha256: str


def read_checksums(text: str) -> dict[str, str]:
    """Return file → sha256 of a checksum file. Raise StrataError for a line of another form, and for no line at all."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise errors.checksums_are_damaged(f"line {number}: {line[:100]!r}")
        found[match["file"]] = match["sha256"]
    if not found:
        raise errors.checksums_are_damaged("it is empty")
    return found


def choose_archives(checksums: Mapping[str, str], python: str, release: str) -> tuple[ListedArchive, ...]:
    """Return the archive of each platform, in the order of platforms.

    The newest patch version that all platforms have is taken. Raise StrataError for a release without that feature
    version, or without one of the platforms.

    :param python: the feature version of CPython, 3.12.
    """
    listed = list(_archives(checksums, release))
    wanted = [archive for archive in listed if archive[0].version.rpartition(".")[0] == python]
    if not wanted:
        raise errors.release_lacks_version(python, release, _features(archive for archive, _ in listed))
    by_version: dict[tuple[object, ...], dict[str, ListedArchive]] = {}
    # Stripped archives come last, and so take the place of others.
    for archive, rank in sorted(wanted, key=lambda item: item[1]):
        by_version.setdefault(rank[:-1], {})[archive.platform] = archive
    for _, found in sorted(by_version.items(), reverse=True):
        if found.keys() == PLATFORMS.keys():
            return tuple(found[platform] for platform in sorted(found))
    files = sorted(archive.file for archive, _ in wanted)
    raise errors.release_lacks_platform(python, release, sorted(PLATFORMS), files)


def _archives(checksums: Mapping[str, str], release: str) -> Iterable[tuple[ListedArchive, tuple[object, ...]]]:
    """Yield the archives that could be used, with a rank: that of the version, and whether it is stripped."""
    for file, sha256 in checksums.items():
        match = _ARCHIVE.fullmatch(file)
        if match is None or match["release"] != release or match["triple"] not in _TRIPLES:
            continue
        # `a`, `b`, `rc` and a final version, in the order of the alphabet.
        rank = (int(match["patch"]), match["stage"] or "z", int(match["number"] or 0), bool(match["stripped"]))
        yield ListedArchive(_TRIPLES[match["triple"]], match["version"], file, sha256), rank


def _features(archives: Iterable[ListedArchive]) -> list[str]:
    features = {archive.version.rpartition(".")[0] for archive in archives}
    return sorted(features, key=lambda feature: int(feature.partition(".")[2]))
