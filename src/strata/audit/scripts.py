"""This module finds installers in scripts: by what they import or run, and by their names among commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Optional

from strata.audit.evidence import SCRIPT, Evidence
from strata.audit.projects import (
    Project,
    project_of_command,
    project_of_entry_point,
    project_of_module,
    project_of_script,
)

# Of a script that does nothing but speak.
_SPEECH_LIMIT = 1 << 13
# ast.PyCF_ONLY_AST
_PARSE_ALONE = 0x400
# `import pip._internal.cli.main`; `import pip` alone may ask for no more than its version.
_PLAIN_IMPORT = re.compile(r"^[ \t]*import[ \t]+(\w+\.[\w.]+)", re.MULTILINE)
# `exec /usr/bin/python3 -I -m pip install`, in a script of a shell.
_RUN = re.compile(
    r"^[ \t]*(?:exec[ \t]+)?[^\s#]*python[\d.]*[\"']?[ \t]+(?:-\w+[ \t]+)*?-m[ \t]*([\w.]+)", re.MULTILINE
)
_IMPORT = re.compile(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\w+)", re.MULTILINE)
# The first bytes of a zip archive in base 85, at the beginning of a line.
_ENCODED_ZIP = re.compile(rb"^(?:b?[\"']{1,3})?P\)h>@", re.MULTILINE)

COMMAND_DIRECTORIES = ("bin", "sbin", "condabin", "Scripts")

APP = "app/"
"""Where an app's own files lie. There, what a file is called says nothing: `wheel` may be about cars."""


def evidence_of_link(path: str) -> Iterator[Evidence]:
    """Yield what the name of a link in a directory of commands shows."""
    directory, _, name = path.rpartition("/")
    project = project_of_command(name)
    if project and directory.rpartition("/")[2] in COMMAND_DIRECTORIES and not path.startswith(APP):
        yield Evidence(path, project.name, SCRIPT)


def evidence_of_script(path: str, text: str) -> Iterator[Evidence]:
    """Yield what the beginning of a script shows that can be run."""
    project = _project_of(text)
    if project:
        yield Evidence(path, project.name, SCRIPT)
    elif not _only_speaks(text):
        yield from evidence_of_link(path)


def evidence_of_encoded_archive(path: str, text: str, contents: bytes) -> Iterator[Evidence]:
    """Yield what a script shows that holds its project as text, as get-pip.py does, whether it can be run or not.

    :param text: the beginning of the script. :param contents: as much as may have the beginning of the archive.
    """
    project = _project_of(text)
    if project and _ENCODED_ZIP.search(contents):
        yield Evidence(path, project.name, SCRIPT)


def _project_of(text: str) -> Optional[Project]:
    """Return the project that a script imports or runs."""
    for module, function in _IMPORT.findall(text):
        project = project_of_entry_point(f"{module}:{function}")
        if project:
            return project
    for pattern, find in ((_PLAIN_IMPORT, project_of_module), (_RUN, project_of_script)):
        for module in pattern.findall(text):
            project = find(module)
            if project:
                return project
    return None


def _only_speaks(text: str) -> bool:
    """Return whether a script is nothing but `import sys` and `sys.exit("…")`, like the hint in the place of pip."""
    if len(text) > _SPEECH_LIMIT or "sys.exit" not in text:
        return False
    try:
        statements = compile(text, "script", "exec", _PARSE_ALONE, dont_inherit=True).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if len(statements) != 2:
        return False
    # Few layers have a script that comes as far, and dozens of processes start that write a layer.
    import ast

    if ast.dump(statements[0]) != ast.dump(ast.parse("import sys").body[0]):
        return False
    last = statements[1]
    return (
        isinstance(last, ast.Expr)
        and isinstance(last.value, ast.Call)
        and ast.unparse(last.value.func) == "sys.exit"
        and not last.value.keywords
        and len(last.value.args) == 1
        and isinstance(last.value.args[0], ast.Constant)
    )
