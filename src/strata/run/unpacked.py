"""This module runs an image from unpacked layers, with runc or bwrap: without a daemon."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from strata.errors.running import run as errors
from strata.layouts.layout import Layout, Manifest
from strata.run.bwrap import bwrap_command
from strata.run.children import run_child
from strata.run.engines import CannotRun
from strata.run.options import Options
from strata.run.ports import forwarded
from strata.run.process import ContainerProcess, container_process
from strata.run.rootfs import RootFiles, UnsafePath
from strata.run.runc import runc_command
from strata.run.store import LayerStore

_SECONDS = 60
_SYSTEM = ("proc", "sys", "dev", "tmp")
# Names of other machines, where the container shares this one's network.
_NETWORK = ("/etc/resolv.conf", "/etc/hosts")


def run_unpacked(kind: str, program: str, layout: Layout, manifest: Manifest, options: Options, cache: Path) -> int:
    """Run an image; return the exit code. Raises CannotRun where the program does not work on this machine.

    :param kind: runc or bwrap.
    :param program: its path.
    :param cache: the folder for unpacked layers.
    """
    _probe(kind, program)
    config = layout.config(manifest) or {}
    with tempfile.TemporaryDirectory(prefix="container-", dir=_made(cache)) as folder, forwarded(options.ports):
        bundle = Path(folder)
        with unpacked(layout, manifest, bundle / "rootfs", LayerStore(cache), copies=options.writable) as root:
            process = container_process(config, options, root, str(layout.root))
            binds = _binds(root, process, options)
            if kind == "runc":
                return run_child(runc_command(program, bundle, root.folder, process, binds, options))
            return run_child(
                bwrap_command(program, root.folder, process, binds, options), process.env, info_option="--info-fd"
            )


@contextmanager
def unpacked(
    layout: Layout, manifest: Manifest, folder: Path, store: LayerStore, *, copies: bool
) -> Iterator[RootFiles]:
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
    yield root


def _binds(root: RootFiles, process: ContainerProcess, options: Options) -> list[tuple[str, str, bool]]:
    """Return the mounts of this machine's files, each with a place in the root."""
    for name in _SYSTEM:
        root.mount_point(f"/{name}", directory=True)
    root.mount_point(process.workdir, directory=True)
    found = [
        (path, root.mount_point(path, directory=False), True)
        for path in _NETWORK
        if options.network and os.path.isfile(path)
    ]
    for volume in options.volumes:
        target = root.mount_point(volume.target, directory=os.path.isdir(volume.source))
        found.append((volume.source, target, volume.read_only))
    return found


def _probe(kind: str, program: str) -> None:
    """Raise CannotRun where the program cannot start an empty container: kernels and sandboxes may forbid it."""
    with tempfile.TemporaryDirectory(prefix="strata-probe-") as folder:
        if kind == "bwrap":
            command = [program, "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
        else:
            command = [program, "--root", str(Path(folder, "state")), "list"]
        done = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise CannotRun(f"{program}: {said[-1]}")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
