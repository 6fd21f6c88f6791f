"""This module carries errors from a sandbox to the rule that started the process, without their words.

A verb raises `errors.package_gone("libc6", "2.41")` as everybody does. In a sandbox the modules with sentences are not
there: a call gives an error that knows the function and its arguments, and the rule calls the real function with them.
So a user's text is in no cache key, and rewording it fetches and builds nothing again.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Optional

from strata.errors import StrataError

_PACKAGE = "strata.errors."


class UnwordedError(StrataError):
    """An error by the function that has its words.

    :param module: the module of the function, below strata.errors.
    :param arguments: positional ones, as JSON values.
    :param places: what `at` put in front, the last one first.
    """

    def __init__(self, module: str, function: str, arguments: Sequence[Any], places: Sequence[str] = ()) -> None:
        self.module = module
        self.function = function
        self.arguments = tuple(arguments)
        self.places = tuple(places)
        super().__init__(f"{module}.{function}{self.arguments}", fix="")

    def at(self, where: str) -> StrataError:
        """Return the same error, which puts the place in front once it has its words."""
        return UnwordedError(self.module, self.function, self.arguments, [*self.places, where])

    def to_json(self) -> str:
        """Return the line that a process ends its standard error with."""
        return json.dumps([self.module, self.function, self.arguments, self.places])


def worded(line: str) -> StrataError:
    """Return the error that a process reported, in words. Raise ValueError for a line that is no report."""
    fields = json.loads(line)
    if not isinstance(fields, list) or len(fields) != 4 or not all(isinstance(name, str) for name in fields[:2]):
        raise ValueError(f"{line!r} reports no error")
    module, function, arguments, places = fields
    error: StrataError = getattr(importlib.import_module(f"{_PACKAGE}{module}"), function)(*arguments)
    for place in places:
        error = error.at(place)
    return error


def leave_words_out() -> None:
    """Let modules of strata.errors that are imported from now on give errors without words: for processes of verbs."""
    sys.meta_path.insert(0, _Finder())


class _Finder:
    def find_spec(self, name: str, path: object = None, target: object = None) -> Optional[ModuleSpec]:
        return ModuleSpec(name, self) if name.startswith(_PACKAGE) else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> Optional[ModuleType]:
        return _Unworded(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


class _Unworded(ModuleType):
    def __getattr__(self, name: str) -> _Name:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Name(self.__name__[len(_PACKAGE) :], name)


class _Name:
    """A function of a module with words, or a module of a package: which of these, the user of the name knows."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def __call__(self, *arguments: Any) -> UnwordedError:
        return UnwordedError(self._module, self._name, arguments)

    def __getattr__(self, name: str) -> _Name:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Name(f"{self._module}.{self._name}", name)
