"""The verb `files-layer` writes files of a repository at a path of their own as a layer.

The layer describes itself as {"kind": "files", "path": "srv/www", "files": {path in the image: start of the sha256},
"installers": […]} (strata.audit.layer). For very many files "fileCount" and "filesDigest" stand in place of "files".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from strata.audit.layer import installers
from strata.debian.packages.generated_files import NONROOT
from strata.oci.entry import Directory, Entry, File, parents
from strata.oci.layer import described_files, write_layer
from strata.pieces import file_sha256
from strata.protocol.contents.files_layer import Request, Result

# Directories that a base has with another mode or owner than its own layer would give them.
_AS_IN_THE_BASE = {
    "root": Directory("root", 0o700),
    "home/nonroot": Directory("home/nonroot", 0o700, NONROOT, NONROOT),
}
# Down to this depth, directories below these belong to the system: /usr/share, /usr/local/lib, /var/lib.
_SYSTEM_DEPTH = {"usr": 3, "var": 2}


def run(request: Request) -> Result:
    """Write the layer."""
    files = sorted(path for path in request.root.rglob("*") if path.is_file())
    entries = list(_entries(request, files))
    digests = {
        entry.path: file_sha256(entry.source)
        for entry in entries
        if isinstance(entry, File) and isinstance(entry.source, Path)
    }
    contents = {
        "kind": "files",
        "path": request.path,
        **described_files(digests),
        "installers": installers(entries),
    }
    layer = write_layer(entries, contents=contents, compression=request.compression)
    return Result(layer.written(), paths=tuple(sorted(digests)))


def _entries(request: Request, files: list[Path]) -> Iterator[Entry]:
    directories = dict[str, Entry]()
    for file in files:
        path = "/".join(part for part in (request.path, file.relative_to(request.root).as_posix()) if part)
        yield File(path, file, _mode(request, file), request.uid, request.gid)
        for parent in parents(path):
            directories[parent] = _directory(request, parent)
    yield from directories.values()


def _mode(request: Request, file: Path) -> int:
    if request.mode is not None:
        return request.mode
    return 0o755 if file.stat().st_mode & 0o111 else 0o644


def _directory(request: Request, path: str) -> Entry:
    """Return a directory of the layer: the owner's, or one that the base has as well and that stays as it is."""
    if path in _AS_IN_THE_BASE:
        return _AS_IN_THE_BASE[path]
    inside = path == request.path or not request.path or path.startswith(f"{request.path}/")
    if not inside or _is_of_the_system(path):
        return Directory(path)
    # Whoever may read a directory may enter it.
    mode = 0o755 if request.mode is None else request.mode | (request.mode & 0o444) >> 2
    return Directory(path, mode, request.uid, request.gid)


def _is_of_the_system(path: str) -> bool:
    """Return whether every system has the directory: /etc, /usr/share, /var/lib, and below /usr/local."""
    depth = path.count("/") + 1
    first = path.partition("/")[0]
    return first in _SYSTEM and depth <= _SYSTEM_DEPTH.get(first, 1)


# https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch03.html
_SYSTEM = frozenset({"app", "boot", "etc", "home", "media", "mnt", "opt", "srv", "usr", "var"})
