"""This module reads the dependencies of a wheel: the Requires-Dist fields of its METADATA.

https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from strata.errors import wheels as errors
from strata.wheels.dist_info import info_directory
from strata.wheels.limits import METADATA_BYTES, WHEEL_BYTES
from strata.wheels.modules import import_names
from strata.wheels.project_name import normalized_name, version_key
from strata.wheels.zip_reader import opened_zip


@dataclass(frozen=True)
class WheelMetadata:
    """What a wheel needs and what it provides.

    :param requires: the requirements (PEP 508) that it declares, in its order, each in one line.
    :param import_names: the modules that an import can name (strata.wheels.modules), sorted.
    """

    requires: tuple[str, ...] = ()
    import_names: tuple[str, ...] = ()


def read_metadata(wheel: Path) -> WheelMetadata:
    """Return what a wheel says of itself.

    Raise StrataError for a wheel that is damaged, of an unknown version of the format, or without metadata of its own:
    the names and the versions in METADATA, of the `.dist-info` directory and of the file must be the same.
    """
    with opened_zip(wheel, errors.unreadable_wheel) as archive:
        info = info_directory(wheel.name, wheel.name.partition("-")[0], archive.names)
        fields = _fields(archive.read(f"{info}/METADATA", METADATA_BYTES))
        form = _fields(archive.read(f"{info}/WHEEL", WHEEL_BYTES))
    for reason in _contradictions(wheel.name, info, fields, form):
        raise errors.unreadable_wheel(wheel.name, reason)
    requires = (" ".join(line.strip() for line in value.splitlines()) for value in fields.get_all("Requires-Dist", []))
    return WheelMetadata(tuple(requires), import_names(archive.names))


def _fields(text: bytes) -> Message:
    # In METADATA of old times, names of authors are in other encodings than UTF-8.
    return HeaderParser().parsestr(text.decode("utf-8", "replace"))


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
