from __future__ import annotations

import gettext as standard

import pytest

from strata.start import gettext as light


@pytest.mark.parametrize("number", [0, 1, 2])
def test_messages_without_a_translation(number: int) -> None:
    assert light.gettext("usage: ") == standard.gettext("usage: ")
    assert light.ngettext("one", "many", number) == standard.ngettext("one", "many", number)
