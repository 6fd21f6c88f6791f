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
from typing import Callable, Optional, Union

from pants.engine.fs import Digest, Directory, FileEntry, SymlinkEntry

Entry = Union[FileEntry, SymlinkEntry, Directory]

State = str
"""What the system says of a file: its mode, size in bytes, times of its content and of this in ns, number, and device.

One text rather than a tuple: many new tuples let Python's garbage collector look through all of the daemon's memory.
"""

_Place = tuple[str, tuple[str, ...]]

_TICK_NS = 50_000_000
"""By how much the time that a system gives a file can be before that of a clock that was read earlier."""


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

    @property
    def place(self) -> _Place:
        """Return what another package in this one's place has, too."""
        return self.folder, self.own


@dataclass(frozen=True)
class _Noted:
    output: Output
    entries: Sequence[Entry]
    since: int
    """Nanoseconds of the clock; what is older was not written for this."""


@dataclass(frozen=True)
class _Seen:
    """Path → state, of a package's own files and of those that it shares with others."""

    digest: Digest
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
        self._seen.pop(output.place, None)
        self._noted[output.place] = _Noted(output, entries, self._clock() - _TICK_NS)

    def look(self) -> None:
        """See how the noted packages lie there, once Pants has written them, and note none of them any more.

        A package that was not written, or not all of it, is not seen, so that the next run writes it.
        """
        noted, self._noted = self._noted, {}
        for place, each in noted.items():
            seen = _seen(each)
            if seen is not None:
                self._seen[place] = seen

    def has(self, output: Output, run: object) -> bool:
        """Return whether a package lies there as it was written, and nothing else among its own files.

        :param run: the run of Pants, which asks the system once for a file that many packages share.
        """
        seen = self._seen.get(output.place)
        if seen is None or seen.digest != output.digest or not _is_as_seen(output, seen.own):
            return False
        if run != self._run:
            self._run, self._states = run, _States()
        states = self._states
        return all(states[path] == state for path, state in seen.shared.items())


WRITTEN = Written()
"""What Pants' daemon knows. Rules have no other place for what one run leaves to the next."""


def _is_as_seen(output: Output, own: Mapping[str, State]) -> bool:
    """Return whether a package's own files are all there with the same states, and no others."""
    found = 0
    try:
        for path, status in _own(output):
            if own.get(path) != _state(status):
                return False
            found += 1
    except OSError:
        return False
    return found == len(own)


def _seen(noted: _Noted) -> Optional[_Seen]:
    """Return the states of a package's files; None where one is missing, another, or older than it should be."""
    output = noted.output
    files = {f"{output.folder}/{entry.path}": entry for entry in noted.entries if not isinstance(entry, Directory)}
    try:
        own = dict(_own(output))
        shared = {path: os.lstat(path) for path in files if path not in own}
        found = {**own, **shared}
        if found.keys() != files.keys() or not all(
            found[path].st_ctime_ns >= noted.since and _is(entry, found[path], path) for path, entry in files.items()
        ):
            return None
    except OSError:
        return None
    states = {path: _state(status) for path, status in found.items()}
    return _Seen(output.digest, {path: states[path] for path in own}, {path: states[path] for path in shared})


def _is(entry: Union[FileEntry, SymlinkEntry], status: os.stat_result, path: str) -> bool:
    """Return whether a file is of the kind and size that an entry says; its bytes are Pants' to write."""
    if isinstance(entry, SymlinkEntry):
        return stat.S_ISLNK(status.st_mode) and os.readlink(path) == entry.target
    if not stat.S_ISREG(status.st_mode) or status.st_size != entry.file_digest.serialized_bytes_length:
        return False
    return bool(status.st_mode & stat.S_IXUSR) == entry.is_executable


def _own(output: Output) -> Iterator[tuple[str, os.stat_result]]:
    """Yield all files at a package's own paths, and below them. Raise OSError where the system does not tell."""
    folders = []
    for own in output.own:
        path = f"{output.folder}/{own}"
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode):
            folders.append(path)
        else:
            yield path, status
    while folders:
        with os.scandir(folders.pop()) as children:
            for child in children:
                if child.is_dir(follow_symlinks=False):
                    folders.append(child.path)
                else:
                    yield child.path, child.stat(follow_symlinks=False)


def _state(status: os.stat_result) -> State:
    times = f"{status.st_mtime_ns} {status.st_ctime_ns}"
    return f"{status.st_mode} {status.st_size} {times} {status.st_ino} {status.st_dev}"
