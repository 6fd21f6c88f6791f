"""This module reads JSON documents of images strictly, and writes them in one canonical form."""

from __future__ import annotations

import json
from typing import Any

_SHOWN = 60


class NotJson(Exception):
    """The document cannot be read; the text says why."""


def parse(content: bytes) -> Any:
    """Read strict JSON: UTF-8, no key twice, no NaN. Raises NotJson for all else."""
    try:
        return json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise NotJson("is not UTF-8") from None
    except RecursionError:
        raise NotJson("is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"is not JSON: line {error.lineno}, column {error.colno}") from None
    except ValueError:
        # Later Pythons refuse to convert whole numbers of thousands of digits.
        raise NotJson("holds a number that is too long") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise NotJson(f"names {shown(name)} twice in one object")
        fields[name] = value
    return fields


def _no_constant(name: str) -> Any:
    raise NotJson(f"holds {name}, which is not JSON")


def shown(value: Any) -> str:
    """Return the value as JSON, shortened, and printable whatever it is."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def canonical_json(value: Any) -> bytes:
    """Return the value as UTF-8, with sorted keys, without spaces and NaN."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()
