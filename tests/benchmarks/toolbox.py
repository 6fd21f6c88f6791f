"""The programs that benchmarks need from the Python index: matplotlib, pex, pip and uv, installed by hash."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import run

_LIST = Path("3rdparty/tools/benchmarks.txt")


@dataclass(frozen=True)
class Toolbox:
    """:param cache: the directory that later runs of the command find again. :param python: has the tools."""

    cache: Path
    python: Path

    @property
    def uv(self) -> Path:
        """A static program."""
        return self.python.with_name("uv")

    @classmethod
    def install(cls) -> Toolbox:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        cache = base / "strata" / "benchmarks"
        cache.mkdir(parents=True, exist_ok=True)
        folder = cache / f"tools-{hashlib.sha256(_LIST.read_bytes()).hexdigest()[:12]}"
        python = folder / "bin" / "python"
        if not (folder / "complete").exists():
            run(os.path.realpath(sys.executable), "-I", "-m", "venv", "--clear", folder)
            run(python, "-I", "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", _LIST)
            (folder / "complete").touch()
        return cls(cache, python)
