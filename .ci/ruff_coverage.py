"""This module fails where ruff skips a committed Python file: `.ci/tool python .ci/ruff_coverage.py`.

ruff leaves out folders with names such as `venv`, `build` and `dist` unless it is told otherwise, and says nothing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def lines(*command: str) -> set[str]:
    """Return what a command prints at the root of the repository, by line. Its failure is ours."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return set(done.stdout.splitlines())


def is_python(name: str) -> bool:
    """Return whether a committed file is Python, by its name or by its first line."""
    path = ROOT / name
    if path.is_symlink() or not path.is_file():
        return False
    if path.suffix:
        return path.suffix in (".py", ".pyi")
    with path.open("rb") as file:
        first = file.readline(200)
    return first.startswith(b"#!") and b"python" in first


def main() -> int:
    """Print each file that ruff skips; return 1 where there is one, or where no file was seen at all."""
    committed = {name for name in lines("git", "ls-files") if is_python(name)}
    shown = lines(str(Path(sys.executable).with_name("ruff")), "check", "--show-files", ".")
    checked = {str(Path(name).relative_to(ROOT)) for name in shown}
    skipped = sorted(committed - checked)
    for name in skipped:
        print(f"ruff skips {name}: take it out of ruff's excludes in pyproject.toml, or include it there")
    print(f"ruff checks {len(committed) - len(skipped)} of {len(committed)} committed Python files")
    return 1 if skipped or not committed else 0


if __name__ == "__main__":
    sys.exit(main())
