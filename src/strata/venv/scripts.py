"""Scripts that a wheel has.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-data-directory
"""

from __future__ import annotations

from strata.venv.environment import IMAGE_PYTHON


def first_line(line: bytes) -> bytes:
    """What a script's first line becomes: the path of the image's Python for `#!python`, `#!pythonw` and whatever
    follows the word, as pip has it.
    """
    return f"#!{IMAGE_PYTHON}\n".encode() if line.startswith(b"#!python") else line
