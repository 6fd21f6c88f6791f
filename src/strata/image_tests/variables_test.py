"""Variables in texts, as Go's os.Expand has them."""

from __future__ import annotations

import pytest

from strata.image_tests.variables import expanded


@pytest.mark.parametrize(
    "text, found",
    [
        ("echo $PATH", "echo /bin"),
        ("${PATH}:/x", "/bin:/x"),
        ("$PATHS|$NONE|", "||"),
        ("$(date) 5$", "$(date) 5$"),
        ("${}a${", "a"),
        ("$1x ${NONE:-y}", "x "),
        ("$-", ""),
    ],
)
def test_variables(text: str, found: str) -> None:
    assert expanded(text, {"PATH": "/bin"}) == found
