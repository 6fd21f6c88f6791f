"""This module reads the files of databases of vulnerabilities: JSON files, folders of them, zip archives of them."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from strata.check import limits
from strata.errors.checks import files as errors


def read_file(path: Path, limit: int) -> bytes:
    """Return the content of a file. Raise StrataError where it cannot be read, or has more bytes than the limit."""
    try:
        with path.open("rb") as file:
            return _limited(str(path), file, limit)
    except OSError as error:
        raise errors.unreadable(str(path), error.strerror or str(error)) from None


def read_document(path: Path, limit: int) -> Any:
    """Return the JSON value in a file. Raise StrataError where it cannot be read, or has more bytes than the limit."""
    return _value(str(path), read_file(path, limit))


def check_object(path: Path) -> None:
    """Raise StrataError for a file that cannot be read, or that does not begin as a JSON object does."""
    try:
        with path.open("rb") as file:
            start = file.read(64).decode("utf-8-sig", "replace").lstrip()
    except OSError as error:
        raise errors.unreadable(str(path), error.strerror or str(error)) from None
    if not start.startswith("{"):
        raise errors.damaged(str(path), "it does not begin with a JSON object")


def read_export(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the name and the value of each JSON file in an export: a folder, a zip archive or one file.

    Raise StrataError for files that cannot be read, that are no JSON, and for more than the limits allow.
    """
    files = _files(path)
    total = count = 0
    for name, content in files:
        total += len(content)
        count += 1
        if total > limits.EXPORT_BYTES:
            raise errors.too_large(str(path), limits.EXPORT_BYTES)
        if count > limits.RECORDS:
            raise errors.too_many(str(path), limits.RECORDS)
        yield name, _value(name, content)
    if not count:
        raise errors.no_records(str(path))


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*.json")):
                if file.is_file():
                    with file.open("rb") as stream:
                        yield str(file), _limited(str(file), stream, limits.RECORD_BYTES)
        elif zipfile.is_zipfile(path):
            yield from _members(path)
        else:
            with path.open("rb") as stream:
                yield str(path), _limited(str(path), stream, limits.RECORD_BYTES)
    except OSError as error:
        raise errors.unreadable(str(path), error.strerror or str(error)) from None


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    name = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.filename.endswith(".json"):
                    name = f"{path}: {member.filename}"
                    with archive.open(member) as stream:
                        yield name, _limited(name, stream, limits.RECORD_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise errors.unreadable(name, str(error)) from None


def _limited(name: str, stream: IO[bytes], limit: int) -> bytes:
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise errors.too_large(name, limit)
    return content


def _value(name: str, content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise errors.damaged(name, "it is not UTF-8") from None
    except RecursionError:
        raise errors.damaged(name, "it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise errors.damaged(name, f"it is no JSON: line {error.lineno}, column {error.colno}") from None
    except ValueError:
        raise errors.damaged(name, "it holds a number that is too long") from None
