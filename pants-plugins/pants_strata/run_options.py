"""This module has the options of running images: `[strata-run]`, and the choices of `[strata].runtime`."""

from __future__ import annotations

from enum import Enum

from pants.option.option_types import BoolOption, StrListOption, StrOption
from pants.option.subsystem import Subsystem
from pants.util.strutil import softwrap


class Runtime(Enum):
    """What runs an image: the choices of `[strata].runtime`."""

    auto = "auto"
    podman = "podman"
    docker = "docker"
    nerdctl = "nerdctl"
    runc = "runc"
    bwrap = "bwrap"


class RunSubsystem(Subsystem):
    """The options of `[strata-run]`."""

    options_scope = "strata-run"
    help = "How `./pants run` starts the container of an image."

    publish = StrListOption(
        help=softwrap(
            """
            Ports of the container that this machine listens on, as `8000` or `8080:8000`, this machine's first. With
            runc and bwrap the container has this machine's network, with all its own ports.
            """
        ),
    )
    env_vars = StrListOption(
        help="Variables over those of the image, as `NAME=value`, or `NAME` with the value that it has here.",
    )
    volumes = StrListOption(
        help=softwrap(
            """
            Files and directories of this machine, and where the container has them: `PATH:PATH` or `PATH:PATH:ro`,
            relative to the repository's root.
            """
        ),
    )
    user = StrOption(default="", help="The user in the container, as the image's field `user` has it.")
    entrypoint = StrOption(default="", help="A program instead of the image's entry point; arguments follow `--`.")
    writable = BoolOption(
        default=False,
        help="Whether the container may write to its root, a copy. By default it writes to /tmp and volumes alone.",
    )


class DebugShellOption:
    """The option that is added to the goal `run`."""

    debug_shell = BoolOption(
        default=False,
        help=softwrap(
            """
            Run a shell in the place of an image's entry point: that of its debug image, which is the image with a layer
            of tools on top. Arguments follow `--`. For `python_image` targets.
            """
        ),
    )
