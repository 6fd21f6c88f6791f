"""This module decides which fields of a base's config an image upon it has.

| field | the image has |
| --- | --- |
| Env | the base's, under Strata's, under the image's own; PATH is the venv's bin and then the base's |
| User | the image's own, else the base's unless that is root, else 65532 |
| Labels, ExposedPorts | the base's and the image's own |
| StopSignal | the image's own, else the base's |
| Volumes | the base's |
| Entrypoint, Cmd, WorkingDir | the image's own: the base's program is not the one that runs |
"""

from __future__ import annotations

from dataclasses import replace

from strata.oci.image import RuntimeConfig
from strata.protocol.bases.fetch_base import BaseRuntime

# They would come before the standard library, or replace it.
_NOT_INHERITED = ("PYTHONHOME", "PYTHONPATH")
_ROOT = ("", "0", "root")


def inherit(base: BaseRuntime, own: RuntimeConfig, *, defaults: RuntimeConfig) -> RuntimeConfig:
    """Return the runtime config of an image.

    :param own: what the image's target says itself; empty where it says nothing.
    :param defaults: what an image has where neither says anything: the PATH in it begins with the venv's bin.
    """
    inherited = dict(each.partition("=")[::2] for each in base.env)
    path = inherited.pop("PATH", "")
    venv_bin, _, usual = defaults.env["PATH"].partition(":")
    env = {name: value for name, value in inherited.items() if name not in _NOT_INHERITED}
    return replace(
        own,
        env={**defaults.env, **env, "PATH": f"{venv_bin}:{path or usual}", **own.env},
        user=own.user or _user(base.user) or defaults.user,
        labels={**base.labels, **own.labels},
        exposed_ports=tuple(dict.fromkeys([*base.exposed_ports, *own.exposed_ports])),
        stop_signal=own.stop_signal or base.stop_signal,
        volumes=base.volumes,
    )


def _user(base: str) -> str:
    """Return the base's user, empty for root: an image runs as root only where its own target says so."""
    return "" if base.partition(":")[0] in _ROOT else base
