from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import strata
from support.oci.layouts import write_example


def strata_command(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "strata", *arguments],
        env={"PYTHONPATH": os.path.dirname(os.path.dirname(strata.__file__)), "LC_ALL": "POSIX"},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_sound_layout_is_said_to_be_sound(tmp_path: Path) -> None:
    write_example(tmp_path)
    assert strata_command("validate", str(tmp_path)) == (
        0,
        f"{tmp_path} is a sound OCI image layout, and has the form of a reproducible image.\n",
        "",
    )
    assert strata_command("validate", "-q", str(tmp_path)) == (0, "", "")
    assert strata_command("validate", "--quiet", str(tmp_path)) == (0, "", "")


def test_findings_are_printed(tmp_path: Path) -> None:
    layout = write_example(tmp_path, config=lambda value: {**value, "os": 5})
    (tmp_path / "notes").write_text("")
    oci = f"{layout.config} is wrong: os is 5, not a text [image-spec]\n"
    assert strata_command("validate", str(tmp_path)) == (
        1,
        f"{oci}notes is no part of a layout [reproducibility]\n",
        "",
    )
    assert strata_command("validate", "--image-spec-only", str(tmp_path)) == (1, oci, "")


def test_only_the_image_spec_on_request(tmp_path: Path) -> None:
    write_example(tmp_path)
    (tmp_path / "notes").write_text("")
    assert strata_command("validate", "--image-spec-only", str(tmp_path)) == (
        0,
        f"{tmp_path} is a sound OCI image layout.\n",
        "",
    )


def test_findings_are_printed_when_quiet(tmp_path: Path) -> None:
    write_example(tmp_path)
    (tmp_path / "notes").write_text("")
    assert strata_command("validate", "-q", str(tmp_path)) == (
        1,
        "notes is no part of a layout [reproducibility]\n",
        "",
    )


def test_a_folder_that_is_no_layout_is_named(tmp_path: Path) -> None:
    assert strata_command("validate", str(tmp_path / "no")) == (
        2,
        "",
        f"{tmp_path}/no does not exist.\nFix: name the directory of an OCI image layout.\n",
    )
    assert strata_command("validate", str(tmp_path)) == (
        1,
        f"{tmp_path} is no image layout: it has neither oci-layout nor index.json [image-spec]\n",
        "",
    )


def test_layer_and_layout_are_listed(tmp_path: Path) -> None:
    layout = write_example(tmp_path)
    code, listed, _ = strata_command("list", str(tmp_path / layout.layers[1]))
    assert (code, listed.splitlines()[1]) == (0, "-rw-r--r-- 0:0         2 app/main.py")
    code, of_all, _ = strata_command("list", str(tmp_path))
    assert code == 0
    assert of_all.endswith(listed)


def test_missing_path_is_a_users_error(tmp_path: Path) -> None:
    assert strata_command("list", str(tmp_path / "no")) == (
        2,
        "",
        f"{tmp_path}/no does not exist.\nFix: name the blob of a layer or the directory of an OCI image layout.\n",
    )
