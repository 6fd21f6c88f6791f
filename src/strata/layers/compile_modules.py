"""A script, run by the very interpreter whose bytecode is wanted:

    python -I compile_modules.py SOURCES FINAL OUTPUT.zip

compiles all modules below the directory SOURCES, as if they lay in FINAL, into one archive of `….pyc` members.
It is a process of its own because bytecode can depend on what a process did before (CPython issue 129724), and
imports nothing of the library, so that the bytes do not depend on it. Bytecode is not checked against its source
(PEP 552): nothing in an image or an artifact changes, and no time of a file gets into the bytes.
"""

from __future__ import annotations

import py_compile
import sys
import zipfile
from pathlib import Path


def compile_modules(sources: Path, final: str, output: Path) -> None:
    compiled = output.with_suffix(".pyc")
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(path.relative_to(sources).as_posix() for path in sources.rglob("*.py")):
            py_compile.compile(
                str(sources / name),
                cfile=str(compiled),
                dfile=f"{final}/{name}",
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
            # A ZipInfo of its own has the earliest time that an archive can hold, and no mode of a file.
            archive.writestr(zipfile.ZipInfo(f"{name}c"), compiled.read_bytes())
    compiled.unlink()


if __name__ == "__main__":
    compile_modules(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
