"""A debug image beside its image: the same layers, and a shell on top."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import strata
from strata.layouts.layout import Layout
from support.oci.examples import AMD64_ALONE
from support.oci.readers import require_root
from support.programs import require

DEBUG = AMD64_ALONE.with_name(f"{AMD64_ALONE.name}-debug")
ENV = {"PATH": os.defpath, "PYTHONPATH": os.path.dirname(os.path.dirname(strata.__file__))}


def test_one_layer_more(tmp_path: Path) -> None:
    (image,), (debug,) = Layout.open(AMD64_ALONE).manifests(), Layout.open(DEBUG).manifests()
    assert debug.layers[:-1] == image.layers
    assert debug.annotations == image.annotations
    assert debug.layers[-1].size < 1_500_000
    validate = [sys.executable, "-m", "strata", "validate", str(DEBUG)]
    assert subprocess.run(validate, env=ENV, check=False, stdout=subprocess.DEVNULL).returncode == 0


def test_its_shell(tmp_path: Path) -> None:
    require_root()
    require("bwrap", "bubblewrap")
    run = [sys.executable, "-m", "strata", "run", str(DEBUG), "--runtime=bwrap", f"--cache={tmp_path}"]
    script = "id -u; command -v python; echo $0; ls /app | head -1"
    done = subprocess.run(
        [*run, "--entrypoint=sh", "--", "-c", script], env=ENV, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "65532\n/opt/venv/bin/python\nsh\nreadings\n"), done.stderr
