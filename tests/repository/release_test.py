"""A release has one version, and the documents say so."""

from __future__ import annotations

import re
from pathlib import Path

from strata import __version__


def test_the_changelog_has_the_version() -> None:
    released = re.findall(r"^## \[(\d[^]]*)\] - \d{4}-\d\d-\d\d$", Path("CHANGELOG.md").read_text(), re.M)
    assert released[0] == __version__


def test_the_readme_names_the_version() -> None:
    assert re.findall(r"pants-strata==([\d.]+)", Path("README.md").read_text()) == [__version__]
