from __future__ import annotations

from typing import Optional

import pytest

from strata.debian.shared_libraries import package_with


@pytest.mark.parametrize(
    "library, release, package",
    [
        ("libatomic.so.1", "trixie", "libatomic1"),
        ("libatomic.so.1", "bookworm", "libatomic1"),
        ("libglib-2.0.so.0", "trixie", "libglib2.0-0t64"),
        ("libglib-2.0.so.0", "bookworm", "libglib2.0-0"),
        ("libgthread-2.0.so.0", "forky", "libglib2.0-0t64"),
        ("libunheard.so.3", "trixie", None),
    ],
)
def test_packages(library: str, release: str, package: Optional[str]) -> None:
    assert package_with(library, release) == package
