from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from strata.installers.launcher import ITSELF, write_launcher
from support.programs import require

MACHINES = ["x86_64", "aarch64"]
SHOW = "import os, sys; print(sys.argv[1:], os.environ.get('NAME'))"


def run(machine: str, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    emulator = []
    if machine != os.uname().machine:
        emulator = [require(f"qemu-{machine}-static", "qemu-user-static"), "-0", str(path)]
    command = [*emulator, str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={"NAME": "a value", "PATH": "/nowhere"})


@pytest.mark.parametrize("machine", MACHINES)
def test_it_starts_a_program_with_its_arguments_behind_the_fixed_ones(tmp_path: Path, machine: str) -> None:
    path = tmp_path / "a launcher"
    write_launcher(path, [sys.executable, "-c", SHOW, "fixed one", ITSELF, "é"], machine=machine)
    for arguments in ([], ["one"], ["a b", "", "c", "d"]):
        ended = run(machine, path, *arguments)
        assert ended.stdout == f"{['fixed one', str(path), 'é', *arguments]} a value\n", ended.stderr


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_any_number_of_fixed_arguments(tmp_path: Path, machine: str, count: int) -> None:
    path = tmp_path / "launcher"
    echo = shutil.which("echo") or ""
    write_launcher(path, [echo, *map(str, range(count))], machine=machine)
    assert run(machine, path, "end").stdout == f"{' '.join(map(str, range(count)))} end\n"


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("place", [1, 2])
def test_its_own_name_stands_anywhere(tmp_path: Path, machine: str, place: int) -> None:
    path = tmp_path / "launcher"
    arguments: list[object] = [shutil.which("echo") or "", "one"]
    arguments.insert(place, ITSELF)
    write_launcher(path, arguments, machine=machine)
    expected = [path, "one"] if place == 1 else ["one", path]
    assert run(machine, path).stdout == f"{' '.join(map(str, expected))}\n"


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    write_launcher(tmp_path / "launcher", [str(tmp_path / "missing"), "argument"])
    assert run(os.uname().machine, tmp_path / "launcher").returncode == 127
