"""This module runs a program in surroundings that say nothing of the machine."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# A program describes a failure in a few lines, but may quote all of a broken file.
_SHOWN_LINES = 20

# <sched.h>
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True)
class Ended:
    """The end of a program.

    :param code: the exit code.
    :param output: the last 20 lines that the program wrote, to either stream.
    """

    code: int
    output: tuple[str, ...]


def run_program(
    argv: Sequence[str],
    scratch: Path,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    offline: bool = False,
) -> Ended:
    """Run a program to its end, with an empty home directory in `scratch` and without the caller's environment.

    :param environment: variables to set, besides those that each program gets.
    :param offline: whether the program runs in an empty network namespace. Where the kernel allows none, variables
        for proxies that lead nowhere are all that keeps it from the network.
    """
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    variables = {"HOME": str(home), "LANG": "C.UTF-8", "OPENSSL_CONF": "/dev/null", "TMPDIR": str(home)}
    if offline:
        # The port "discard": nothing listens there, and nothing is looked up.
        variables.update(dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"))
    done = subprocess.run(
        argv,
        cwd=cwd,
        env={**variables, **(environment or {})},
        input="",  # rather than /dev/null, which a worker may lack
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        preexec_fn=_leave_network if offline else None,
    )
    return Ended(done.returncode, tuple(done.stdout.strip().splitlines()[-_SHOWN_LINES:]))


def _leave_network() -> None:
    """Move this process to an empty network namespace, if the kernel allows it.

    Root may do so. Other users need a user namespace as well, in which they keep their user and group.
    """
    unshare = ctypes.CDLL(None).unshare
    if unshare(_CLONE_NEWNET) == 0:
        return
    user, group = os.getuid(), os.getgid()
    # Without /proc, as on a worker with nothing but a kernel, the user has no name in it; rights to files stay.
    if unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0 and Path("/proc/self").exists():
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
