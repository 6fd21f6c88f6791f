"""The command `strata test`, with tests that start no container."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

import strata
from support.oci.layouts import write_example

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the layout is for amd64")


def outcome(tmp_path: Path, text: str) -> tuple[int, str, str]:
    write_example(tmp_path / "image")
    (tmp_path / "test.yaml").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "strata", "test", "image", "test.yaml", f"--cache={tmp_path / 'cache'}"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(strata.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


PASSES = """
schemaVersion: 2.0.0
fileExistenceTests: [{name: tool, path: /bin/tool, permissions: -rwxr-xr-x, uid: 0}]
fileContentTests: [{name: its content, path: /bin/tool, expectedContents: [^tool$]}]
"""


def test_tests_that_pass(tmp_path: Path) -> None:
    assert outcome(tmp_path, PASSES) == (0, "passed: tool\npassed: its content\n", "")


def test_tests_that_fail(tmp_path: Path) -> None:
    text = PASSES.replace("/bin/tool, perm", "/bin/tools, perm") + "metadataTest: {user: luke}\n"
    code, out, _ = outcome(tmp_path, text)
    assert code == 1
    assert out.splitlines()[:3] == ["failed: tool", "  /bin/tools is not there", "passed: its content"]
    assert out.splitlines()[3] == "failed: metadataTest"


def test_a_file_that_cannot_be_run(tmp_path: Path) -> None:
    assert outcome(tmp_path, "schemaVersion: 1.0.0") == (
        2,
        "",
        "test.yaml has structure tests that cannot be run.\n"
        "Found:\n"
        "  schemaVersion is '1.0.0', not '2.0.0'\n"
        "Fix: correct the file. Schema 2.0.0 is read, with `commandTests`, `fileExistenceTests`, `fileContentTests` "
        "and `metadataTest`.\n",
    )
