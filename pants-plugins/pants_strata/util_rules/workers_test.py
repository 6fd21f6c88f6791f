from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

import pytest
from pants.engine.environment import EnvironmentName
from pants.engine.internals.native_engine import ProcessExecutionEnvironment
from pants.engine.platform import Platform
from pants.option.global_options import GlobalOptions
from pants.testutil.option_util import create_subsystem

from pants_strata.artifacts.workers import Workers
from pants_strata.engine.environments import EnvironmentsSubsystem
from pants_strata.subsystem import StrataSubsystem
from pants_strata.util_rules.workers import choose_workers
from strata.errors import StrataError
from support.mocked_rules import run_mocked

HERE = Platform.linux_x86_64
NAMES = {"arm": "//:arm", "docker": "//:docker"}


def chosen(
    name: str, *, remote: bool = True, names: Optional[Mapping[str, str]] = None, workers: bool = True
) -> Workers:
    environment = ProcessExecutionEnvironment(
        environment_name=name,
        platform="linux_arm64",
        docker_image=None if workers else "an image",
        remote_execution=workers,
        remote_execution_extra_platform_properties=[],
    )
    arguments = [
        create_subsystem(StrataSubsystem, remote_environment=name),
        create_subsystem(EnvironmentsSubsystem, names=dict(NAMES if names is None else names)),
        create_subsystem(GlobalOptions, remote_execution=remote),
        HERE,
    ]
    found: Workers = run_mocked(
        choose_workers,
        arguments,
        {
            (ProcessExecutionEnvironment, EnvironmentName): lambda _: environment,
            (Platform, EnvironmentName): lambda _: Platform.linux_arm64,
        },
    )
    return found


def test_workers_of_an_environment_with_their_platform() -> None:
    assert chosen("arm") == Workers(Platform.linux_arm64, EnvironmentName("arm"))


@pytest.mark.parametrize("name, remote", [("arm", False), ("", True), ("", False)])
def test_this_machine(name: str, remote: bool) -> None:
    assert chosen(name, remote=remote) == Workers(HERE)


def test_this_machine_without_environments() -> None:
    assert chosen("", remote=False, names={}) == Workers(HERE)


@pytest.mark.parametrize("name", ["", "arm"])
def test_remote_execution_of_all_steps_is_refused(name: str) -> None:
    with pytest.raises(StrataError) as caught:
        chosen(name, names={})
    assert str(caught.value) == (
        "Remote execution is on, and no environment is named: Pants would run every step on a worker, also those that "
        "fetch files and unpack the interpreter, which need this machine's Python and configuration.\n"
        "Fix: declare a `remote_environment` target, name its address in `[environments-preview].names`, and that name "
        "in `[strata].remote_environment`; docs/remote-execution.md shows it."
    )


def test_a_name_that_is_no_environment() -> None:
    with pytest.raises(StrataError) as caught:
        chosen("amr")
    assert str(caught.value) == (
        "`[strata].remote_environment` names 'amr', which is no environment.\n"
        "Found:\n  `[environments-preview].names`: arm, docker\n"
        "Fix: take one of these names, or add it there with the address of a `remote_environment` target."
    )


def test_an_environment_without_workers() -> None:
    with pytest.raises(StrataError) as caught:
        chosen("docker", workers=False)
    assert str(caught.value) == (
        "`[strata].remote_environment` names 'docker', where processes run on no worker.\n"
        "Found:\n  //:docker, which is no `remote_environment` target\n"
        "Fix: name an environment whose target is a `remote_environment`; without workers, leave the option out."
    )
