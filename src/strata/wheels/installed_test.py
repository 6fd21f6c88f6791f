from __future__ import annotations

import pytest

from strata.wheels.installed import METADATA, installed_project


@pytest.mark.parametrize(
    "path, is_one",
    [
        ("usr/lib/python3/dist-packages/a-1.dist-info/METADATA", True),
        ("site-packages/a-1.dist-info/METADATA", True),
        ("usr/lib/python3/dist-packages/a-1.egg-info/PKG-INFO", True),
        ("usr/lib/python3/dist-packages/a-1.egg-info", True),
        ("usr/lib/python3/dist-packages/a-1.egg-info/SOURCES.txt", False),
        ("usr/lib/python3/dist-packages/a/b-1.dist-info/METADATA", False),
        ("opt/a-1.dist-info/METADATA", False),
    ],
)
def test_paths_of_metadata(path: str, is_one: bool) -> None:
    assert bool(METADATA.fullmatch(path)) is is_one


def test_name_and_version() -> None:
    assert installed_project(b"Metadata-Version: 2.1\nName: Ruamel_Yaml \nVersion: 0.18\n\nName: other\n") == (
        "ruamel-yaml",
        "0.18",
    )
    assert installed_project(b"Name: a\n") is None
    assert installed_project(b"\xff\x00") is None
