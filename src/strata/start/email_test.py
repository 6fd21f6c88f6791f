from __future__ import annotations

import email.parser
from http.client import HTTPMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.start import email as light


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\r\n",
        "Content-Length: 0\r\nLocation:/v2/\r\nlocation: second\r\n\r\n",
        "A:\r\nB: \t\r\nC: d \r\n\r\n",
        "A: b\r\n c\r\n\td\r\nE: f\r\n\r\n",
        " a: b\r\nC: d\r\n\r\n",
        ": b\r\nC: d\r\n\r\n",
        "A: b:c\nD: e\rF: g\r\n\r\n",
        "A: b\x0b\x85\u00e9\r\nC: d\r\n\r\n",
        "A: b\r\nno header\r\nC: d\r\n\r\n",
        "A: b\r\nC d: e\r\nF: g\r\n\r\n",
        "A: b\r\nC\u00e9: d\r\nE: f\r\n\r\n",
        "A: b\r\n\r\nC: d\r\n",
    ],
)
def test_headers_are_those_of_the_standard_library(text: str) -> None:
    class Light(light.Message):
        pass

    standard: Any = email.parser.Parser(_class=HTTPMessage).parsestr(text)
    found = light.Parser(_class=Light).parsestr(text)
    assert type(found) is Light
    assert found.items() == standard.items()
    assert (found.keys(), list(found)) == (standard.keys(), list(standard))
    for name in ("a", "LOCATION", "content-length", "none"):
        assert found.get(name) == found[name] == standard.get(name)
        assert found.get(name, "x") == standard.get(name, "x")
        assert (name in found) == (name in standard)
        assert found.get_all(name) == standard.get_all(name)
        assert found.get_all(name, []) == standard.get_all(name, [])


PARTS = st.sampled_from([*"Aa: \t\r\n\x0b\x0c\x1c\x85\u2028é-", "A: b\n", "From "])


@given(st.lists(PARTS, max_size=12))
def test_any_headers_are_those_of_the_standard_library(parts: list[str]) -> None:
    text = "".join(parts)
    standard = email.parser.HeaderParser().parsestr(text)
    assert light.HeaderParser().parsestr(text).items() == standard.items()


def test_http_client_takes_both_by_name() -> None:
    assert (light.message.Message, light.parser.Parser) == (light.Message, light.Parser)
