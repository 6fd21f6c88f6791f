from __future__ import annotations

from dataclasses import replace

import pytest

from strata.bases.inherit import inherit
from strata.oci.image import RuntimeConfig
from strata.protocol.bases.fetch_base import BaseRuntime

DEFAULTS = RuntimeConfig(env={"PATH": "/opt/venv/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}, user="65532")
OWN = RuntimeConfig(entrypoint=("python",), working_dir="/app")
BASE = BaseRuntime(
    user="7:8",
    env=("PATH=/company:/bin", "LANG=C", "PYTHONPATH=/x", "PYTHONHOME=/y", "EMPTY="),
    labels={"a": "base", "b": "base"},
    exposed_ports=("80/tcp",),
    volumes=("/data",),
    stop_signal="SIGQUIT",
)


def test_nothing_is_inherited_from_a_base_that_says_nothing() -> None:
    assert inherit(BaseRuntime(), OWN, defaults=DEFAULTS) == replace(OWN, env=DEFAULTS.env, user="65532")


def test_what_the_image_does_not_say_is_the_bases() -> None:
    assert inherit(BASE, OWN, defaults=DEFAULTS) == RuntimeConfig(
        entrypoint=("python",),
        working_dir="/app",
        env={"PATH": "/opt/venv/bin:/company:/bin", "LANG": "C", "EMPTY": ""},
        user="7:8",
        labels={"a": "base", "b": "base"},
        exposed_ports=("80/tcp",),
        volumes=("/data",),
        stop_signal="SIGQUIT",
    )


def test_the_image_comes_first() -> None:
    own = replace(
        OWN, env={"PATH": "/own"}, user="0", labels={"b": "own"}, exposed_ports=("80/tcp", "90"), stop_signal="SIGINT"
    )
    found = inherit(BASE, own, defaults=DEFAULTS)
    assert (found.env["PATH"], found.user, found.stop_signal) == ("/own", "0", "SIGINT")
    assert (found.labels, found.exposed_ports) == ({"a": "base", "b": "own"}, ("80/tcp", "90"))


@pytest.mark.parametrize("user", ["", "0", "root", "0:0", "root:staff"])
def test_root_is_not_inherited(user: str) -> None:
    assert inherit(BaseRuntime(user=user), OWN, defaults=DEFAULTS).user == "65532"
