"""Bills of materials that wheels declare (PEP 770), as anybody may have written them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.protocol.wheel import Bundled, License
from strata.wheels import declared
from strata.wheels.metadata import WheelMetadata, read_metadata

CYCLONEDX = {
    "bomFormat": "CycloneDX",
    "components": [
        {
            "name": "openssl",
            "version": "3.5.4",
            "purl": "pkg:generic/openssl@3.5.4",
            "components": [{"name": "zlib", "version": 13}],
        },
        {"version": "1"},
        "no object",
    ],
}
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "packages": [
        {
            "name": "libffi",
            "versionInfo": "3.4",
            "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:generic/libffi@3.4"}],
        }
    ],
}


def read(folder: Path, *boms: object, head: str = "") -> WheelMetadata:
    path = folder / "demo-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo.py", "")
        archive.writestr("demo-1.0.dist-info/METADATA", f"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n{head}\n")
        archive.writestr("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        for number, each in enumerate(boms):
            text = each if isinstance(each, str) else json.dumps(each)
            archive.writestr(f"demo-1.0.dist-info/sboms/{number}.json", text)
    return read_metadata(path)


def test_both_forms_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, CYCLONEDX, SPDX).bundled == (
        Bundled("libffi", "3.4", "pkg:generic/libffi@3.4"),
        Bundled("openssl", "3.5.4", "pkg:generic/openssl@3.5.4"),
        Bundled("zlib", "", ""),
    )


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"bomFormat": "CycloneDX", "components": {}}'])
def test_other_forms_and_damage_say_nothing(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).bundled == ()


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "SBOM_COMPONENTS", 1)
    assert len(read(tmp_path, CYCLONEDX).bundled) == 1
    monkeypatch.setattr(declared, "SBOM_BYTES", 10)
    assert read(tmp_path, CYCLONEDX).bundled == ()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["components", "packages", "name", "externalRefs"]), inner, max_size=3)
    ),
)


@given(_JSON)
def test_no_document_is_an_error(value: Any) -> None:
    for head in ({"bomFormat": "CycloneDX"}, {"spdxVersion": "SPDX-2.3"}):
        document = {**value, **head} if isinstance(value, dict) else value
        for each in declared._components(json.dumps(document).encode()):
            assert each.name


@pytest.mark.parametrize(
    "head, expected",
    [
        (
            "License-Expression: MIT OR Apache-2.0\nClassifier: License :: OSI Approved :: MIT License",
            "MIT OR Apache-2.0",
        ),
        ("License: MIT", ("MIT",)),
        ("License: UNKNOWN", ()),
        (f"License: {'x' * 101}", ()),
        ("License: a\n  text of several lines", ()),
        (
            "License: BSD\nClassifier: License :: OSI Approved :: BSD License\nClassifier: License :: OSI Approved",
            ("BSD License",),
        ),
        ("", ()),
    ],
)
def test_licenses(tmp_path: Path, head: str, expected: str | tuple[str, ...]) -> None:
    wanted = License(expected) if isinstance(expected, str) else License(names=expected)
    assert read(tmp_path, head=head).license == wanted
