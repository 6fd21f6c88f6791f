from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
from pants.engine.addresses import Address
from pants.engine.target import Field, InvalidTargetException, Target

from pants_strata import register
from pants_strata.target_types import (
    DebianPackagesTarget,
    LockfileField,
    OciBaseTarget,
    PythonImageTarget,
    PythonInstallerTarget,
    PythonInterpreterTarget,
    WorkdirField,
)

APP = Address("src/app", target_name="image")


def fields_of_all_targets() -> Iterator[tuple[type[Target], type[Field]]]:
    for target in register.target_types():
        for field in target.core_fields:
            yield target, field


def help_of(item: Any) -> str:
    return str(item.help() if callable(item.help) else item.help)


@pytest.mark.parametrize(
    "target, field", fields_of_all_targets(), ids=lambda item: getattr(item, "alias", None) or item.__name__
)
def test_every_field_has_help(target: type[Target], field: type[Field]) -> None:
    text = help_of(field)
    assert text.endswith((".", "`", ")"))
    assert text == text.strip()


@pytest.mark.parametrize("target", register.target_types(), ids=lambda target: str(target.alias))
def test_every_target_has_help(target: type[Target]) -> None:
    assert help_of(target).endswith(".")


@pytest.mark.parametrize(
    "target, field", fields_of_all_targets(), ids=lambda item: getattr(item, "alias", None) or item.__name__
)
def test_pants_can_evaluate_the_annotations_of_a_field(target: type[Target], field: type[Field]) -> None:
    """`./pants help` does this on the Python that runs Pants: 3.9 has no `X | None`."""
    assert "raw_value" in get_type_hints(field.compute_value)


def test_targets() -> None:
    assert [target.alias for target in register.target_types()] == [
        "debian_packages",
        "image_files",
        "oci_base",
        "python_image",
        "python_image_test",
        "python_installer",
        "python_interpreter",
        "python_venv",
    ]


# ---- defaults -------------------------------------------------------------------------------------------------------


def test_defaults_of_an_image() -> None:
    values = {field.alias: field.value for field in PythonImageTarget({}, APP).field_values.values()}
    assert {name: value for name, value in values.items() if value is not None} == {
        "debug": False,
        "image_tags": ("latest",),
        "missing_libraries": "warn",
        "registries": ("<all default registries>",),
        "skip_push": False,
        "whole_lock": False,
        "workdir": "/app",
    }


@pytest.mark.parametrize("target", [DebianPackagesTarget, PythonInterpreterTarget, PythonInstallerTarget])
def test_paths_of_locks(target: type[Target]) -> None:
    def path(fields: dict[str, str], address: Address) -> str:
        return target(fields, address).get(lockfile).path

    (lockfile,) = (field for field in target.core_fields if issubclass(field, LockfileField))
    assert path({}, Address("3rdparty", target_name="x")) == ""
    assert path({"lockfile": "my.lock"}, Address("", target_name="x")) == "my.lock"
    assert path({"lockfile": "my.lock"}, Address("3rdparty", target_name="x")) == "3rdparty/my.lock"


# ---- mistakes -------------------------------------------------------------------------------------------------------


def message(target: type[Target], fields: dict[str, Any]) -> str:
    with pytest.raises(InvalidTargetException) as caught:
        target(fields, APP)
    return str(caught.value).replace("src/app: ", "", 1)


def test_tool() -> None:
    assert message(PythonInstallerTarget, {"tool": "conda"}).startswith(
        "Values for the 'tool' field in target src/app:image must be one of ['pip', "
    )


def test_env_with_pythonpath() -> None:
    assert message(PythonImageTarget, {"env": {"A": "1", "PYTHONPATH": "/app"}}) == (
        "The `env` field in target src/app:image sets PYTHONPATH, which would come before the standard library. "
        "The app's code is found without it: remove it, and depend on what is missing."
    )


@pytest.mark.parametrize("name", ["", "A=B", "A\0"])
def test_env_with_other_names(name: str) -> None:
    assert message(PythonImageTarget, {"env": {name: "1"}}) == (
        f"The `env` field in target src/app:image has {name!r}, which cannot name an environment variable. "
        "Use a name without `=`."
    )


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "8000/sctp", "8000/", "٨٠", "80:8000", " 80", ""])
def test_exposed_ports(port: str) -> None:
    assert message(PythonImageTarget, {"exposed_ports": ["8000", port]}) == (
        f"The `exposed_ports` field in target src/app:image has {port!r}, which is no port. "
        'Write for instance "8000", "8000/tcp" or "53/udp".'
    )


def test_ports_that_are_some() -> None:
    ports = ("1", "65535", "8000/tcp", "53/udp")
    values = PythonImageTarget({"exposed_ports": ports}, APP).field_values.values()
    assert ports in [field.value for field in values]


@pytest.mark.parametrize("path", ["app", "./app", "~", "C:\\app"])
def test_workdir(path: str) -> None:
    assert message(PythonImageTarget, {"workdir": path}) == (
        f"The `workdir` field in target src/app:image must be an absolute path, but was {path!r}. "
        'Write for instance `workdir="/app"`.'
    )
    assert WorkdirField("/srv", APP).value == "/srv"


@pytest.mark.parametrize("signal", ["INT", "sigint", "SIG", "SIGINT ", "123", "-9", ""])
def test_stop_signal(signal: str) -> None:
    assert message(PythonImageTarget, {"stop_signal": signal}) == (
        f"The `stop_signal` field in target src/app:image must be the name or number of a signal, but was {signal!r}. "
        'Write for instance `stop_signal="SIGINT"`.'
    )


@pytest.mark.parametrize("signal", ["SIGINT", "SIGRTMIN+3", "15"])
def test_signals_that_are_some(signal: str) -> None:
    values = PythonImageTarget({"stop_signal": signal}, APP).field_values.values()
    assert signal in [field.value for field in values]


def test_image_of_a_base_is_a_reference() -> None:
    with pytest.raises(InvalidTargetException) as caught:
        OciBaseTarget({"image": "debian:13"}, APP)
    assert str(caught.value) == (
        "src/app: The `image` field in target src/app:image cannot be used. 'debian:13' is no reference to an image: "
        "it does not begin with the host of a registry.\n"
        "Fix: write registry.example/team/app:tag, with a port after the host (registry.example:5000) where it has one."
    )
