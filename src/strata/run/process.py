"""This module says what runs in a container: command, variables, user and directory, from the config and options.

https://github.com/opencontainers/image-spec/blob/main/conversion.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from strata.errors.running import run as errors
from strata.run.options import Options
from strata.run.rootfs import RootFiles

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class ContainerProcess:
    """The first process of a container.

    :param env: all of its variables.
    """

    command: Sequence[str]
    env: Mapping[str, str]
    uid: int
    gid: int
    workdir: str


def container_process(config: Mapping[str, Any], options: Options, root: RootFiles, layout: str) -> ContainerProcess:
    """Return the process of a container. Raises StrataError where there is no command, or no such user."""
    settings = config.get("config") or {}
    entrypoint = [options.entrypoint] if options.entrypoint else settings.get("Entrypoint") or []
    default = [] if options.entrypoint else settings.get("Cmd") or []
    command = [*entrypoint, *(options.arguments or default)]
    if not command:
        raise errors.no_command(layout)
    uid, gid, home = _user(options.user or settings.get("User") or "0", root, layout)
    env = {"PATH": _PATH, "HOME": home}
    env.update(text.partition("=")[::2] for text in settings.get("Env") or ())
    return ContainerProcess(
        command, {**env, **options.env}, uid, gid, options.workdir or settings.get("WorkingDir") or "/"
    )


def _user(text: str, root: RootFiles, layout: str) -> tuple[int, int, str]:
    """Return the numbers of user and group, and the home directory."""
    name, _, group = text.partition(":")
    found = next((row for row in _rows(root, "etc/passwd") if name in (row[0], row[2]) and len(row) > 5), None)
    uid = _number(name) if found is None else _number(found[2])
    gid = _number(found[3]) if found else 0
    if group:
        row = next((each for each in _rows(root, "etc/group") if group in (each[0], each[2])), None)
        gid = _number(group if row is None else row[2])
    if uid is None or gid is None:
        raise errors.no_user(text, layout)
    return uid, gid, found[5] if found else "/"


def _rows(root: RootFiles, path: str) -> Iterator[Sequence[str]]:
    file = root.find(path)
    if file is not None and file.is_file():
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            row = line.split(":")
            if len(row) > 2:
                yield row


def _number(text: str) -> Optional[int]:
    return int(text) if text.isascii() and text.isdigit() and int(text) < 1 << 32 else None
