"""This module has the options of `[strata]` about remote caches and remote execution."""

from __future__ import annotations

from pants.option.option_types import IntOption, StrOption
from pants.util.strutil import softwrap


class RemoteOptions:
    """A part of StrataSubsystem."""

    remote_environment = StrOption(
        default="",
        help=softwrap(
            """
            The name of the environment whose workers make the bytes of images, where `[GLOBAL].remote_execution` is on:
            an entry of `[environments-preview].names` that is the address of a `remote_environment`. Its `platform` is
            that of the workers, and its `extra_platform_properties` choose them. All other steps, which fetch files and
            unpack the interpreter, stay on this machine. docs/remote-execution.md shows a set-up.
            """
        ),
    )
    remote_cache_head_start_millis = IntOption(
        default=60_000,
        advanced=True,
        help=softwrap(
            """
            How long the remote cache may take to answer and to send what it has of a step, in milliseconds, before this
            machine starts to make the same itself; the first to end wins. Pants' own steps get no head start. It bounds
            how long a cache that hangs can hold up a build. Read by nothing where there is no remote cache.
            """
        ),
    )
