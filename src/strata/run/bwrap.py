"""This module runs unpacked files with bubblewrap, which needs no root where the kernel allows namespaces of users."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from strata.run.options import Options
from strata.run.process import ContainerProcess


def bwrap_command(
    program: str, root: Path, process: ContainerProcess, binds: Sequence[tuple[str, str, bool]], options: Options
) -> list[str]:
    """Return the command that runs a container. Its environment is that of the process that starts it.

    :param binds: path of this machine, path in the container, and whether it is read-only there.
    """
    mounts = [("--ro-bind" if read_only else "--bind", source, target) for source, target, read_only in binds]
    return [
        program,
        *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
        # Ctrl-C at a terminal is for the app, and ends bwrap as well.
        *(() if options.terminal else ("--die-with-parent",)),
        # As with engines, the app is the first process, which signals are for.
        "--as-pid-1",
        *(("--unshare-net",) if options.network == "none" else ()),
        *("--uid", str(process.uid), "--gid", str(process.gid), "--hostname", "strata"),
        *("--bind" if options.writable else "--ro-bind", str(root), "/"),
        *("--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"),
        *(part for mount in mounts for part in mount),
        *("--chdir", process.workdir, "--cap-drop", "ALL"),
        # Without a terminal, nothing in the container can type into one.
        *(() if options.terminal else ("--new-session",)),
        "--",
        *process.command,
    ]
