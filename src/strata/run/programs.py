"""This module finds the programs that run containers, and tries whether they work on this machine."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Optional

from strata.run.arguments import AUTOMATIC, ENGINES, PROGRAMS

# Where distributions put programs of root, whatever PATH a user has.
_ALSO = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
_SECONDS = 60
# From <sched.h>.
_CLONE_NEWUSER = 0x10000000
# Images have users up to this one, such as nonroot and nobody.
_USERS = 65535


class CannotRun(Exception):
    """A runtime that does not work on this machine; the text says why."""


def runtimes(wanted: str, environment: Mapping[str, str]) -> Iterator[tuple[str, Optional[str]]]:
    """Yield the runtimes to try, each with the path of its program where there is one."""
    for kind in (*ENGINES, *_programs()) if wanted == AUTOMATIC else (wanted,):
        yield kind, _path(kind, environment)


def working_program(wanted: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """Return runc or bwrap, whichever works first, and its path. Raise CannotRun with a line for each that does not."""
    tried = []
    for kind in _programs() if wanted == AUTOMATIC else (wanted,):
        path = _path(kind, environment)
        if path is None:
            tried.append(f"{kind}: not on PATH")
            continue
        try:
            probe(kind, path)
        except CannotRun as reason:
            tried.append(f"{kind}: {reason}")
            continue
        return kind, path
    raise CannotRun("\n".join(tried))


def probe(kind: str, program: str) -> None:
    """Raise CannotRun where the program cannot start an empty container: kernels and sandboxes may forbid it."""
    if kind == "runc" and not is_root():
        _try_namespace(program)
    with tempfile.TemporaryDirectory(prefix="strata-probe-") as folder:
        if kind == "bwrap":
            # The container has no other program that is on every machine, and on a PATH that nobody may have set.
            command = [program, "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc"]
            command += [program, "--version"]
        else:
            command = [program, "--root", str(Path(folder, "state")), "list"]
        done = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise CannotRun(f"{program}: {said[-1]}")


def _try_namespace(program: str) -> None:
    """Raise CannotRun where this user gets no namespace of users, which a container without root needs."""
    child = os.fork()
    if child == 0:
        library = ctypes.CDLL(None, use_errno=True)
        os._exit(ctypes.get_errno() if library.unshare(_CLONE_NEWUSER) else 0)
    number = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if number:
        raise CannotRun(f"{program}: no namespace of users: {os.strerror(number)}")


def is_root() -> bool:
    """Return whether this process may do what root may, which that of a namespace with few users may not."""
    if os.geteuid() != 0:
        return False
    table = Path("/proc/self/uid_map")
    # A worker with nothing but a kernel has no /proc, and an ordinary root.
    if not table.exists():
        return True
    rows = [line.split() for line in table.read_text(encoding="ascii").splitlines()]
    return sum(int(row[2]) for row in rows) > _USERS


def _programs() -> tuple[str, ...]:
    # Without root, runc knows one user alone, whom it calls root; bwrap gives the app the user that it asks for.
    return PROGRAMS if is_root() else PROGRAMS[::-1]


def _path(kind: str, environment: Mapping[str, str]) -> Optional[str]:
    return shutil.which(kind, path=os.pathsep.join([environment.get("PATH", ""), _ALSO]))
