"""This module writes tar headers, in the pax format, with nothing in them that an entry does not say.

Our own instead of `tarfile`'s so that the bytes do not follow the Python version.
https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13
"""

from __future__ import annotations

from strata.oci.entry import Directory, Entry, Symlink

EPOCH = 315532800
"""1980-01-01T00:00:00Z, the earliest time that a zip file can hold: tools that zip installed files fail below it."""

BLOCK = 512
END = bytes(2 * BLOCK)

_PAX_NAME = b"././@PaxHeader"
_NAME_LIMIT = 100
_ID_LIMIT = 8**7
_SIZE_LIMIT = 8**11


def header(entry: Entry, size: int) -> bytes:
    """Return the blocks that come before the contents of `entry`, which are `size` bytes."""
    records: dict[str, str] = {}
    path, kind, mode, target = entry.path, b"0", 0o777, ""
    if isinstance(entry, Symlink):
        kind, target = b"2", entry.target
    else:
        mode = entry.mode
    if isinstance(entry, Directory):
        kind, path = b"5", f"{path}/"

    block = _block(
        name=_text(records, "path", path),
        mode=mode,
        uid=_number(records, "uid", entry.uid, _ID_LIMIT),
        gid=_number(records, "gid", entry.gid, _ID_LIMIT),
        size=_number(records, "size", size, _SIZE_LIMIT),
        kind=kind,
        target=_text(records, "linkpath", target),
    )
    if not records:
        return block
    extended = b"".join(_record(key, value) for key, value in sorted(records.items()))
    pax = _block(name=_PAX_NAME, mode=0o644, uid=0, gid=0, size=len(extended), kind=b"x", target=b"")
    return pax + extended + padding(len(extended)) + block


def padding(size: int) -> bytes:
    """Return what fills the last block of contents of `size` bytes."""
    return bytes(-size % BLOCK)


def _text(records: dict[str, str], key: str, value: str) -> bytes:
    """Return the value for the fixed header; what does not fit there is added to the pax records."""
    encoded = value.encode()
    if len(encoded) <= _NAME_LIMIT and encoded.isascii():
        return encoded
    records[key] = value
    return value.encode("ascii", "replace")[:_NAME_LIMIT]


def _number(records: dict[str, str], key: str, value: int, limit: int) -> int:
    if value < limit:
        return value
    records[key] = str(value)
    return 0


def _record(key: str, value: str) -> bytes:
    r"""Return `LENGTH key=value\n`, where LENGTH counts the whole record in bytes, itself included."""
    rest = f" {key}={value}\n".encode()
    length = len(rest)
    while length != len(rest) + len(str(length)):
        length = len(rest) + len(str(length))
    return str(length).encode() + rest


def _block(*, name: bytes, mode: int, uid: int, gid: int, size: int, kind: bytes, target: bytes) -> bytes:
    fields = [
        name.ljust(100, b"\0"),
        b"%07o\0%07o\0%07o\0%011o\0%011o\0" % (mode, uid, gid, size, EPOCH),
        b" " * 8,  # the checksum counts as spaces in itself
        kind,
        target.ljust(100, b"\0"),
        b"ustar\x0000",
        bytes(32 + 32),  # names of the user and the group: none, so that the numbers count everywhere
        b"0000000\x000000000\0",
        bytes(155 + 12),
    ]
    fields[2] = b"%06o\0 " % sum(b"".join(fields))
    return b"".join(fields)
