from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import strata
from support.oci.layouts import write_example
from support.servers.fake_registry import Fault, fake_registry

SOURCES = os.path.dirname(os.path.dirname(strata.__file__))


def strata_command(*arguments: str) -> tuple[int, str, str]:
    """What the command says without any package that is installed."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "strata", *arguments],
        env={"PYTHONPATH": SOURCES, "HOME": "/nonexistent", "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_nothing_is_imported_that_takes_long() -> None:
    """A push after an edit takes some ten requests: less time than these imports."""
    loaded = "import sys, strata.__main__, strata.registry.command; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loaded],
        env={"PYTHONPATH": os.pathsep.join([SOURCES, *sys.path])},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert not set(done.stdout.decode().split()) & {
        *("asyncio", "oras", "requests", "subprocess", "urllib.request", "urllib3")
    }


def test_commands_are_listed_without_what_they_take() -> None:
    code, output, error = strata_command("--help")
    assert (code, error) == (0, "")
    assert "    push      send an image from a layout to a registry\n" in output
    assert strata_command("pusj")[0] == 2
    assert "invalid choice: 'pusj'" in strata_command("pusj")[2]
    assert "usage: strata push [-h]" in strata_command("push", "--help")[1]


def test_digests_of_references() -> None:
    manifest = b"{}"
    digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    with fake_registry() as registry:
        name = f"{registry.address}/team/app"
        registry.manifests["team/app", "latest"] = ("application/vnd.oci.image.index.v1+json", manifest)
        code, output, error = strata_command("digest", name, f"{name}:2")
        assert (code, error) == (0, "")
        assert [json.loads(line) for line in output.splitlines()] == [
            {"reference": name, "digest": digest},
            {"reference": f"{name}:2", "digest": None},
        ]
        registry.requests.clear()
        registry.faults.append(Fault("HEAD", 503, times=9))
        code, output, error = strata_command("digest", f"{name}:1", "--attempts=1")
        assert (code, output, len(registry.asked())) == (2, "", 1)
        assert error == (
            f"{name}:1: the registry could not look for a manifest: HTTP 503.\n"
            "Fix: try again later; if it stays so, show this to the registry's owner.\n"
        )


def test_mistakes_are_told_before_anything_is_asked(tmp_path: Path) -> None:
    write_example(tmp_path / "layout")
    layout = str(tmp_path / "layout")
    assert strata_command("push", layout, "app:1") == (
        2,
        "",
        "'app:1' is no reference to an image: it does not begin with the host of a registry.\n"
        "Fix: write registry.example/team/app:tag, with a port after the host (registry.example:5000) where it has "
        "one.\n",
    )
    digest = f"sha256:{'0' * 64}"
    code, _, said = strata_command("push", layout, f"registry.example/app@{digest}")
    assert (code, said.splitlines()[0]) == (
        2,
        f"registry.example/app@{digest} names a digest, but the image has another one.",
    )
    assert strata_command("push", f"{layout}:other", "registry.example/app:1") == (
        2,
        "",
        f"{layout}:other holds more than one image, or none, so that it is not clear which to push.\n"
        "Fix: choose one by its tag: DIRECTORY:TAG.\n",
    )
