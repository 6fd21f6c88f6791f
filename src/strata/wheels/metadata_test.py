from __future__ import annotations

import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.errors.archive import or_raise
from strata.wheels.metadata import WheelMetadata, read_metadata

INFO = "demo_app-1.0.dist-info"
HEAD = "Metadata-Version: 2.1\nName: Demo.App\nVersion: 1.0\n"
REQUIRES = "Requires-Dist: six (>=1.0)\nRequires-Dist: idna ; extra == 'x'\n"


FORM = "Wheel-Version: 1.0\n"


def write(
    folder: Path, metadata: str | bytes, *, name: str = INFO, method: int = zipfile.ZIP_DEFLATED, form: str = FORM
) -> Path:
    wheel = folder / "Demo.App-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", method) as archive:
        archive.writestr("demo/__init__.py", "")
        archive.writestr(f"{name}/METADATA", metadata)
        archive.writestr(f"{name}/WHEEL", form)
    return wheel


@pytest.mark.parametrize(
    "metadata, requires",
    [
        (HEAD, []),
        (HEAD + REQUIRES, ["six (>=1.0)", "idna ; extra == 'x'"]),
        (HEAD + "requires-dist: b\nKeywords: six\nRequires-Dist:a\n", ["b", "a"]),
        (HEAD + "Requires-Dist: a;\n  os_name == 'posix'\n\tor os_name == 'nt'\n", [
            "a; os_name == 'posix' or os_name == 'nt'"
        ]),
        ((HEAD + REQUIRES).replace("\n", "\r\n"), ["six (>=1.0)", "idna ; extra == 'x'"]),
        (HEAD + "Requires-Dist: a\n\nRequires-Dist: of the description\n", ["a"]),
        (HEAD.encode() + b"Author: Andr\xe9\nRequires-Dist: a\n", ["a"]),
        (HEAD + "Requires-Dist: é\n", ["é"]),
    ],
)  # fmt: skip
def test_requirements_in_their_order(tmp_path: Path, metadata: str | bytes, requires: list[str]) -> None:
    assert read_metadata(write(tmp_path, metadata)) == WheelMetadata(tuple(requires), ("demo",), file_count=3)


def test_metadata_of_a_vendored_project_are_not_the_wheels(tmp_path: Path) -> None:
    wheel = write(tmp_path, HEAD + REQUIRES)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("demo/_vendor/other-1.0.dist-info/METADATA", "Requires-Dist: other\n")
        archive.writestr("METADATA", "Requires-Dist: other\n")
    assert list(read_metadata(wheel).requires) == ["six (>=1.0)", "idna ; extra == 'x'"]


def refused(wheel: Path) -> str:
    """Why a wheel cannot be read."""
    with pytest.raises(StrataError) as caught:
        read_metadata(wheel)
    text = str(caught.value)
    begin = f"{wheel.name} is no wheel that can be read.\nFound:\n  "
    end = f"\nFix: {or_raise('lock another version of the project.', text)}"
    assert text.startswith(begin)
    assert text.endswith(end)
    return text[len(begin) : -len(end)]


def test_no_zip_file(tmp_path: Path) -> None:
    wheel = tmp_path / "demo-1.0-py3-none-any.whl"
    wheel.write_bytes(b"<html>")
    assert refused(wheel) == "it has no end record of a zip archive"


def test_no_metadata(tmp_path: Path) -> None:
    wheel = write(tmp_path, "", name="demo_app.egg-info")
    assert refused(wheel) == "it has 0 .dist-info directories"
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr(f"{INFO}/top_level.txt", "")
    assert refused(wheel) == f"it has no {INFO}/METADATA"


def test_metadata_of_another_project(tmp_path: Path) -> None:
    wheel = write(tmp_path, "", name="demo-1.0.dist-info")
    assert refused(wheel) == "its metadata are those of another project: demo-1.0.dist-info"
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr(f"{INFO}/METADATA", "")
    assert refused(wheel) == "it has 2 .dist-info directories"


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "its METADATA names '' ''"),
        ("Name: Demo.App\nVersion: 1.1\n", "its METADATA names 'Demo.App' '1.1'"),
        ("Name: other\nVersion: 1.0\n", "its METADATA names 'other' '1.0'"),
    ],
)
def test_metadata_that_contradict_the_file(tmp_path: Path, text: str, reason: str) -> None:
    assert refused(write(tmp_path, text)) == reason


def test_directory_of_another_version(tmp_path: Path) -> None:
    found = refused(write(tmp_path, HEAD, name="demo_app-2.0.dist-info"))
    assert found == "its metadata are those of another version: demo_app-2.0.dist-info"


@pytest.mark.parametrize("spelling", ["1.0.0", "1", "v1.0"])
def test_spellings_of_the_version(tmp_path: Path, spelling: str) -> None:
    text = HEAD.replace("1.0\n", f"{spelling}\n")
    assert read_metadata(write(tmp_path, text, name=f"Demo_App-{spelling}.dist-info")).import_names == ("demo",)


@pytest.mark.parametrize("version", ["2.0", "", "one", "11.0"])
def test_other_versions_of_the_format(tmp_path: Path, version: str) -> None:
    found = refused(write(tmp_path, HEAD, form=f"Wheel-Version: {version}\n"))
    assert found == f"its Wheel-Version is {version!r}, and only versions 1.x are known"


def test_later_version_of_the_format(tmp_path: Path) -> None:
    assert read_metadata(write(tmp_path, HEAD, form="Wheel-Version: 1.9\n")).import_names == ("demo",)


def test_metadata_beyond_all_measure(tmp_path: Path) -> None:
    limit = 4 << 20
    assert list(read_metadata(write(tmp_path, f"{HEAD}{REQUIRES}\n".ljust(limit))).requires) == [
        "six (>=1.0)",
        "idna ; extra == 'x'",
    ]
    assert refused(write(tmp_path, f"{HEAD}{REQUIRES}\n".ljust(limit + 1))) == (
        f"its {INFO}/METADATA has 4194305 bytes, more than 4194304"
    )


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_of_compression(tmp_path: Path, method: int) -> None:
    """No layer can be made of these either."""
    assert refused(write(tmp_path, HEAD, method=method)) == f"its {INFO}/METADATA is compressed by the method {method}"


@settings(deadline=None)
@given(data=st.data())
def test_damage_is_harmless_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    wheel = write(tmp_path_factory.mktemp("wheel"), HEAD + REQUIRES)
    with wheel.open("r+b") as file:
        file.seek(data.draw(st.integers(0, os.path.getsize(wheel) - 1)))
        file.write(data.draw(st.binary(min_size=1, max_size=4)))
    with suppress(StrataError):
        assert len(read_metadata(wheel).requires) <= 2
