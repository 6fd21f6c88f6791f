"""Containers of images in a user's test: `strata.testing`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from strata.errors import StrataError
from strata.testing import ImageContainer
from support.oci.readers import require_root
from support.programs import require

ADDRESS = "src/examples/web:image"
# A command line that no other process of this machine has.
SLEEPER = f"import time; print('begin', flush=True); time.sleep(700.{os.getpid()})"


@pytest.fixture(scope="module", autouse=True)
def _programs() -> None:
    require_root()
    require("runc", "runc")
    require("bwrap", "bubblewrap")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def processes() -> list[bytes]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue
    return [line for line in found if SLEEPER.encode() in line]


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_an_app_starts_answers_and_stops(cache: Path) -> None:
    with ImageContainer.of(ADDRESS, runtime="bwrap", cache=cache) as web:
        outside = web.wait_for_port(8000)
        assert outside == web.port(8000)
        with urlopen(web.url(8000, "/openapi.json")) as answer:
            assert answer.read().startswith(b'{"openapi"')
        assert web.stop() == 0
        assert '"GET /openapi.json HTTP/1.1" 200' in web.output()
        assert web.error().endswith("Finished server process [1]\n")
    assert web.exit_code == 0
    assert [path.name for path in cache.iterdir()] == ["layers"]


def test_an_app_that_ends_too_early(cache: Path) -> None:
    command = ["python", "-c", "print('so far'); raise SystemExit(3)"]
    with ImageContainer.of(ADDRESS, command=command, cache=cache) as web, pytest.raises(StrataError) as error:
        web.wait_for_port(8000)
    assert str(error.value) == (
        "The container has ended with exit code 3, before it listened on port 8000.\n"
        "Found:\n"
        "  so far\n"
        "Fix: look for the reason in its output, or run the image: `./pants run`."
    )


def test_an_app_that_does_not_stop_is_ended(cache: Path) -> None:
    with ImageContainer.of(ADDRESS, command=["python", "-c", SLEEPER], cache=cache) as web:
        assert eventually(lambda: web.output() == "begin\n")
        with pytest.raises(StrataError, match="has not ended within 0 seconds"):
            web.wait(0)
        with pytest.raises(StrataError, match="started without the port 80"):
            web.port(80)
        assert processes()
        # The first process of a container ignores signals that it has no handler for.
        assert web.stop(0.1) == 128 + signal.SIGKILL
    assert not processes()


def test_a_container_ends_with_the_process_of_the_test(cache: Path) -> None:
    code = (
        "import os, signal, sys, time; from pathlib import Path; from strata.testing import ImageContainer\n"
        f"command, cache = ['python', '-c', {SLEEPER!r}], Path({str(cache)!r})\n"
        f"web = ImageContainer.of({ADDRESS!r}, command=command, cache=cache).start()\n"
        "while not web.output(): time.sleep(0.05)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": os.pathsep.join(sys.path)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert eventually(lambda: not [line for line in processes() if not line.startswith(sys.executable.encode())])
    assert eventually(lambda: [path.name for path in cache.iterdir()] == ["layers"])


def test_what_is_missing_is_named(cache: Path) -> None:
    with pytest.raises(StrataError) as error:
        ImageContainer.of(ADDRESS, command=["sh"], cache=cache).start()
    assert str(error.value) == (
        "The container cannot be started: the image has no sh on its PATH "
        "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin.\n"
        "Fix: correct the command, or the machine."
    )
    with pytest.raises(StrataError) as error:
        ImageContainer.of("src/other:image")
    assert str(error.value) == (
        "There is no layout src.other/image, where `package` writes src/other:image.\n"
        'Fix: add `runtime_package_dependencies=["src/other:image"]` to the target of the test; beside Pants, run '
        "`./pants package src/other:image` first. Where `output_path` is set, name that path: `ImageContainer(PATH)`."
    )
    with pytest.raises(StrataError, match="does not run"):
        ImageContainer.of(ADDRESS, cache=cache).logs()
