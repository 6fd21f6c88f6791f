"""The least that any builder of images does: an installer fills a directory, and tar and gzip make a layer of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from benchmarks.timing import run, seconds
from benchmarks.toolbox import Toolbox
from benchmarks.wheelhouse import PLATFORM_TAGS, PYTHON, Wheelhouse

_LOCKED = ("--quiet", "--no-index", "--no-deps", "--require-hashes")


def uv_install(wheelhouse: Wheelhouse, tools: Toolbox, target: Path) -> float:
    """Seconds, without bytecode and with nothing cached. `target` is emptied before."""
    shutil.rmtree(target, ignore_errors=True)
    source = [*_LOCKED, f"--find-links={wheelhouse.folder}", f"--requirement={wheelhouse.lock}"]
    options = [f"--python-version={PYTHON}", "--python-platform=x86_64-manylinux_2_40", "--no-cache", "--no-config"]
    return run(tools.uv, "pip", "install", *options, *source, f"--target={target}").seconds


def pip_install(wheelhouse: Wheelhouse, tools: Toolbox, target: Path) -> float:
    """The same with pip."""
    shutil.rmtree(target, ignore_errors=True)
    source = [*_LOCKED, f"--find-links={wheelhouse.folder}", f"--requirement={wheelhouse.lock}"]
    platforms = [f"--platform={tag}" for tag in PLATFORM_TAGS]
    options = [f"--python-version={PYTHON}", *platforms, "--only-binary=:all:", "--no-compile", "--no-cache-dir"]
    return run(tools.python, "-m", "pip", "install", *options, *source, f"--target={target}").seconds


def tar_gzip(tree: Path, blob: Path) -> float:
    """Seconds of `tar | gzip -6`, two programs at once."""

    def work() -> None:
        with blob.open("wb") as output:
            tar = subprocess.Popen(["tar", "-C", str(tree), "-c", "."], stdout=subprocess.PIPE)
            subprocess.run(["gzip", "-6"], stdin=tar.stdout, stdout=output, check=True)
            if tar.wait() != 0:
                raise RuntimeError(f"tar ended with {tar.returncode}")

    return seconds(work)
