"""This module reads the arguments of `strata run` into values."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from strata.errors.running import run as errors

Network = Literal["host", "private", "none"]
"""This machine's; that of this process, without names of other machines (strata.run.private_network); or loopback."""


@dataclass(frozen=True)
class Port:
    """A TCP port of this machine, and the port of the container that answers there."""

    host: int
    container: int

    @classmethod
    def parse(cls, text: str) -> Port:
        """Read `8000` or `8080:8000`. Raises StrataError."""
        numbers = text.split(":")
        if len(numbers) > 2 or not all(each.isascii() and each.isdigit() and 0 < int(each) < 65536 for each in numbers):
            raise errors.bad_port(text)
        return cls(int(numbers[0]), int(numbers[-1]))


@dataclass(frozen=True)
class Volume:
    """A file or directory of this machine that the container has at a path, too.

    :param source: an absolute path.
    :param target: an absolute path in the container.
    """

    source: str
    target: str
    read_only: bool

    @classmethod
    def parse(cls, text: str) -> Volume:
        """Read `PATH:PATH` or `PATH:PATH:ro`. Raises StrataError where there is no such file or directory."""
        source, _, rest = text.partition(":")
        target, _, mode = rest.partition(":")
        if not source or not target.strip("/") or not target.startswith("/") or ".." in target.split("/"):
            raise errors.bad_volume(text, "it names no path on this machine and absolute path in the container")
        if mode not in ("", "ro", "rw"):
            raise errors.bad_volume(text, f"{mode!r} is neither ro nor rw")
        if not os.path.exists(source):
            raise errors.bad_volume(text, f"there is no {source}")
        return cls(os.path.abspath(source), target, mode == "ro")


@dataclass(frozen=True)
class Options:
    """What a container gets beside what its image says.

    :param arguments: instead of the image's; empty for those of the image.
    :param env: over the image's.
    :param user: empty for the image's; so are the entry point and the working directory.
    :param terminal: whether it gets a terminal.
    """

    arguments: tuple[str, ...]
    env: Mapping[str, str]
    ports: Sequence[Port]
    volumes: Sequence[Volume]
    user: str
    entrypoint: str
    workdir: str
    writable: bool
    network: Network
    terminal: bool


def options_of(arguments: argparse.Namespace, environment: Mapping[str, str], *, terminal: bool) -> Options:
    """Return the options that the arguments name. Raises StrataError for a port or a volume that is none."""
    pairs = (text.partition("=") for text in arguments.env)
    env = {name: value if equals else environment.get(name, "") for name, equals, value in pairs}
    return Options(
        arguments=tuple(arguments.arguments),
        env={**({"TERM": environment.get("TERM", "xterm")} if terminal else {}), **env},
        ports=[Port.parse(text) for text in arguments.publish],
        volumes=[Volume.parse(text) for text in arguments.volume],
        user=arguments.user,
        entrypoint=arguments.entrypoint,
        workdir=arguments.workdir,
        writable=arguments.writable,
        network=cast(Network, arguments.network),
        terminal=terminal,
    )


def cache_folder(given: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the folder for unpacked layers."""
    if given is not None:
        return given.absolute()
    home = environment.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home, "strata", "run")
