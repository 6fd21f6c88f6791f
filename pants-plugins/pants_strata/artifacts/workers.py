"""This module has the answer to where steps run that make bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from pants.engine.environment import EnvironmentName
from pants.engine.platform import Platform


@dataclass(frozen=True)
class Workers:
    """The machines that make bytes: workers of a remote execution server, or the machine that runs Pants.

    :param platform: the platform that the interpreter has to run on.
    :param environment: the environment of the workers, as Pants names it; None for the machine that runs Pants.
    """

    platform: Platform
    environment: Optional[EnvironmentName] = None
