"""This module stands in for `typing` in a sandbox: names that annotations may hold, and what reads those of messages.

Annotations are strings, and only those of messages are ever read (strata.protocol.message). What stands outside of
annotations, such as a base class or an alias, gets an object that can be subscripted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable as Callable

TYPE_CHECKING = False


class _Form:
    """A form such as `Literal`; with subscripts, `Literal["gzip"]`."""

    def __init__(self, origin: object = None, arguments: tuple[object, ...] = ()) -> None:
        self.__origin__ = origin
        self.__args__ = arguments

    def __getitem__(self, arguments: object) -> object:
        return _Form(self, arguments if isinstance(arguments, tuple) else (arguments,))


class _OptionalForm(_Form):
    """`Optional[X]`, which is the `Union` of X and None."""

    def __getitem__(self, argument: object) -> object:
        return Union[argument, type(None)]


class Generic:
    """The base of generic classes."""

    def __class_getitem__(cls, _: object) -> type:
        return cls


Protocol = Generic
Any, BinaryIO, ClassVar, IO, Literal, Union = _Form(), _Form(), _Form(), _Form(), _Form(), _Form()
Optional = _OptionalForm()


def TypeVar(name: str, **_: object) -> object:
    """Return what stands for a variable of types."""
    return _Form()


def cast(_: object, value: object) -> object:
    """Return the value."""
    return value


def get_origin(kind: object) -> object:
    """Return the form that has subscripts in an annotation, `tuple` of `tuple[str, ...]`; None where there are none."""
    return getattr(kind, "__origin__", None)


def get_args(kind: object) -> tuple[object, ...]:
    """Return the subscripts of an annotation."""
    return getattr(kind, "__args__", ())


def get_type_hints(kind: type) -> dict[str, object]:
    """Return the annotations of a class and its bases, by name, as values."""
    hints: dict[str, object] = {}
    for each in reversed(kind.__mro__):
        annotations = vars(each).get("__annotations__", {}) if sys.version_info < (3, 10) else _annotations(each)
        names = vars(sys.modules[each.__module__])
        hints.update((name, eval(text, names)) for name, text in annotations.items())
    return hints


def _annotations(kind: type) -> dict[str, str]:
    return getattr(kind, "__annotations__", {})
