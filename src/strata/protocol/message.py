"""This module turns frozen dataclasses into JSON and back, by the annotations of their fields.

Both ends of the border come from one version of Strata: what does not fit is a defect, not a mistake of the user.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

M = TypeVar("M", bound="Message")


@dataclass(frozen=True)
class Message:
    """The base of all values that cross the border.

    A field may be a str, an int, a bool, a Path (relative to the sandbox), another message, a Literal, an Optional, a
    tuple of any length, a Mapping from str, or Any for what is JSON already.
    """

    def to_json(self) -> str:
        """Return the canonical JSON of the message: one text for equal messages, since it is part of a cache key."""
        return json.dumps(_encoded(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls: type[M], text: str) -> M:
        """Return the message of a JSON text. Raise ValueError where a field is missing, unknown or of another type."""
        return cast(M, _decoded(cls, json.loads(text), cls.__name__))


R_co = TypeVar("R_co", bound=Message, covariant=True)


@dataclass(frozen=True)
class Request(Message, Generic[R_co]):
    """The base of the requests: `class Request(message.Request[Result])` says what the verb answers with."""

    verb: ClassVar[str]
    """The name of the verb on the command line."""

    def read_result(self, text: str) -> R_co:
        """Return what the verb wrote into `result.json`."""
        (kind,) = get_args(type(self).__orig_bases__[0])  # type: ignore[attr-defined]
        return cast(R_co, kind.from_json(text))


def _encoded(value: Any) -> Any:
    if isinstance(value, Message):
        return {each.name: _encoded(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_encoded(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _encoded(item) for name, item in value.items()}
    return value.as_posix() if isinstance(value, Path) else value


def _decoded(kind: Any, value: Any, where: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return value
    if origin is Union:
        return None if value is None else _decoded(arguments[0], value, where)
    if origin is tuple:
        return tuple(_decoded(arguments[0], item, where) for item in _checked(list, value, where))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        items = _checked(dict, value, where).items()
        return {name: _decoded(arguments[1], item, f"{where}[{name!r}]") for name, item in items}
    if origin is Literal:
        if value not in arguments:
            raise ValueError(f"{where} is {value!r}, not one of {arguments}")
        return value
    if kind is Path:
        return Path(_checked(str, value, where))
    if is_dataclass(kind):
        return _message(kind, _checked(dict, value, where), where)
    return _checked(kind, value, where)


def _message(kind: Any, values: dict[str, Any], where: str) -> Any:
    hints = _hints(kind)
    if hints.keys() != values.keys():
        raise ValueError(f"{where} has the fields {sorted(values)}, not {sorted(hints)}")
    return kind(**{name: _decoded(hint, values[name], f"{where}.{name}") for name, hint in hints.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def _checked(kind: Any, value: Any, where: str) -> Any:
    # bool is an int to Python, and no number to JSON.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{where} is {value!r}, not of the type {kind.__name__}")
    return value
