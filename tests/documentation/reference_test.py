"""The pages of docs/reference say what the targets and options say; `write_reference.py` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from documentation.write_reference import FOLDER, reference, subsystems
from pants_strata import register

PAGES = reference()


def test_no_other_page_is_there() -> None:
    assert {file.name for file in FOLDER.glob("*")} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_up_to_date(name: str) -> None:
    """Otherwise: `./pants run tests/documentation/write_reference.py`."""
    assert Path(FOLDER, name).read_text(encoding="utf-8") == PAGES[name]


def test_each_target_and_field_is_there() -> None:
    for target in register.target_types():
        assert f"\n## `{target.alias}`\n" in PAGES["targets.md"]
    assert "\n### `python_image.entry_point`\n\nA text, default `None`.\n\nWhat the image runs" in PAGES["targets.md"]


def test_sections_of_options() -> None:
    sections = {str(each.options_scope) for each in subsystems()}
    assert {"strata", "strata-debian", "strata-run", "strata-sign", "strata-standalone", "image-diff"} <= sections
    assert "\n### `strata.layer_budget`\n" in PAGES["options.md"]
