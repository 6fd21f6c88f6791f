"""The machines that make bytes: workers of a remote execution server where a repository names them, or this machine.

Inputs: `[GLOBAL].remote_execution`, `[environments-preview].names` and `[strata].remote_environment`. Errors: remote
execution without environments, which would send steps to workers that need this machine; a name that is none of a
`remote_environment`.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.environment import EnvironmentName
from pants.engine.platform import Platform
from pants.engine.rules import Rule, collect_rules, rule
from pants.option.global_options import GlobalOptions

from pants_strata import engine
from pants_strata.artifacts.workers import Workers
from pants_strata.engine.environments import EnvironmentsSubsystem
from pants_strata.subsystem import StrataSubsystem
from strata.errors import machine as errors


@rule
async def choose_workers(
    strata: StrataSubsystem, environments: EnvironmentsSubsystem, options: GlobalOptions, machine: Platform
) -> Workers:
    """Return where steps run that make bytes. Raise StrataError where that cannot be."""
    name = strata.remote_environment
    if not options.remote_execution:
        return Workers(machine)
    if environments.remote_execution_used_globally(options):
        raise errors.remote_execution_of_everything()
    if not name:
        return Workers(machine)
    if name not in environments.names:
        raise errors.unknown_environment(name, sorted(environments.names))
    environment = EnvironmentName(name)
    platform = await engine.remote_platform(environment)
    if platform is None:
        raise errors.environment_without_workers(name, environments.names[name])
    return Workers(platform, environment)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
