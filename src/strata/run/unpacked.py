"""This module runs an image from unpacked layers, with runc or bwrap: without a daemon."""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Optional

from strata.errors.running import run as errors
from strata.layouts.finding import printable
from strata.layouts.layout import Layout, Manifest
from strata.oci.platform import Platform
from strata.run.bwrap import bwrap_command
from strata.run.children import run_child
from strata.run.container import ContainerCommand, remove_container
from strata.run.options import Options
from strata.run.orphans import guarded
from strata.run.ports import forwarded
from strata.run.process import ContainerProcess, container_process
from strata.run.programs import probe
from strata.run.rootfs import RootFiles, UnsafePath
from strata.run.runc import runc_command, runc_removal
from strata.run.store import LayerStore

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_CONTAINER = "container-"
_NEW_SECONDS = 60
_SYSTEM = ("proc", "sys", "dev", "tmp")
# Names of other machines, where the container shares this one's network.
_NETWORK = ("/etc/resolv.conf", "/etc/hosts")
# The name that each machine has, where the container has a network of its own.
_HOSTS = "127.0.0.1\tlocalhost\n::1\tlocalhost\n"


def image_for_this_machine(layout: Layout, tag: Optional[str]) -> Manifest:
    """Return the image of a layout that this machine runs. Raises StrataError where there is none."""
    images = layout.images(tag)
    wanted = Platform("linux", _ARCHITECTURES.get(platform.machine(), platform.machine()))
    if wanted not in images:
        raise errors.no_image(printable(str(layout.root)), str(wanted), [f"{each}" for each in images])
    return images[wanted]


def run_unpacked(kind: str, program: str, layout: Layout, manifest: Manifest, options: Options, cache: Path) -> int:
    """Run an image; return the exit code. Raises CannotRun where the program does not work on this machine.

    :param kind: runc or bwrap.
    :param program: its path.
    :param cache: the folder for unpacked layers.
    """
    probe(kind, program)
    config = layout.config(manifest) or {}
    with container_folder(cache) as bundle, forwarded(options.ports):
        root = unpacked(layout, manifest, bundle / "rootfs", LayerStore(cache), copies=options.writable)
        process = container_process(config, options, root, str(layout.root))
        command = container_command(kind, program, bundle, root, process, options)
        with guarded(command.removal):
            code = run_child(command.argv, command.env, info_option=command.info_option, terminal=options.terminal)
        if code == 128 + signal.SIGKILL:
            # Where that ended the program and not the app, the container is left to itself.
            remove_container(command.removal)
        return code


def container_command(
    kind: str, program: str, bundle: Path, root: RootFiles, process: ContainerProcess, options: Options
) -> ContainerCommand:
    """Return the command that runs a container. Places for mounts are made in the root.

    :param bundle: a folder for this container alone.
    """
    binds = _binds(bundle, root, process, options)
    if kind == "runc":
        argv = runc_command(program, bundle, root.folder, process, binds, options)
        return ContainerCommand(argv, removal=runc_removal(argv))
    return ContainerCommand(
        bwrap_command(program, root.folder, process, binds, options), process.env, info_option="--info-fd"
    )


def unpacked(layout: Layout, manifest: Manifest, folder: Path, store: LayerStore, *, copies: bool) -> RootFiles:
    """Put the files of an image below a folder that does not exist yet. Raises StrataError for damage."""
    folder.mkdir()
    folder.chmod(0o755)
    root = RootFiles(folder, copies=copies)
    for layer in manifest.layers:
        try:
            root.apply(store.layer(layout, layer))
        except UnsafePath as problem:
            raise errors.damaged_layer(layer.digest, str(problem)) from None
    store.remove_unused()
    return root


def _binds(bundle: Path, root: RootFiles, process: ContainerProcess, options: Options) -> list[tuple[str, str, bool]]:
    """Return the mounts of this machine's files, each with a place in the root."""
    for name in _SYSTEM:
        root.mount_point(f"/{name}", directory=True)
    root.mount_point(process.workdir, directory=True)
    names = {path: path for path in _NETWORK if os.path.isfile(path)}
    if options.network != "host":
        own = bundle / "hosts"
        own.write_text(_HOSTS, encoding="ascii")
        names = {"/etc/hosts": str(own)}
    found = [(source, root.mount_point(path, directory=False), True) for path, source in names.items()]
    for volume in options.volumes:
        target = root.mount_point(volume.target, directory=os.path.isdir(volume.source))
        found.append((volume.source, target, volume.read_only))
    return found


@contextmanager
def container_folder(cache: Path) -> Iterator[Path]:
    """Give a folder for containers within the one of unpacked layers, and remove it, with those of killed processes."""
    for left in made(cache).glob(f"{_CONTAINER}*"):
        _remove_left(left)
    with tempfile.TemporaryDirectory(prefix=_CONTAINER, dir=cache) as folder, _locked(Path(folder), fcntl.LOCK_SH):
        yield Path(folder)


@contextmanager
def _locked(folder: Path, kind: int) -> Iterator[None]:
    """Hold a lock of a folder, which ends with this process. Raise OSError where another one has it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _remove_left(folder: Path) -> None:
    # It is in use, or somebody else removes it.
    with contextlib.suppress(OSError):
        # One that was made just now has no lock yet.
        if time.time() - folder.stat().st_mtime > _NEW_SECONDS:
            with _locked(folder, fcntl.LOCK_EX):
                shutil.rmtree(folder, ignore_errors=True)


def made(folder: Path) -> Path:
    """Return a folder, which is made for this user alone if it is missing."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
