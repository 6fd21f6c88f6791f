"""PostgreSQL, which BuildGrid's scheduler keeps its queue in: a server of its own, reached by a Unix socket alone."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.programs import refuse, require_files

_PROGRAMS = "/usr/lib/postgresql"
# Nothing here outlives a test, so that nothing waits for a disk.
_SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")
_SECONDS = 30


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A server with an empty database; yields its connection string. The path of `folder` is short."""
    programs = sorted(require_files(_PROGRAMS, "postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not programs or not (programs[-1] / "initdb").exists():
        refuse(f"{_PROGRAMS} holds no server: install the Debian package postgresql.")
    folder.mkdir()
    # The server refuses to run as root.
    user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        subprocess.run(["chown", "postgres:postgres", str(folder)], check=True)
    data = folder / "data"
    options: Any = {"cwd": folder, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, **user}
    initdb = [str(programs[-1] / "initdb"), "--no-sync", "--auth=trust", "--username=strata", "-D", str(data)]
    done = subprocess.run(initdb, stdout=subprocess.PIPE, text=True, **options)
    assert done.returncode == 0, done.stdout
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    with (folder.with_name(f"{folder.name}.log")).open("wb") as log:
        command = [str(programs[-1] / "postgres"), "-D", str(data), "-k", str(folder), *settings]
        process = subprocess.Popen(command, stdout=log, **options)
    try:
        started = time.monotonic()
        while not (folder / ".s.PGSQL.5432").exists():
            assert process.poll() is None, Path(log.name).read_text()
            assert time.monotonic() < started + _SECONDS, Path(log.name).read_text()
            time.sleep(0.05)
        yield f"postgresql://strata@/postgres?host={folder}"
    finally:
        process.kill()
        process.wait()
