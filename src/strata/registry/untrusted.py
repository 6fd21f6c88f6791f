"""This module reads what a registry may fill with anything: addresses, numbers and JSON in its answers."""

from __future__ import annotations

import json
import re
from typing import Any, Optional
from urllib.parse import urlsplit

from strata.errors import registry as errors

_NUMBER = re.compile(r"[0-9]{1,18}")
_LONGEST_ADDRESS = 16 << 10


def whole_number(text: str) -> Optional[int]:
    """Return the number that a header has, None where it has another value."""
    return int(text) if _NUMBER.fullmatch(text) else None


def json_value(content: bytes) -> Any:
    """Return the value of a JSON text. Raise ValueError where it is none, or is nested too deeply."""
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def check_address(address: str, place: str) -> None:
    """Raise StrataError for an address to which no request can go.

    :param address: as the registry named it; it may be long, and have any character.
    """
    try:
        parts = urlsplit(address)
        # Both look at the text anew.
        usable = (parts.port is None or parts.port > 0) and _is_host(parts.hostname or "")
    except ValueError:
        usable = False
    plain = address.isascii() and address.isprintable() and " " not in address and len(address) <= _LONGEST_ADDRESS
    if not usable or not plain or parts.scheme not in ("http", "https") or not parts.hostname:
        raise errors.unusable_address(place, address)


def _is_host(name: str) -> bool:
    """Return whether names can be looked up: a resolver raises ValueError for an empty or a long label."""
    *labels, last = name.split(".")
    return len(last) < 64 and all(0 < len(label) < 64 for label in labels)
