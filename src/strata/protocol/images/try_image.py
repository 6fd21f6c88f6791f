"""The verb `try-image` tests an image: its commands in containers, its files and its config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, Optional

from strata.protocol import message

Program = Literal["auto", "runc", "bwrap"]
"""What runs containers: `auto` is the first that works, runc for root and bwrap for others."""

ANY = -1
"""The owner of a file where a test asks for none."""


@dataclass(frozen=True)
class Probe(message.Message):
    """A request by HTTP, made again until the app answers.

    :param port: that the app listens on in the container.
    :param path: with a slash in front.
    :param status: of the answer, 200.
    """

    port: int
    path: str
    status: int


@dataclass(frozen=True)
class CommandCase(message.Message):
    """A container, and how it must end or what it must answer.

    :param command: the whole command; empty for the image's entry point.
    :param args: behind the entry point, in the place of the image's own; empty for these.
    :param setup: commands that run before, upon the same files.
    :param env: over the image's variables.
    :param expand: whether `$NAME` in the command and in `env` stands for a variable of the image.
    :param user: in the place of the image's; empty for that one.
    :param seconds: the time that each command may take, and the time until the app answers.
    :param expected_output: regular expressions, each of which standard output matches, or the body of the answer.
    """

    name: str
    seconds: int
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    setup: tuple[tuple[str, ...], ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    expand: bool = False
    user: str = ""
    writable: bool = False
    exit_code: int = 0
    probe: Optional[Probe] = None
    expected_output: tuple[str, ...] = ()
    excluded_output: tuple[str, ...] = ()
    expected_error: tuple[str, ...] = ()
    excluded_error: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileCase(message.Message):
    """A path in the image, and what must be there.

    :param permissions: as `-rwxr-xr-x`, `drwxr-xr-x`; empty where any will do.
    :param executable_by: any, owner, group or other; empty where nobody has to be able to.
    :param expected: regular expressions, each of which the content matches.
    :param excluded: and those that it does not match.
    """

    name: str
    path: str
    exists: bool = True
    permissions: str = ""
    uid: int = ANY
    gid: int = ANY
    executable_by: str = ""
    expected: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Value(message.Message):
    """A variable or a label of the image, with its value or a regular expression for it."""

    key: str
    value: str
    is_regex: bool = False


@dataclass(frozen=True)
class ConfigCase(message.Message):
    """The image's config. What is None or empty is not asked for.

    :param ports: as `8000`, without a protocol.
    """

    name: str
    env: tuple[Value, ...] = ()
    unset_env: tuple[str, ...] = ()
    labels: tuple[Value, ...] = ()
    entrypoint: Optional[tuple[str, ...]] = None
    cmd: Optional[tuple[str, ...]] = None
    workdir: str = ""
    user: str = ""
    ports: tuple[str, ...] = ()
    closed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    no_volumes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result(message.Message):
    """A line for each test, all of which passed."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """An image, and its tests.

    :param layout: the folder of the OCI image layout.
    :param cache: the folder for unpacked layers, which may be there from an earlier run.
    """

    verb: ClassVar[str] = "try-image"

    layout: Path
    cache: Path
    program: Program
    commands: tuple[CommandCase, ...]
    files: tuple[FileCase, ...]
    configs: tuple[ConfigCase, ...]
