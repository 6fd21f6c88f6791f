"""This module has entries: what a layer is made of, before it is bytes.

Paths are relative POSIX paths without a leading slash, `usr/bin/python3.13`; the root itself is no entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union

from strata.errors import oci as errors
from strata.oci.zip_member import ZipMember

# OCI layers delete a file of a lower layer by an entry with this prefix, so no file of ours may bear it.
# https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
WHITEOUT_PREFIX = ".wh."


@dataclass(frozen=True)
class File:
    """`source` is the contents, or the path of a host file or the member of a zip archive that holds them.

    Those are read piece by piece, and a member is copied into the layer without being compressed again.
    """

    path: str
    source: Union[bytes, Path, ZipMember]
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Directory:
    """A directory; `mode` may have the sticky bit."""

    path: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Symlink:
    """`target` is resolved inside the image, so it may be absolute."""

    path: str
    target: str
    uid: int = 0
    gid: int = 0


Entry = Union[File, Directory, Symlink]


def arrange(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries in the order of a layer: sorted by path, each once, every parent directory present.

    Raises StrataError for a path that leaves the root or deletes files of other layers, for two entries with one path
    (equal directories are one), for an entry below a file or a link, and for a setuid or setgid file.
    """
    arranged: dict[str, Entry] = {}
    for entry in entries:
        _check(entry)
        other = arranged.setdefault(entry.path, entry)
        if other is not entry and not (isinstance(entry, Directory) and other == entry):
            raise errors.duplicate_path(entry.path, describe(other), describe(entry))
    for path in list(arranged):
        for parent in parents(path):
            above = arranged.setdefault(parent, Directory(parent))
            if not isinstance(above, Directory):
                raise errors.parent_is_no_directory(path, parent, describe(above))
    # The order of code points, which is also the order of the bytes in UTF-8. A parent is a prefix, so it comes first.
    return [arranged[path] for path in sorted(arranged)]


def parents(path: str) -> list[str]:
    """Return the directories above a path: of `a/b/c` they are `a` and `a/b`."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def unsafe(path: str) -> Optional[str]:
    """Return why the path may not stand in a layer; None where it may."""
    if not path:
        return "it is empty"
    if path.startswith("/"):
        return "it is absolute"
    if "\0" in path:
        return "it contains a NUL"
    for name in path.split("/"):
        if name == "..":
            return "it contains .."
        if name in ("", "."):
            return "it is not in its shortest form"
        if name.startswith(WHITEOUT_PREFIX):
            return f"names that start with {WHITEOUT_PREFIX} delete files of other layers"
    try:
        path.encode()
    except UnicodeEncodeError:
        return "it is not valid Unicode"
    return None


def privileged(mode: int, *, directory: bool) -> bool:
    """Return whether the mode lets a program run as another user. On a directory, setgid only hands down the group."""
    return bool(mode & (0o4000 if directory else 0o6000))


def describe(entry: Entry) -> str:
    """Return one line for an error or a listing: the kind, and what tells two entries of one kind apart."""
    if isinstance(entry, Symlink):
        return f"a link to {entry.target}, owner {entry.uid}:{entry.gid}"
    kind = "a directory" if isinstance(entry, Directory) else "a file"
    return f"{kind}, mode {entry.mode:04o}, owner {entry.uid}:{entry.gid}"


def _check(entry: Entry) -> None:
    reason = unsafe(entry.path)
    if reason:
        raise errors.unsafe_path(entry.path, reason)
    if isinstance(entry, Symlink):
        reason = unsafe_target(entry.target)
        if reason:
            raise errors.unsafe_target(entry.path, entry.target, reason)
    elif privileged(entry.mode, directory=isinstance(entry, Directory)):
        raise errors.privileged_mode(entry.path, describe(entry))


def unsafe_target(target: str) -> Optional[str]:
    """Return why a link may not have this target; None where it may.

    A target is resolved in the image, so any path may be named.
    """
    if not target:
        return "it is empty"
    if "\0" in target:
        return "it contains a NUL"
    try:
        target.encode()
    except UnicodeEncodeError:
        return "it is not valid Unicode"
    return None
