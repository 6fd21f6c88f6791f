"""`./pants run`: an image in a container, by a container engine or without a daemon.

The image is built as `package` builds it, without the documents and archives beside it. What runs it, `python -m strata
run`, is a process with the user's terminal and environment, which is never cached.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from pants.base.build_root import BuildRoot
from pants.core.goals.run import RunFieldSet, RunInSandboxBehavior, RunRequest
from pants.core.goals.run import RunSubsystem as RunGoalSubsystem
from pants.engine.platform import Platform as HostPlatform
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.library_command import STRATA
from pants_strata.run_options import DebugShellOption, RunSubsystem
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import EntryPointField, ScriptField
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.machine_image import machine_image
from strata.oci.image import DEBUG_FOLDER

_LAYOUT = "image"


@dataclass(frozen=True)
class RunImageFieldSet(RunFieldSet):
    """The fields of an image that `run` reads."""

    required_fields = (EntryPointField, ScriptField, PlatformsField)
    run_in_sandbox_behavior = RunInSandboxBehavior.NOT_SUPPORTED

    platforms: PlatformsField


@rule
async def run_image(
    field_set: RunImageFieldSet,
    strata: StrataSubsystem,
    run: RunSubsystem,
    goal: RunGoalSubsystem,
    debian: DebianSubsystem,
    machine: HostPlatform,
    build_root: BuildRoot,
) -> RunRequest:
    """Return the process that runs an image. Raise StrataError where it is for none of this machine's platforms."""
    shell = bool(goal.options.debug_shell)
    _, layout = await machine_image(field_set.address, field_set.platforms, strata, debian, machine, debug=shell)
    return RunRequest(
        digest=await engine.under(_LAYOUT, layout),
        args=(*STRATA, "run", f"{{chroot}}/{_LAYOUT}", *_arguments(strata, run, build_root, shell=shell), "--"),
    )


def _arguments(strata: StrataSubsystem, run: RunSubsystem, build_root: BuildRoot, *, shell: bool) -> Iterable[str]:
    entrypoint = f"{DEBUG_FOLDER}/sh" if shell else run.entrypoint
    return (
        f"--runtime={strata.runtime.value}",
        *(f"--publish={port}" for port in run.publish),
        *(f"--env={variable}" for variable in run.env_vars),
        *(f"--volume={os.path.join(build_root.path, volume)}" for volume in run.volumes),
        *([f"--user={run.user}"] if run.user else []),
        *([f"--entrypoint={entrypoint}"] if entrypoint else []),
        *(["--writable"] if run.writable else []),
    )


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), *RunImageFieldSet.rules(), RunGoalSubsystem.register_plugin_options(DebugShellOption))
