"""Environments of Python packages that tests start programs from: made once, kept in the user's cache directory."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path


def hashed_environment(name: str, python: str, requirements: Path) -> Path:
    """Return the Python of an environment that holds a list of hashed requirements, on the CPython `python`."""
    key = hashlib.sha256(f"{python}\n{requirements.read_text()}".encode()).hexdigest()[:12]
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "strata", "tests")
    base.mkdir(parents=True, exist_ok=True)
    final = base / f"{name}-{key}"
    with (base / f"{final.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (final / "done").exists():
            shutil.rmtree(final, ignore_errors=True)
            subprocess.run([python, "-I", "-m", "venv", str(final)], check=True)
            install = ["install", "--quiet", "--no-deps", "--require-hashes", "-r", str(requirements)]
            pip = [str(final / "bin" / "python"), "-I", "-m", "pip", *install]
            done = subprocess.run(pip, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            assert done.returncode == 0, done.stdout
            (final / "done").touch()
    return final / "bin" / "python"
