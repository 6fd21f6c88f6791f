"""Installers install wheels for a processor that this machine does not have, on the interpreter that runs here."""

from __future__ import annotations

from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.locks.installers import TOOLS
from strata.protocol import proof
from support.venvs.sandbox import Interpreter
from support.venvs.wheels import WheelFile

NATIVE = {
    machine: WheelFile(
        "native",
        tag=f"cp313-cp313-manylinux_2_17_{machine}.manylinux2014_{machine}",
        pure=False,
        files={"native/__init__.py": "", "native/_c.so": b"\x7fELF", "native-1.0.data/scripts/native": "#!python\n"},
        entry_points="[console_scripts]\nrun-native = native:run\n",
    )
    for machine in ("x86_64", "aarch64")
}
PURE = WheelFile("pure", files={"pure.py": ""})


def wheels_for(machine: str, sandbox: Path) -> list[WheelFile]:
    wheels = [NATIVE[machine], PURE]
    (sandbox / "wheels").mkdir()
    for wheel in wheels:
        wheel.write(sandbox / "wheels")
    return wheels


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_wheels_for_either_processor_are_installed(
    tool: str, machine: str, interpreter: Interpreter, tmp_path: Path
) -> None:
    wheels = wheels_for(machine, tmp_path)
    assert interpreter.prove(tool, wheels, tmp_path, machine) == proof.Result()
    assert list((tmp_path / "scratch/venv").rglob("native/_c.so"))


# Poetry installs any file that a lock names.
@pytest.mark.parametrize("tool", ["pip", "uv"])
@pytest.mark.parametrize("machine, other", [("x86_64", "aarch64"), ("aarch64", "x86_64")])
def test_wheels_for_the_other_processor_are_not(
    tool: str, machine: str, other: str, interpreter: Interpreter, tmp_path: Path
) -> None:
    wheels = wheels_for(other, tmp_path)
    with pytest.raises(StrataError) as caught:
        interpreter.prove(tool, wheels, tmp_path, machine)
    assert str(caught.value).startswith(f"{tool} could not install the locked wheels.\nFound:\n")
    assert f"manylinux_2_17_{other}" in str(caught.value)
