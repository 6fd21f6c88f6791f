"""The command with runtimes that write down how they were called, and with none."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

import strata
from support.oci.layouts import write_example

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the layout is for amd64")

ENGINE = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1" in
  info) exit "${INFO:-0}" ;;
  image) exit "${KNOWN:-1}" ;;
  pull) echo "sha256:1234" ;;
  load) cat > "$CALLS.tar"; echo "Loaded image: app:1" ;;
  start) exit "${CODE:-0}" ;;
  inspect) echo "${STARTED:-2026-01-01 00:00:00}" ;;
esac
"""


def run(tmp_path: Path, runtime: str, *arguments: str, **env: str) -> tuple[int, list[str], str]:
    """Returns the exit code, the calls, and standard error."""
    program, calls = tmp_path / "bin" / runtime, tmp_path / "calls"
    program.parent.mkdir(exist_ok=True)
    program.write_text(ENGINE)
    program.chmod(0o755)
    calls.write_text("")
    if not (tmp_path / "image").exists():
        write_example(tmp_path / "image", index=tagged)
    variables = {
        "PATH": f"{program.parent}:/usr/bin:/bin",
        "PYTHONPATH": os.path.dirname(os.path.dirname(strata.__file__)),
        "CALLS": str(calls),
    }
    done = subprocess.run(
        [sys.executable, "-m", "strata", "run", str(tmp_path / "image"), f"--runtime={runtime}", *arguments],
        env={**variables, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    lines = calls.read_text().splitlines()
    names = [word for line in lines for word in line.split() if word.startswith("strata-")]
    return done.returncode, [line.replace(names[0], "NAME") if names else line for line in lines], done.stderr.decode()


def tagged(index: dict[str, list[dict[str, object]]]) -> dict[str, list[dict[str, object]]]:
    index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": "latest"}
    return index


def test_podman_takes_the_layout(tmp_path: Path) -> None:
    options = ("-p", "8080:8000", "-e", "A=1", "-v", f"{tmp_path}:/data:ro", "--user=5", "--", "--flag", "x")
    code, calls, error = run(tmp_path, "podman", *options, CODE="7")
    assert (code, error) == (7, "")
    calls[1:2] = [re.sub("[0-9a-f]{12}", "DIGEST", calls[1])]
    assert calls == [
        "info",
        # It names the image after a path, and refuses one with capitals.
        "pull --quiet oci:strata-DIGEST:latest",
        f"create --name NAME --interactive --read-only --tmpfs /tmp:rw,mode=1777 --publish=8080:8000 --env=A=1 "
        f"--volume={tmp_path}:/data:ro --user=5 sha256:1234 --flag x",
        "start --attach --interactive NAME",
        "rm --force NAME",
    ]


def test_docker_loads_an_archive_of_an_image_that_it_does_not_know(tmp_path: Path) -> None:
    code, calls, _ = run(tmp_path, "docker", "--writable", "--network=none")
    assert code == 0
    assert [line.partition(":")[0] for line in calls[1:3]] == ["image inspect sha256"] * 2
    assert calls[3] == "load"
    assert calls[6:7] == [
        "create --name NAME --interactive --tmpfs /tmp:rw,mode=1777 --network=none app:1",
    ]
    names = subprocess.run(["tar", "tf", tmp_path / "calls.tar"], check=True, capture_output=True).stdout.decode()
    assert names.split()[:3] == ["oci-layout", "index.json", "manifest.json"]
    files = {
        name: json.loads(
            subprocess.run(["tar", "xOf", tmp_path / "calls.tar", name], check=True, capture_output=True).stdout
        )
        for name in ("index.json", "manifest.json")
    }
    (manifest,) = files["index.json"]["manifests"]
    # Under a name such as that of the layout, Docker would ask a registry for it.
    assert "annotations" not in manifest
    (entry,) = files["manifest.json"]
    assert entry["RepoTags"] is None
    assert {entry["Config"], *entry["Layers"], "blobs/" + manifest["digest"].replace(":", "/")} == set(
        names.split()[3:]
    )


def test_docker_loads_nothing_that_it_knows(tmp_path: Path) -> None:
    _, calls, _ = run(tmp_path, "docker", KNOWN="0")
    assert [line.split()[0] for line in calls] == ["info", "image", "create", "start", "rm"]


def test_the_code_of_an_app_is_not_taken_for_that_of_the_engine(tmp_path: Path) -> None:
    code, calls, error = run(tmp_path, "podman", CODE="127")
    assert (code, error) == (127, "")
    assert calls[-2].startswith("inspect --format {{.State.StartedAt}} NAME")


@pytest.mark.parametrize(
    "env, reason",
    [
        ({"INFO": "1"}, "info: it said nothing"),
        ({"CODE": "125", "STARTED": "0001-01-01 00:00:00"}, "start ended with 125, before the app began"),
        ({"CODE": "1", "STARTED": "0001-01-01 00:00:00"}, "start ended with 1, before the app began"),
    ],
)
def test_an_engine_that_does_not_work_is_named(tmp_path: Path, env: dict[str, str], reason: str) -> None:
    code, _, error = run(tmp_path, "podman", **env)
    assert code == 2
    assert error == (
        "Nothing on this machine can run the image.\n"
        "Found:\n"
        f"  podman: {tmp_path}/bin/podman {reason}\n"
        "Fix: install podman, or bwrap (Debian's package bubblewrap), which needs no daemon and mostly no root.\n"
    )


def test_an_image_for_another_machine(tmp_path: Path) -> None:
    def other(index: dict[str, list[dict[str, object]]]) -> dict[str, list[dict[str, object]]]:
        index["manifests"][0]["platform"] = {"os": "linux", "architecture": "s390x"}
        return index

    write_example(tmp_path / "image", index=other)
    code, calls, error = run(tmp_path, "podman")
    assert (code, calls) == (2, [])
    assert error == (
        f"{tmp_path}/image has no image for linux/amd64, which this machine runs.\n"
        "Found:\n"
        "  linux/s390x\n"
        "Fix: build it for linux/amd64, too: name that in `[strata].platforms` or in `platforms` of the image.\n"
    )
