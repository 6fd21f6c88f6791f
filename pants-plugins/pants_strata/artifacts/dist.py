"""This module has the folder that a run of Pants packages into, and which packages must be written there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.internals.session import RunId


@dataclass(frozen=True)
class Dist:
    """The folder that a run of Pants packages into.

    :param run: which run.
    :param root: the folder above, absolute.
    :param name: relative to that.
    :param keeps: whether this run leaves alone what lies there as it was written. It does so where it runs no goal
        but `package`: others need the files.
    :param whole: whether the command names all targets of the repository, `::`.
    """

    run: RunId
    root: str
    name: str
    keeps: bool
    whole: bool

    @property
    def path(self) -> str:
        """Return the folder's absolute path."""
        return f"{self.root}/{self.name}"


@dataclass(frozen=True)
class EmbeddedPackagesRequest:
    """The packages that targets of this repository may take into their own.

    :param whole: whether the run packages such targets in any case, so that it costs nothing to ask what they take.
    """

    whole: bool


@dataclass(frozen=True)
class EmbeddedPackages:
    """The packages of which somebody needs the files, wherever they lie.

    :param addresses: those that targets may take into packages of their own; None where that could be any.
    :param outputs: where targets write to, relative to `dist/`.
    """

    addresses: Optional[frozenset[Address]]
    outputs: frozenset[str]

    def need(self, address: Address, own: Iterable[str]) -> bool:
        """Return whether a package must have its files.

        :param own: where it lies, relative to `dist/`. Where another target writes to a folder above, Pants removes
            that with all that is in it.
        """
        if self.addresses is None or address in self.addresses:
            return True
        return not self.outputs.isdisjoint(folder for path in own for folder in _above(path))


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
