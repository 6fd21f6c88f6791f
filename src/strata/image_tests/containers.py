"""This module starts the containers of an image, one after another, without the machine's network."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from strata.errors.running import image_tests as errors
from strata.layouts.layout import Layout, Manifest
from strata.run.container import Container
from strata.run.options import Network, Options
from strata.run.private_network import enter_private_network
from strata.run.process import ContainerProcess, container_process
from strata.run.programs import CannotRun, working_program
from strata.run.rootfs import RootFiles
from strata.run.store import LayerStore
from strata.run.unpacked import container_command, unpacked


@dataclass(frozen=True)
class Start:
    """How a container of a test starts, beside what the image says.

    :param command: the whole command; empty for the image's entry point.
    :param args: behind the entry point; empty for the image's.
    """

    command: Sequence[str] = ()
    args: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    writable: bool = False


class NoProgram(Exception):
    """The program of a command is not in the image."""


class Containers:
    """The containers of an image.

    :param program: runc or bwrap, and its path.
    :param folder: for their files, on the file system of the store.
    """

    def __init__(
        self,
        program: tuple[str, str],
        layout: Layout,
        manifest: Manifest,
        store: LayerStore,
        folder: Path,
        network: Network,
    ) -> None:
        self.config: Mapping[str, Any] = layout.config(manifest) or {}
        self._program = program
        self._layout = layout
        self._manifest = manifest
        self._store = store
        self._folder = folder
        self._network = network
        self._names = (f"container-{number}" for number in itertools.count())
        self._shared: Optional[RootFiles] = None

    @contextmanager
    def root(self, *, writable: bool) -> Iterator[RootFiles]:
        """Give the files of the image: a copy for the block where they are writable, else the same for all blocks."""
        if writable:
            folder = self._folder / next(self._names)
            yield unpacked(self._layout, self._manifest, folder, self._store, copies=True)
            shutil.rmtree(folder, ignore_errors=True)
            return
        if self._shared is None:
            folder = self._folder / next(self._names)
            self._shared = unpacked(self._layout, self._manifest, folder, self._store, copies=False)
        yield self._shared

    def start(self, root: RootFiles, start: Start, logs: Optional[Path] = None) -> Container:
        """Start a container. Raise NoProgram, and StrataError where there is no such user or no command.

        :param logs: a folder for its output; None for one that goes with all others.
        """
        options = Options(
            arguments=tuple(start.command[1:] or start.args),
            env=start.env,
            ports=(),
            volumes=(),
            user=start.user,
            entrypoint=start.command[0] if start.command else "",
            workdir="",
            writable=start.writable,
            network=self._network,
            terminal=False,
        )
        process = container_process(self.config, options, root, "The image")
        _check_program(process, root)
        bundle = self._folder / next(self._names)
        bundle.mkdir()
        return Container(container_command(*self._program, bundle, root, process, options), logs or bundle)


def _check_program(process: ContainerProcess, root: RootFiles) -> None:
    """Raise NoProgram. What a runtime says of it differs, and its exit code may be one that a test expects."""
    program = process.command[0]
    if "/" in program:
        found = root.find(os.path.join(process.workdir, program)) is not None
        where = ""
    else:
        path = process.env["PATH"]
        found = any(root.find(os.path.join(folder, program)) for folder in path.split(os.pathsep) if folder)
        where = f" on its PATH {path}"
    if not found:
        raise NoProgram(f"the image has no {program}{where}")


def container_program(wanted: str) -> tuple[str, str]:
    """Return runc or bwrap, and its path. Raise StrataError where none works on this machine.

    :param wanted: one of these, or `auto`.
    """
    try:
        return working_program(wanted, os.environ)
    except CannotRun as reason:
        raise errors.no_program(str(reason).splitlines()) from None


def leave_network() -> None:
    """Leave the machine's network, which this process and its containers then do not see. Raise StrataError."""
    try:
        enter_private_network()
    except OSError as error:
        raise errors.no_private_network(str(error)) from None
