from __future__ import annotations

import re
from pathlib import Path

from remote_execution.measure import head


def test_the_page_has_a_place_for_the_table_with_the_same_head() -> None:
    (table,) = re.findall(r"<!-- wire -->\n(.*?)<!-- /wire -->\n", Path("docs/remote-execution.md").read_text(), re.S)
    assert table.startswith(head())
    assert len(table.splitlines()) == 7
