"""This module is a script, which the interpreter runs whose bytecode is wanted.

    python -I -W ignore compile_modules.py SOURCES FINAL OUTPUT.zip all|valid

It compiles all modules below the directory SOURCES, as if they lay in FINAL, into one archive with a `.pyc` member for
each. `valid` leaves out modules that do not compile, as pip does: projects ship templates, and modules for other
versions of Python.

The script has a process of its own because bytecode can depend on the process's past (CPython issue 129724). It imports
nothing of the library, so that the bytes do not depend on the library. Python does not check the bytecode against its
source (PEP 552): no file of an image or an artifact changes, and the bytes hold no file's time.
"""

from __future__ import annotations

import errno
import importlib.util
import marshal
import sys
import zipfile
from pathlib import Path

# PEP 552: the second word of a file of bytecode. A hash of the source follows, and is not checked.
_UNCHECKED_HASH = (1).to_bytes(4, "little")

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""The numbers of the errors for a full disk: the script ends with them as exit codes."""


def compile_modules(sources: Path, final: str, output: Path, *, skip_invalid: bool) -> None:
    """Write the archive. Raise the error of `compile` for an invalid module, unless these are skipped."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(path.relative_to(sources).as_posix() for path in sources.rglob("*.py")):
            source = (sources / name).read_bytes()
            try:
                code = marshal.dumps(compile(source, f"{final}/{name}", "exec", dont_inherit=True))
            except Exception:  # Besides SyntaxError: ValueError, RecursionError, MemoryError …
                if skip_invalid:
                    continue
                raise
            header = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + importlib.util.source_hash(source)
            # A ZipInfo of its own has the earliest time that an archive can hold, and no mode of a file.
            archive.writestr(zipfile.ZipInfo(f"{name}c"), header + code)


if __name__ == "__main__":
    try:
        compile_modules(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), skip_invalid=sys.argv[4] == "valid")
    except OSError as error:
        # The step that started this says it in words.
        if error.errno not in NO_ROOM:
            raise
        sys.exit(error.errno)
