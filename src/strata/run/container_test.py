"""Containers whose program ends: by itself, or by a signal. A shell stands for the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from strata.run.container import Container, ContainerCommand


@pytest.mark.parametrize("script, code, removed", [("exit 3", 3, False), ("kill -9 $$", 137, True)])
def test_a_container_is_removed_where_its_program_was_killed(
    tmp_path: Path, script: str, code: int, removed: bool
) -> None:
    mark = tmp_path / "removed"
    with Container(ContainerCommand(["sh", "-c", script], removal=["touch", str(mark)]), tmp_path) as container:
        assert container.wait(30) == code
    assert mark.exists() == removed


def test_a_container_that_runs_is_ended_and_removed(tmp_path: Path) -> None:
    mark = tmp_path / "removed"
    command = ContainerCommand(["sh", "-c", "exec sleep 600"], removal=["touch", str(mark)])
    with Container(command, tmp_path) as container:
        assert container.wait(0) is None
    assert container.wait(0) == 137
    assert mark.exists()
