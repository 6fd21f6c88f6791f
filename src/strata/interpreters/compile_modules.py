"""This module is a script, which the interpreter runs whose bytecode is wanted.

    python -S -s -B compile_modules.py FOLDER FINAL all|valid

Or a process that imported nothing yet does this once for another one (`serve`).

The script compiles the modules that FOLDER/sources names (`Source`), as if they lay in the directory FINAL, into the
file FOLDER/bytecode; FOLDER/table says where in it (`Code`). `valid` leaves out modules that do not compile, as pip
does: projects ship templates, and modules for other versions of Python.

Each compilation has a process without a past, because bytecode can depend on it: on which strings are interned (CPython
issue 129724). The script imports nothing of the library, so that the bytes do not depend on the library, and little of
the standard library, whose imports would take longer than most wheels take to compile. Python does not check the
bytecode against its source (PEP 552): no file of an image or an artifact changes, and the bytes hold no file's time.
"""

from __future__ import annotations

import errno
import importlib.util
import marshal
import os
import sys
import warnings
import zlib

# PEP 552: the second word of a file of bytecode. A hash of the source follows, and is not checked.
_UNCHECKED_HASH = (1).to_bytes(4, "little")
# The oldest form, which each version of Python reads and writes alike.
_FORM = 0

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""The numbers of the errors for a full disk: the script ends with them as exit codes."""

Server = tuple[int, int]
"""The descriptors of two pipes: one to read from and one to write to."""

server: Server | None = None
"""The process that compiles for this one, once; None where there is none, or none any more (strata.start.program)."""

# The most bytes that a pipe of Linux takes and gives at once (PIPE_BUF), and as many as a path can have.
_MESSAGE = 4096
_KILLED = -9

Source = tuple[str, str, int, int, int, bool]
"""A module's path below FINAL; a file, and where in it the source lies: offset, bytes there, bytes of the source, and
whether they are a deflate stream."""

Code = tuple[str, int, int, int]
"""A module's path below FINAL, and where its bytecode lies: offset, size in bytes, CRC-32."""


def compile_modules(folder: str, final: str, *, skip_invalid: bool) -> None:
    """Write bytecode and table. Raise the error of `compile` for an invalid module, unless these are skipped."""
    table: list[Code] = []
    with open(f"{folder}/bytecode", "wb") as output:
        for source in _sources(folder):
            name = source[0]
            try:
                text = _read(source)
                code = marshal.dumps(compile(text, f"{final}/{name}", "exec", dont_inherit=True))
            except OSError:
                raise
            except Exception:  # Besides SyntaxError: ValueError, RecursionError, MemoryError, zlib.error …
                if skip_invalid:
                    continue
                raise
            header = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + importlib.util.source_hash(text)
            table.append((name, output.tell(), len(header) + len(code), zlib.crc32(code, zlib.crc32(header))))
            output.write(header)
            output.write(code)
    with open(f"{folder}/table", "wb") as output:
        marshal.dump(table, output, _FORM)


def write_sources(folder: str, sources: list[Source]) -> None:
    """Write what the script is to compile."""
    with open(f"{folder}/sources", "wb") as output:
        marshal.dump(sources, output, _FORM)


def read_table(folder: str) -> list[Code]:
    """Return what the script has compiled."""
    with open(f"{folder}/table", "rb") as file:
        table: list[Code] = marshal.load(file)
        return table


def _sources(folder: str) -> list[Source]:
    with open(f"{folder}/sources", "rb") as file:
        sources: list[Source] = marshal.load(file)
        return sources


def _read(source: Source) -> bytes:
    """Return the text of a module. Who writes a layer of it checks it; here it only must not be larger than stated."""
    _, path, offset, stored, size, deflated = source
    with open(path, "rb") as file:
        file.seek(offset)
        data = file.read(stored)
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size) if deflated and size else data[:size]


def main(arguments: list[str]) -> int:
    """Compile; return the exit code."""
    folder, final, which = arguments
    warnings.simplefilter("ignore")
    try:
        compile_modules(folder, final, skip_invalid=which == "valid")
    except OSError as error:
        # The step that started this says it in words.
        if error.errno not in NO_ROOM:
            raise
        return error.errno
    return 0


def ask(arguments: list[str], server: Server) -> int:
    """Have a server compile; return the exit code, or a negative number where somebody killed the server."""
    answers, questions = server
    try:
        os.write(questions, "\0".join(arguments).encode())
        # Nothing to read, or nobody to write to.
        return int(os.read(answers, _MESSAGE) or _KILLED)
    except BrokenPipeError:
        return _KILLED


def serve(server: Server) -> None:
    """Compile what is asked for, once. Return when that is done, or nobody can ask any more."""
    questions, answers = server
    question = os.read(questions, _MESSAGE)
    if not question:
        return
    code = 1
    try:
        code = main(question.decode().split("\0"))
    except BaseException:
        # Before the answer, since who waits for it ends with an error of its own.
        sys.excepthook(*sys.exc_info())
    os.write(answers, str(code).encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
