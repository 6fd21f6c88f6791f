"""Configs of images."""

from __future__ import annotations

from typing import Any

import pytest

from strata.image_tests.configs import config_outcome
from strata.protocol.images.try_image import ConfigCase, Value

CONFIG = {
    "config": {
        "Env": ["A=b=c", "EMPTY=", "VERSION=1.2"],
        "Labels": {"team": "web"},
        "Entrypoint": ["python", "-m", "web"],
        "WorkingDir": "/app",
        "User": "65532",
        "ExposedPorts": {"8000/tcp": {}, "53/udp": {}},
        "Volumes": {"/data": {}},
    }
}


def test_what_is_as_expected() -> None:
    case = ConfigCase(
        "name",
        env=(Value("A", "b=c"), Value("EMPTY", ""), Value("VERSION", r"^\d", True)),
        unset_env=("B",),
        labels=(Value("team", "web"),),
        entrypoint=("python", "-m", "web"),
        cmd=(),
        workdir="/app",
        user="65532",
        ports=("8000", "53"),
        closed_ports=("80",),
        volumes=("/data",),
        no_volumes=("/",),
    )
    assert config_outcome(case, CONFIG).problems == []


@pytest.mark.parametrize(
    "fields, problem",
    [
        ({"env": (Value("B", ""),)}, "the variable B is not set"),
        ({"env": (Value("A", "b"),)}, "the variable A is 'b=c', not 'b'"),
        ({"env": (Value("A", "^c", True),)}, "the variable A is 'b=c', which does not match '^c'"),
        ({"unset_env": ("EMPTY",)}, "the variable EMPTY is set, to ''"),
        ({"labels": (Value("x", "y"),)}, "the label x is not set"),
        ({"entrypoint": ("python",)}, "the entry point: ['python', '-m', 'web'], not ['python']"),
        ({"cmd": ("x",)}, "the arguments: [], not ['x']"),
        ({"workdir": "/"}, "the working directory is '/app', not '/'"),
        ({"user": "root"}, "the user is '65532', not 'root'"),
        ({"ports": ("80",)}, "the port 80 is not there, of ['53', '8000']"),
        ({"closed_ports": ("53",)}, "the port 53 is there"),
        ({"volumes": ("/",)}, "the volume / is not there, of ['/data']"),
        ({"no_volumes": ("/data",)}, "the volume /data is there"),
    ],
)
def test_what_is_not(fields: dict[str, Any], problem: str) -> None:
    assert config_outcome(ConfigCase("name", **fields), CONFIG).problems == [problem]


def test_an_image_without_settings() -> None:
    assert config_outcome(ConfigCase("name", entrypoint=(), cmd=(), closed_ports=("80",)), {}).problems == []
