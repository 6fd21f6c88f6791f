"""This module has the folder that a run of Pants packages into, what lies there, and which packages must be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.fs import Digest
from pants.engine.internals.session import RunId
from pants.util.frozendict import FrozenDict


@dataclass(frozen=True)
class DistRequest:
    """The request for the folder. Who asks for it is asked anew in each run."""


@dataclass(frozen=True)
class Dist:
    """The folder that a run of Pants packages into.

    :param run: which run.
    :param root: the folder above, absolute.
    :param name: relative to that.
    :param keeps: whether this run leaves alone what lies there as it was written. It does so where it runs no goal
        but `package`: others need the files.
    """

    run: RunId
    root: str
    name: str
    keeps: bool

    @property
    def path(self) -> str:
        """Return the folder's absolute path."""
        return f"{self.root}/{self.name}"


@dataclass(frozen=True)
class Output:
    """A package in a folder.

    :param folder: its absolute path.
    :param own: the paths below it that Pants removes before it writes the package.
    :param digest: all files, by their paths below the folder. Those that are not below `own` are shared with others.
    """

    folder: str
    own: tuple[str, ...]
    digest: Digest


@dataclass(frozen=True)
class PackagesInDistRequest:
    """The request for all packages that lie in `dist/` as they were written."""


@dataclass(frozen=True)
class PackagesInDist:
    """The packages that a run leaves alone if it would write the same, by the first path of each.

    :param name: that of `dist/`, relative to the build root.
    """

    name: str
    by_path: FrozenDict[str, Output]


@dataclass(frozen=True)
class PackageInDistRequest:
    """The request for the one among them with a first path, relative to `dist/`."""

    path: str


@dataclass(frozen=True)
class PackageInDist:
    """That package; None where none lies there.

    :param name: that of `dist/`.
    """

    name: str
    output: Optional[Output]

    def has(self, own: tuple[str, ...], digest: Digest) -> bool:
        """Return whether it is a package with these paths and files."""
        return self.output is not None and (self.output.own, self.output.digest) == (own, digest)


@dataclass(frozen=True)
class NamedTargets:
    """What the command of a run names, which the next run of the same command names, too.

    :param whole: whether that is all targets of the repository, `::`.
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
