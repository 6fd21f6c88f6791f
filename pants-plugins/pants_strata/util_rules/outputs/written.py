"""This module knows what Pants wrote to `dist/` by what the system says of each file: none is read for it.

A package is noted when Pants is about to write it, and looked at when that run ends. From then on it counts as written
while the system says the same of each of its files, as in git's index: mode, size, times, number and device. All that
is forgotten when Pants' daemon ends.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Callable, Optional, Union

from pants.engine.fs import Directory, FileEntry, SymlinkEntry

from pants_strata.artifacts.dist import Output

Entry = Union[FileEntry, SymlinkEntry, Directory]

State = bytes
"""What the system says of a file: its mode, size in bytes, times of its content and of this in ns, number, and device.

Bytes rather than a tuple: many new tuples let Python's garbage collector look through all of the daemon's memory.
"""

_packed = Struct("<QqqqQQ").pack

_Place = tuple[str, str]
"""The folder of a package, and the first of its own paths: what another package in its place has, too."""

_TICK_NS = 50_000_000
"""By how much the time that a system gives a file can be before that of a clock that was read earlier."""


@dataclass(frozen=True)
class _Noted:
    output: Output
    entries: Sequence[Entry]
    since: int
    """Nanoseconds of the clock; what is older was not written for this."""


@dataclass(frozen=True)
class _Seen:
    """A package, and path → state of its own files and folders, and of the files that it shares with others.

    What somebody adds to a folder changes the times of the folder.
    """

    output: Output
    own: Mapping[str, State]
    shared: Mapping[str, State]


class _States(dict[str, Optional[State]]):
    """Path → the state of the file; None where there is none. The system is asked once for each."""

    def __missing__(self, path: str) -> Optional[State]:
        try:
            state: Optional[State] = _state(os.lstat(path))
        except OSError:
            state = None
        self[path] = state
        return state


class Written:
    """The packages that lie in folders as Pants wrote them. Rules of several threads ask for them."""

    def __init__(self, clock: Callable[[], int] = time.time_ns) -> None:
        self._clock = clock
        self._noted: dict[_Place, _Noted] = {}
        self._seen: dict[_Place, _Seen] = {}
        self._run: object = None
        self._states = _States()

    def note(self, output: Output, entries: Sequence[Entry]) -> None:
        """Note a package that Pants is about to write."""
        self._seen.pop(_place(output), None)
        self._noted[_place(output)] = _Noted(output, entries, self._clock() - _TICK_NS)

    def look(self) -> None:
        """See how the noted packages lie there, once Pants has written them, and note none of them any more.

        A package that was not written, or not all of it, is not seen, so that the next run writes it.
        """
        noted, self._noted = self._noted, {}
        for place, each in noted.items():
            seen = _seen(each)
            if seen is not None:
                self._seen[place] = seen

    def unchanged(self, folder: str, path: str, run: object) -> Optional[Output]:
        """Return the package that lies at a path as it was written, and nothing else among its own files.

        :param path: the first one of the package, below the folder.
        :param run: the run of Pants, which asks the system once for a file that many packages share.
        """
        seen = self._seen.get((folder, path))
        if seen is None or not _are_so(seen.own):
            return None
        if run != self._run:
            self._run, self._states = run, _States()
        states = self._states
        return seen.output if all(states[file] == state for file, state in seen.shared.items()) else None

    def all_unchanged(self, folder: str, run: object) -> dict[str, Output]:
        """Return path → package of all that lie in a folder as they were written, sorted."""
        found = {path: self.unchanged(folder, path, run) for place, path in sorted(self._seen) if place == folder}
        return {path: output for path, output in found.items() if output is not None}


WRITTEN = Written()
"""What Pants' daemon knows. Rules have no other place for what one run leaves to the next."""


def _place(output: Output) -> _Place:
    return output.folder, output.own[0]


def _are_so(states: Mapping[str, State]) -> bool:
    """Return whether the system says the same of all paths."""
    try:
        return all(_state(os.lstat(path)) == state for path, state in states.items())
    except OSError:
        return False


def _seen(noted: _Noted) -> Optional[_Seen]:
    """Return the states of a package's files; None where one is missing, another, or older than it should be."""
    output = noted.output
    files = {f"{output.folder}/{entry.path}": entry for entry in noted.entries if not isinstance(entry, Directory)}
    try:
        own = dict(_own(output))
        shared = {path: os.lstat(path) for path in files if path not in own}
        found = {**own, **shared}
        if {path for path, status in found.items() if not stat.S_ISDIR(status.st_mode)} != files.keys() or not all(
            found[path].st_ctime_ns >= noted.since and _is(entry, found[path], path) for path, entry in files.items()
        ):
            return None
    except OSError:
        return None
    states = {path: _state(status) for path, status in found.items()}
    return _Seen(output, {path: states[path] for path in own}, {path: states[path] for path in shared})


def _is(entry: Union[FileEntry, SymlinkEntry], status: os.stat_result, path: str) -> bool:
    """Return whether a file is of the kind and size that an entry says; its bytes are Pants' to write."""
    if isinstance(entry, SymlinkEntry):
        return stat.S_ISLNK(status.st_mode) and os.readlink(path) == entry.target
    if not stat.S_ISREG(status.st_mode) or status.st_size != entry.file_digest.serialized_bytes_length:
        return False
    return bool(status.st_mode & stat.S_IXUSR) == entry.is_executable


def _own(output: Output) -> Iterator[tuple[str, os.stat_result]]:
    """Yield what is at a package's own paths, and below them. Raise OSError where the system does not tell."""
    paths = [f"{output.folder}/{own}" for own in output.own]
    while paths:
        path = paths.pop()
        status = os.lstat(path)
        yield path, status
        if stat.S_ISDIR(status.st_mode):
            paths += (f"{path}/{name}" for name in os.listdir(path))


def _state(status: os.stat_result) -> State:
    return _packed(
        *(status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)
    )
