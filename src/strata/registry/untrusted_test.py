from __future__ import annotations

import pytest

from strata.errors import StrataError
from strata.registry.untrusted import check_address, json_value, whole_number


@pytest.mark.parametrize(
    "text, number", [("0", 0), ("12", 12), ("²", None), ("-1", None), (" 1", None), ("9" * 400, None)]
)
def test_whole_number(text: str, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "content, reason",
    [(b"[" * 4000, "nested too deeply"), (b"{", "Expecting property name"), (b"\xff", "can't decode byte")],
)
def test_what_is_no_json(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        json_value(content)


def test_addresses_that_can_be_asked() -> None:
    for address in ("https://registry.example/v2/", "http://127.0.0.1:5000/a?b=c#d", "https://[::1]:80/x"):
        check_address(address, "registry.example/app")


@pytest.mark.parametrize(
    "address",
    [
        "http://[::1",
        "https://a..b/",
        f"https://{'a' * 64}.example/",
        "https://registry.example:99999/",
        "https://registry.example:x/",
        "https://registry.example/\xe9",
        "https://registry.example/a b",
        "https:///v2/",
        "file:///etc/passwd",
        "ftp://registry.example/",
        f"https://registry.example/{'a' * 20_000}",
    ],
)
def test_addresses_that_cannot(address: str) -> None:
    with pytest.raises(StrataError) as raised:
        check_address(address, "registry.example/app")
    shown = "".join(each if each.isprintable() else " " for each in address)
    assert str(raised.value) == (
        "registry.example/app: the registry names an address to which no request can go.\n"
        f"Found:\n  {shown if len(shown) <= 200 else shown[:200] + '…'}\n"
        "Fix: show this to whoever runs the registry, or the proxy before it."
    )
