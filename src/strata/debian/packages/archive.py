"""This module reads a Debian package file (.deb) into entries of a layer, and trusts nothing in it.

No path of the package is ever written to: contents go into numbered files of a scratch directory, and a path is only
the name of an entry. Paths are those of a merged /usr, which Debian requires since its release 12.
https://manpages.debian.org/deb.5 and https://wiki.debian.org/UsrMerge
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from strata.debian import limits
from strata.debian.packages.ar import Section, read_sections
from strata.debian.packages.omitted import is_below
from strata.debian.packages.tar import members, open_tar
from strata.errors import StrataError
from strata.errors.archive import (
    archive_is_damaged,
    control_names_another,
    member_has_forbidden_kind,
    member_is_privileged,
    member_is_there_twice,
    member_leaves_root,
    member_misleads_scanners,
)
from strata.oci.entry import Directory, Entry, File, Symlink, parents
from strata.oci.tar_reader import DIRECTORY, FILE, HARD_LINK, SYMLINK, TarEntry, TarReader
from strata.pieces import pieces

# One file per package, as the distroless images have it: a layer adds packages without rewriting those below.
# https://github.com/GoogleContainerTools/distroless/blob/main/PACKAGE_METADATA.md
STATUS_DIRECTORY = "var/lib/dpkg/status.d"
SCANNED = ("var/lib/dpkg/status", STATUS_DIRECTORY)
"""Where image scanners look for packages."""

MERGED_INTO_USR = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")

_INSTALLED_SIZE = re.compile(r"^Installed-Size: *(\d{1,12})$", re.MULTILINE)


@dataclass(frozen=True)
class DebianArchive:
    """The contents of a package file.

    :param control: the control paragraph, with a newline at its end.
    :param md5sums: the list of files and their checksums, with a newline at its end.
    """

    entries: tuple[Entry, ...]
    control: str
    md5sums: str


def read_archive(file: Path, *, package: str, version: str, scratch: Path) -> DebianArchive:
    """Return the contents of a package file.

    Raise StrataError, which names the package and the member, for damage, and for a member that would leave the root.

    :param package: the name that the package must have, and `version` its version.
    :param scratch: an empty directory for the contents, to which the entries point: it must live as long as they do.
    """
    try:
        control_section, data_section = _sections(file)
        control = _read_control(file, control_section)
        paragraph = control["control"]
        _check_identity(paragraph, package, version)
        with open_tar(file, data_section, _unpacked_limit(paragraph)) as tar:
            entries = _Entries(scratch).read(tar)
    except StrataError as error:
        raise error.at(package) from None
    return DebianArchive(entries, paragraph, control.get("md5sums", ""))


def _sections(file: Path) -> tuple[Section, Section]:
    with file.open("rb") as opened:
        sections = read_sections(opened)
        names = [section.name for section in sections]
        if [name.partition(".tar")[0] for name in names] != ["debian-binary", "control", "data"]:
            raise archive_is_damaged(f"it has the parts {', '.join(names)}, not debian-binary, control.tar, data.tar")
        opened.seek(sections[0].offset)
        version = opened.read(min(sections[0].size, 16))
    if not version.startswith(b"2."):
        raise archive_is_damaged("it is not of format 2")
    return sections[1], sections[2]


def _read_control(file: Path, section: Section) -> dict[str, str]:
    found = {}
    with open_tar(file, section, limits.CONTROL_BYTES) as tar:
        for member in members(tar):
            name = member.name.removeprefix("./")
            if name in ("control", "md5sums"):
                if name in found:
                    raise member_is_there_twice(member.name)
                if member.kind != FILE:
                    raise archive_is_damaged(f"{name} is a {member.kind}, not a file")
                try:
                    found[name] = b"".join(pieces(tar)).decode()
                except UnicodeDecodeError as error:
                    raise archive_is_damaged(f"{name} is not UTF-8: {error}") from None
    if "control" not in found:
        raise archive_is_damaged("it has no control file")
    return {name: text.rstrip("\n") + "\n" for name, text in found.items()}


def _check_identity(control: str, package: str, version: str) -> None:
    """Raise StrataError unless the control file is one paragraph, about this package.

    Image scanners read it, and trust what it says.
    """
    for field, wanted in (("Package", package), ("Version", version)):
        found = re.findall(rf"^{field}:[ \t]*(.*?)[ \t]*$", control, re.MULTILINE | re.IGNORECASE)
        if found != [wanted] or "\n\n" in control:
            raise control_names_another(field, wanted, found)


def _unpacked_limit(control: str) -> int:
    declared = _INSTALLED_SIZE.search(control)
    if declared is None:
        return limits.UNPACKED_BYTES
    return min(int(declared[1]) * 1024 * limits.UNPACKED_FACTOR + limits.UNPACKED_SLACK_BYTES, limits.UNPACKED_BYTES)


class _Entries:
    """The entries of one data.tar, by their path in a merged /usr."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._names: set[str] = set()
        self._entries: dict[str, Entry] = {}

    def read(self, tar: TarReader) -> tuple[Entry, ...]:
        """Return the entries, in order. Raise StrataError for the first that is not safe."""
        for member in members(tar):
            name = _relative(member.name)
            if not name:
                if member.kind != DIRECTORY:
                    raise member_has_forbidden_kind(member.name, f"a {member.kind} in the place of the root")
                continue
            if name in self._names:
                raise member_is_there_twice(member.name)
            if any(is_below(name, place) for place in SCANNED) and member.kind != DIRECTORY:
                raise member_misleads_scanners(member.name)
            self._names.add(name)
            self._add(member, self._entry(member, name, tar))
        self._refuse_what_lies_below_a_link()
        return tuple(self._entries.values())

    def _add(self, member: TarEntry, entry: Entry) -> None:
        other = self._entries.setdefault(entry.path, entry)
        # /lib and /usr/lib are one directory, so both may be there as such, and as nothing else.
        if other is not entry and not (isinstance(entry, Directory) and isinstance(other, Directory)):
            raise member_is_there_twice(member.name)

    def _entry(self, member: TarEntry, name: str, tar: TarReader) -> Entry:
        if member.kind == SYMLINK:
            return self._symlink(member, name)
        path = merged_path(name)
        if member.kind == DIRECTORY:
            return Directory(path, member.mode, member.uid, member.gid)
        if member.kind == HARD_LINK:
            return self._hard_link(member, path)
        if member.kind != FILE:
            raise member_has_forbidden_kind(member.name, f"a {member.kind}")
        if member.mode & 0o6000:
            raise member_is_privileged(member.name, member.mode)
        source = self._scratch / str(len(self._names))
        with source.open("wb") as output:
            for piece in pieces(tar):
                output.write(piece)
        return File(path, source, member.mode & 0o777, member.uid, member.gid)

    def _symlink(self, member: TarEntry, name: str) -> Symlink:
        if name in MERGED_INTO_USR:
            # The link of the merged /usr itself, as base-files has it.
            if member.target not in (f"usr/{name}", f"/usr/{name}"):
                raise member_leaves_root(member.name, f"a link to {member.target!r}, not to usr/{name}")
            return Symlink(name, f"usr/{name}", member.uid, member.gid)
        path = merged_path(name)
        if _climbs_out(path, member.target):
            raise member_leaves_root(member.name, f"a link to {member.target!r}, above the root")
        return Symlink(path, member.target, member.uid, member.gid)

    def _hard_link(self, member: TarEntry, path: str) -> File:
        outside = member.target.startswith("/") or ".." in member.target.split("/")
        target = None if outside else self._entries.get(merged_path(_relative(member.target)))
        if not isinstance(target, File):
            raise member_leaves_root(member.name, f"a hard link to {member.target!r}, no earlier file of the package")
        return File(path, target.source, target.mode, target.uid, target.gid)

    def _refuse_what_lies_below_a_link(self) -> None:
        for path in self._entries:
            for parent in parents(path):
                above = self._entries.get(parent)
                if isinstance(above, Symlink):
                    raise member_leaves_root(path, f"it lies below {parent!r}, a link to {above.target!r}")
                if isinstance(above, File):
                    raise archive_is_damaged(f"{path!r} lies below {parent!r}, a file")


def _relative(name: str) -> str:
    """Return `usr/bin` for `./usr//bin/`, and an empty text for the root. Raise StrataError for a place outside."""
    if name.startswith("/"):
        raise member_leaves_root(name, "an absolute path")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise member_leaves_root(name, "a path with `..`")
    return "/".join(parts)


def merged_path(path: str) -> str:
    """Return the place of a path in a merged /usr: `usr/lib/x` for `lib/x`."""
    return f"usr/{path}" if path.partition("/")[0] in MERGED_INTO_USR else path


def _climbs_out(path: str, target: str) -> bool:
    """Return whether a relative target goes above the root. An absolute one starts at the root of the image."""
    depth = 0 if target.startswith("/") else path.count("/")
    for part in target.split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return True
    return False
