"""This module reads TOML files that people merge and edit.

Every access says which type it expects, and the error for another type says where it stands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from strata.errors import locks as errors

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Table:
    """One table of a document.

    :param where: the path of the file, for messages.
    :param name: of the table in the document, for messages; empty for the document itself.
    """

    where: str
    values: Mapping[str, Any]
    name: str = ""

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def text(self, key: str, default: Optional[str] = None) -> str:
        """Return a string. Raise StrataError where it is missing and has no default."""
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self._wrong(key, "a string")
        return value

    def flag(self, key: str) -> bool:
        """Return a boolean, false where it is missing."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, empty where it is missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "a list of strings")
        return tuple(value)

    def table(self, key: str) -> Table:
        """Return a table, empty where it is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self._wrong(key, "a table")
        return Table(self.where, value, self._path(key))

    def tables(self, key: str) -> tuple[Table, ...]:
        """Return a list of tables, empty where it is missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong(key, "a list of tables")
        return tuple(Table(self.where, item, f"{self._path(key)}[{index}]") for index, item in enumerate(value))

    def items(self, key: str) -> tuple[Any, ...]:
        """Return a list of anything, empty where it is missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, "a list")
        return tuple(value)

    def _path(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def _wrong(self, key: str, wanted: str) -> Exception:
        return errors.wrong_value(self.where, self._path(key), wanted)


def read_toml(text: str, where: str) -> Table:
    """Return the document as a table. Raise StrataError for a text that is not TOML."""
    try:
        return Table(where, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise errors.not_toml(where, str(error)) from None
    except RecursionError:
        raise errors.not_toml(where, "it is nested too deeply") from None
    except ValueError:
        # Later Pythons refuse to convert whole numbers of thousands of digits.
        raise errors.not_toml(where, "it holds a number that is too long") from None
