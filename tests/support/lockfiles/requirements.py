"""Locked requirements of this repository's examples, for the small projects of tests."""

from __future__ import annotations

from pathlib import Path


def locked_lines(*names: str) -> str:
    """Return those of this repository's lock, with the hashes of the wheels for each version of CPython."""
    entries = Path("3rdparty/python/requirements.lock").read_text().split("\n")
    starts = [number for number, line in enumerate(entries) if "==" in line and not line.startswith((" ", "#"))]
    chosen = []
    for start, end in zip(starts, [*starts[1:], len(entries)]):
        if entries[start].partition("==")[0] in names:
            chosen += [line for line in entries[start:end] if not line.lstrip().startswith("#")]
    return "\n".join(chosen) + "\n"
