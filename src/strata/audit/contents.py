"""This module finds installers in the contents of single files: commands, programs, and archives that hold packages.

Of most files the first bytes are enough: they are neither a script, nor a program, nor an archive.
"""

from __future__ import annotations

import ast
import re
import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from strata.audit.evidence import ARCHIVE, SCRIPT, WHEEL, Evidence, evidence_of_paths
from strata.audit.projects import project_of_entry_point, project_of_module, project_of_script

_SCRIPT_START = b"#!"
_ZIP_START = b"PK"
_ELF_START = b"\x7fELF"
START = 4
"""So many first bytes tell what a file is."""

# Entry points are imported in the first lines: get-pip.py, the longest, has them in its first 5 kB.
_SCRIPT_LIMIT = 1 << 16
# Of a script that does nothing but speak.
_SPEECH_LIMIT = 1 << 13
# `import pip._internal.cli.main`; `import pip` alone may ask for no more than its version.
_PLAIN_IMPORT = re.compile(r"^[ \t]*import[ \t]+(\w+\.[\w.]+)", re.MULTILINE)
# `exec /usr/bin/python3 -I -m pip install`, in a script of a shell.
_RUN = re.compile(
    r"^[ \t]*(?:exec[ \t]+)?[^\s#]*python[\d.]*[\"']?[ \t]+(?:-\w+[ \t]+)*?-m[ \t]*([\w.]+)", re.MULTILINE
)
_IMPORT = re.compile(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\w+)", re.MULTILINE)

COMMAND_DIRECTORIES = ("bin", "sbin", "condabin", "Scripts")

APP = "app/"
"""Where an app's own files lie. There, what a file is called says nothing: `wheel` may be about cars."""


def is_read(start: bytes) -> bool:
    """Return whether the contents of a file that begins like this can show anything beyond the start itself.

    Zip archives can be run with a line in front of them. (With a program in front of them as well: such a file is known
    by the program's name.)
    """
    return start.startswith((_SCRIPT_START, _ZIP_START))


def evidence_of_link(path: str) -> Iterator[Evidence]:
    """Yield what the name of a link in a directory of commands shows."""
    directory, _, name = path.rpartition("/")
    project = project_of_script(name)
    if project and directory.rpartition("/")[2] in COMMAND_DIRECTORIES and not path.startswith(APP):
        yield Evidence(path, project.name, SCRIPT)


def evidence_of_file(path: str, executable: bool, contents: BinaryIO) -> Iterator[Evidence]:
    """Yield what the contents of a file show.

    :param contents: can be sought in; unless `is_read`, the first START bytes are enough.
    """
    start = contents.read(START)
    if executable and start.startswith(_ELF_START):
        project = project_of_script(path.rpartition("/")[2])
        if project:
            yield Evidence(path, project.name, SCRIPT)
    elif is_read(start):
        if _is_archive(contents):
            yield from _evidence_of_archive(path, contents)
        elif executable:
            contents.seek(0)
            yield from _evidence_of_script(path, contents.read(_SCRIPT_LIMIT).decode("utf-8", "replace"))


def _is_archive(contents: BinaryIO) -> bool:
    try:
        return zipfile.is_zipfile(contents)
    except ValueError:
        return False  # CPython 3.14 seeks to where a damaged archive says its directory is


def _evidence_of_archive(path: str, contents: BinaryIO) -> Iterator[Evidence]:
    try:
        with zipfile.ZipFile(contents) as archive:
            names = {name for name in archive.namelist() if not name.endswith("/")}
    except (zipfile.BadZipFile, struct.error, OSError, ValueError, IndexError, RuntimeError):
        return  # looks like an archive, and Python cannot import from it
    # What has the name of a wheel is told by the name; it may hold more than it says.
    named = {each.project for each in evidence_of_paths([path]) if each.kind == WHEEL}
    versions: dict[str, str] = {}
    for each in evidence_of_paths(names):
        versions[each.project] = versions.get(each.project) or each.version
    for project, version in sorted(versions.items()):
        if project not in named:
            yield Evidence(path, project, ARCHIVE, version)


def _evidence_of_script(path: str, text: str) -> Iterator[Evidence]:
    for module, function in _IMPORT.findall(text):
        project = project_of_entry_point(f"{module}:{function}")
        if project:
            yield Evidence(path, project.name, SCRIPT)
            return
    for module in _PLAIN_IMPORT.findall(text):
        project = project_of_module(module)
        if project:
            yield Evidence(path, project.name, SCRIPT)
            return
    for module in _RUN.findall(text):
        project = project_of_script(module)
        if project:
            yield Evidence(path, project.name, SCRIPT)
            return
    if not _only_speaks(text):
        yield from evidence_of_link(path)


def _only_speaks(text: str) -> bool:
    """Return whether a script is nothing but `import sys` and `sys.exit("…")`, like the hint in the place of pip."""
    if len(text) > _SPEECH_LIMIT:
        return False
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if len(statements) != 2 or ast.dump(statements[0]) != ast.dump(ast.parse("import sys").body[0]):
        return False
    last = statements[1]
    return (
        isinstance(last, ast.Expr)
        and isinstance(last.value, ast.Call)
        and ast.dump(last.value.func) == _SYS_EXIT
        and not last.value.keywords
        and len(last.value.args) == 1
        and isinstance(last.value.args[0], ast.Constant)
    )


_SYS_EXIT = ast.dump(ast.parse("sys.exit", mode="eval").body)
