"""This module stands in for `dataclasses` in a sandbox: the parts that the library uses, without generated code.

The standard library's module imports `inspect`, and compiles four functions for each class: in a small step that takes
as long as all the rest. The functions here do the same for any class. Classes need annotations that are strings
(`from __future__ import annotations`), as all modules of the library have them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

_FIELDS = "__dataclass_fields__"


class _Missing:
    """The default of a field without one."""


MISSING = _Missing()


class Field:
    """What a class says of one field."""

    def __init__(self, default: Any, default_factory: Any, compare: bool, hash: Any, repr: bool) -> None:
        self.name = ""
        self.default = default
        self.default_factory = default_factory
        self.compare = compare
        self.hash = compare if hash is None else hash
        self.repr = repr

    def value(self) -> Any:
        """Return the value where none is given; MISSING where there must be one."""
        return self.default if self.default_factory is MISSING else self.default_factory()


def field(
    *, default: Any = MISSING, default_factory: Any = MISSING, compare: bool = True, hash: Any = None, repr: bool = True
) -> Any:
    """Return what a class says of a field."""
    return Field(default, default_factory, compare, hash, repr)


def dataclass(kind: Any = None, *, frozen: bool = False, order: bool = False) -> Any:
    """Give a class the methods of a dataclass; as a decorator, with or without arguments."""
    return (lambda given: _made(given, frozen, order)) if kind is None else _made(kind, frozen, order)


def fields(value: Any) -> tuple[Field, ...]:
    """Return the fields of a dataclass, or of an instance of one."""
    return tuple(getattr(value, _FIELDS).values())


def is_dataclass(value: Any) -> bool:
    """Return whether a value is a dataclass, or an instance of one."""
    return hasattr(value, _FIELDS)


def replace(value: Any, **changes: Any) -> Any:
    """Return a copy of an instance with other values in some fields."""
    return type(value)(**{name: changes.pop(name, getattr(value, name)) for name in getattr(value, _FIELDS)}, **changes)


def asdict(value: Any) -> Any:
    """Return the fields of an instance by name, and those of instances in them."""
    if is_dataclass(value):
        return {name: asdict(getattr(value, name)) for name in getattr(value, _FIELDS)}
    if isinstance(value, dict):
        return {asdict(name): asdict(item) for name, item in value.items()}
    return type(value)(asdict(item) for item in value) if isinstance(value, (tuple, list)) else value


def _made(kind: Any, frozen: bool, order: bool) -> Any:
    own = _own_fields(kind)
    found: dict[str, Field] = {}
    for base in reversed(kind.__mro__[1:]):
        found.update(base.__dict__.get(_FIELDS, {}))
    found.update(own)
    setattr(kind, _FIELDS, found)
    methods = {"__init__": _init(tuple(found), found), "__repr__": _repr, "__eq__": _equal(found)}
    if frozen:
        methods.update(__hash__=_hash(found), __setattr__=_refuse, __delattr__=_refuse)
    if order:
        methods.update(__lt__=_less(found))
    for name, method in methods.items():
        if name not in kind.__dict__ or (name == "__hash__" and kind.__dict__[name] is None):
            setattr(kind, name, method)
    return kind


def _own_fields(kind: Any) -> dict[str, Field]:
    # Before Python 3.10 a class without annotations answers with those of its base.
    annotations = vars(kind).get("__annotations__", {}) if sys.version_info < (3, 10) else kind.__annotations__
    own = {}
    for name, annotation in annotations.items():
        if annotation.startswith("ClassVar"):
            continue
        default = kind.__dict__.get(name, MISSING)
        own[name] = default if isinstance(default, Field) else field(default=default)
        own[name].name = name
        if isinstance(default, Field):
            if default.default is MISSING:
                delattr(kind, name)
            else:
                setattr(kind, name, default.default)
    return own


def _init(names: tuple[str, ...], known: dict[str, Field]) -> Callable[..., None]:
    def __init__(self: Any, *given: Any, **named: Any) -> None:
        values = self.__dict__
        values.update(zip(names, given))
        if len(given) != len(names) or named:
            if len(given) > len(names) or not (named.keys() <= known.keys() and named.keys().isdisjoint(values)):
                raise TypeError(f"{type(self).__name__} has the fields {names}, not {given} and {sorted(named)}")
            values.update(named)
            for name, each in known.items():
                if name not in values:
                    values[name] = each.value()
                    if values[name] is MISSING:
                        raise TypeError(f"{type(self).__name__} lacks the field {name}")
        if hasattr(self, "__post_init__"):
            self.__post_init__()

    return __init__


def _compared(known: dict[str, Field], wanted: Callable[[Field], bool]) -> Callable[[Any], tuple[Any, ...]]:
    names = tuple(name for name, each in known.items() if wanted(each))
    return lambda value: tuple(getattr(value, name) for name in names)


def _equal(known: dict[str, Field]) -> Callable[[Any, Any], Any]:
    key = _compared(known, lambda each: each.compare)
    return lambda self, other: key(self) == key(other) if type(self) is type(other) else NotImplemented


def _less(known: dict[str, Field]) -> Callable[[Any, Any], Any]:
    key = _compared(known, lambda each: each.compare)
    return lambda self, other: key(self) < key(other) if type(self) is type(other) else NotImplemented


def _hash(known: dict[str, Field]) -> Callable[[Any], int]:
    key = _compared(known, lambda each: bool(each.hash))
    return lambda self: hash(key(self))


def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(self: Any, name: str, value: Any = None) -> None:
    raise AttributeError(f"cannot assign to field {name!r}")
