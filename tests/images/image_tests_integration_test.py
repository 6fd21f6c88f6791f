"""Tests of an image, as `./pants test` runs them: without a daemon, and with nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import strata
from strata.errors import StrataError
from strata.errors.unworded import worded
from strata.image_tests.run import image_outcomes
from strata.layouts.layout import Layout
from strata.protocol.images.try_image import CommandCase, Probe, Request
from support.oci.examples import WEB
from support.oci.readers import require_root
from support.programs import require

PACKAGES = {"bwrap": "bubblewrap", "runc": "runc"}
# A command line that no other process of this machine has.
SLEEPER = f"import time; print('begin', flush=True); time.sleep(600.{os.getpid()})"
VERB = "import sys; from pathlib import Path; from strata.verbs import run_verb; "
VERB += "sys.exit(run_verb('try-image', Path(sys.argv[1])))"
COMMANDS = (
    CommandCase("version", 30, command=("/opt/venv/bin/python", "-V"), expected_output=(r"^Python 3\.13",)),
    CommandCase(
        "user, variables, network",
        30,
        command=(
            *("python", "-c"),
            "import os, socket; print(os.getuid(), os.environ['A'], *[name for _, name in socket.if_nameindex()])",
        ),
        env={"A": "b"},
        expected_output=(r"^65532 b lo( |$)",),
        excluded_output=("eth",),
    ),
    CommandCase(
        "read-only",
        30,
        command=("python", "-c", "open('/tmp/x', 'w'); open('/app/x', 'w')"),
        exit_code=1,
        expected_error=("Read-only file system: '/app/x'",),
    ),
    CommandCase(
        "setup",
        30,
        setup=(("python", "-c", "open('/tmp/../app/x', 'w').write('1 2')"),),
        command=("python", "-c", "print(open('/app/x').read(), '$LANG')"),
        expand=True,
        user="0",
        writable=True,
        expected_output=(r"^1 2 C.UTF-8$",),
    ),
    CommandCase("slow", 1, command=("python", "-c", SLEEPER)),
    CommandCase("missing", 30, command=("sh", "-c", "exit 0"), exit_code=1),
    CommandCase("answer", 60, probe=Probe(8000, "/openapi.json", 200), expected_output=('"openapi"',)),
    CommandCase("status", 60, probe=Probe(8000, "/nothing", 200)),
    CommandCase("ends", 60, command=("python", "-c", "raise SystemExit(3)"), probe=Probe(8001, "/", 200)),
)
EXPECTED = {
    "version": [],
    "user, variables, network": [],
    "read-only": [],
    "setup": [],
    "slow": ["it runs for more than 1 seconds"],
    "missing": ["the image has no sh on its PATH /opt/venv/bin:/usr/local/bin:/usr/bin:/bin"],
    "answer": [],
    "status": ["http://127.0.0.1:8000/nothing answers with status 404, not 200"],
    "ends": ["the app ends with exit code 3 before it answers http://127.0.0.1:8001/"],
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpacked layers, for both programs."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module", params=sorted(PACKAGES))
def tested(request: Any, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """The outcome of each test, and what the verb reported: it runs in a process of its own, as in a build."""
    require_root()
    require(request.param, PACKAGES[request.param])
    folder = tmp_path_factory.mktemp(request.param)
    asked = Request(WEB.absolute(), cache, request.param, COMMANDS, (), ())
    (folder / "request.json").write_text(asked.to_json())
    done = subprocess.run(
        [sys.executable, "-c", VERB, "request.json"],
        cwd=folder,
        env={"PYTHONPATH": os.path.dirname(os.path.dirname(strata.__file__))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    suites = ElementTree.parse(folder / "report" / "image.xml").getroot()
    found = {case.attrib["name"]: [failure.attrib["message"] for failure in case] for case in suites.iter("testcase")}
    return found, done.stderr


def test_each_test_finds_what_is_there(tested: tuple[dict[str, Any], str]) -> None:
    found, _ = tested
    assert found == EXPECTED


def test_the_error_shows_output_where_a_test_fails(tested: tuple[dict[str, Any], str]) -> None:
    error = str(worded(tested[1].splitlines()[-1]))
    assert error.startswith("4 tests fail.\nFound:\n  passed: version\n")
    assert "\n  failed: slow\n    it runs for more than 1 seconds\n    | standard output:\n    | begin\n" in error


def test_nothing_is_left_behind(tested: tuple[dict[str, Any], str], cache: Path) -> None:
    assert [path.name for path in cache.iterdir()] == ["layers"]
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not any(SLEEPER.encode() in line for line in lines)


def test_a_machine_without_runc_and_bwrap(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strata.run.programs._ALSO", "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(StrataError) as error:
        image_outcomes(Request(WEB, cache, "auto", COMMANDS[:1], (), ()), Layout.open(WEB))
    assert sorted(error.value.found) == ["bwrap: not on PATH", "runc: not on PATH"]
    assert str(error.value).startswith("Containers of tests are started by runc or bwrap, and neither works")
