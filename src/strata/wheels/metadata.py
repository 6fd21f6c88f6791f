"""This module reads what a wheel says of itself: its METADATA, first of all the Requires-Dist fields.

https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from strata.errors import wheels as errors
from strata.protocol.wheel import UNKNOWN_LICENSE, Bundled, License
from strata.wheels.declared import declared_components
from strata.wheels.dist_info import info_directory
from strata.wheels.limits import METADATA_BYTES, WHEEL_BYTES
from strata.wheels.modules import import_names
from strata.wheels.project_name import normalized_name, version_key
from strata.wheels.zip_reader import opened_zip

_LICENSE_LINE = 100


@dataclass(frozen=True)
class WheelMetadata:
    """What a wheel needs, what it provides, and what it says for bills of materials.

    :param requires: the requirements (PEP 508) that it declares, in its order, each in one line.
    :param import_names: the modules that an import can name (strata.wheels.modules), sorted.
    :param file_count: the number of files in the archive.
    """

    requires: tuple[str, ...] = ()
    import_names: tuple[str, ...] = ()
    license: License = UNKNOWN_LICENSE
    bundled: tuple[Bundled, ...] = ()
    file_count: int = 0


def read_metadata(wheel: Path) -> WheelMetadata:
    """Return what a wheel says of itself.

    Raise StrataError for a wheel that is damaged, of an unknown version of the format, or without metadata of its own:
    the names and the versions in METADATA, of the `.dist-info` directory and of the file must be the same.
    """
    with opened_zip(wheel, errors.unreadable_wheel) as archive:
        info = info_directory(wheel.name, wheel.name.partition("-")[0], archive.names)
        fields = _fields(archive.read(f"{info}/METADATA", METADATA_BYTES))
        form = _fields(archive.read(f"{info}/WHEEL", WHEEL_BYTES))
        bundled = declared_components(archive, info)
    for reason in _contradictions(wheel.name, info, fields, form):
        raise errors.unreadable_wheel(wheel.name, reason)
    requires = (" ".join(line.strip() for line in value.splitlines()) for value in fields.get_all("Requires-Dist", []))
    names = archive.names
    return WheelMetadata(tuple(requires), import_names(names), _license(fields), bundled, len(names))


def _fields(text: bytes) -> Message:
    # In METADATA of old times, names of authors are in other encodings than UTF-8.
    return HeaderParser().parsestr(text.decode("utf-8", "replace"))


def _license(fields: Message) -> License:
    """Return the licence: PEP 639's expression, or else the classifiers, or else the field of old in one line."""
    expression = str(fields.get("License-Expression", "")).strip()
    if expression:
        return License(expression)
    classifiers = [str(each).split(" :: ") for each in fields.get_all("Classifier", [])]
    names = sorted({parts[-1].strip() for parts in classifiers if parts[0] == "License" and len(parts) > 2})
    text = str(fields.get("License", "")).strip()
    # Many projects have the whole text there.
    if not names and text and "\n" not in text and len(text) <= _LICENSE_LINE and text.upper() != "UNKNOWN":
        names = [text]
    return License(names=tuple(names))


def _contradictions(wheel: str, info: str, metadata: Message, form: Message) -> Iterator[str]:
    """Yield why a wheel is not the one that its file's name says.

    :param info: the name of the `.dist-info` directory.
    :param metadata: the fields of METADATA.
    :param form: the fields of WHEEL.
    """
    version = str(form.get("Wheel-Version", ""))
    if version.partition(".")[0] != "1":
        yield f"its Wheel-Version is {version!r}, and only versions 1.x are known"
    name, _, rest = wheel.partition("-")
    file_version = rest.partition("-")[0]
    if version_key(info[: -len(".dist-info")].rpartition("-")[2]) != version_key(file_version):
        yield f"its metadata are those of another version: {info}"
    found = str(metadata.get("Name", "")), str(metadata.get("Version", ""))
    if normalized_name(found[0]) != normalized_name(name) or version_key(found[1]) != version_key(file_version):
        yield f"its METADATA names {found[0]!r} {found[1]!r}"
