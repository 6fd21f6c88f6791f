"""This module gives a process the slice of the library that its verb needs: the verb's modules, without their prose.

An edit elsewhere in the library, or of a docstring or a comment, leaves the cache key of the process as it is. The
modules with the words of errors are not in the slice, either (strata.errors.unworded), and light modules stand in for
slow ones (strata.start).
"""

from __future__ import annotations

import ast
import io
import json
import pkgutil
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.library_slice import LibrarySlice, LibrarySliceRequest
from pants_strata.limit_options import LimitsSubsystem
from pants_strata.subsystem import StrataSubsystem
from strata.verbs import VERBS, protocol

_ERRORS = "strata.errors"
# Modules that the interpreter also runs as programs of their own.
_SCRIPTS = ("strata/interpreters/compile_modules.py",)
# Imports of slow modules, and those of their light forms (strata.start).
_SLOW = (
    (re.compile(r"^from (dataclasses|typing) import ", re.MULTILINE), r"from strata.start.\1 import "),
    (
        re.compile(r"^from email\.\w+ import (HeaderParser|Message)$", re.MULTILINE),
        r"from strata.start.email import \1",
    ),
)
_ERRORS_OF_SANDBOXES = (_ERRORS, f"{_ERRORS}.unworded")


@rule
async def library_slice(request: LibrarySliceRequest, strata: StrataSubsystem, limits: LimitsSubsystem) -> LibrarySlice:
    """Return the sources of a verb's slice, and the program that imports them (strata.start.program)."""
    sources = limits.applied({path: without_prose(source) for path, source in modules_of(request.verb).items()})
    scripts = {path: sources[path].encode() for path in _SCRIPTS if path in sources}
    program = without_prose(_source("strata.start.program")[1] or "")
    own = await engine.create(scripts)
    together = {"program.py": program.encode(), "sources.json": json.dumps(sources, sort_keys=True).encode()}
    digest = await engine.merge([own, await engine.create(together)])
    return LibrarySlice(digest, own, strata.remote_cache_head_start_millis)


get_library_slice = engine.asker(library_slice)


def modules_of(verb: str) -> dict[str, str]:
    """Return the sources of all modules that a verb imports from the library, by path: `strata/verbs.py`."""
    found: dict[str, str] = {}
    queue = ["strata.verbs", VERBS[verb], protocol(verb)]
    seen = set()
    while queue:
        module = queue.pop()
        if module in seen:
            continue
        seen.add(module)
        if module.startswith(f"{_ERRORS}.") and module not in _ERRORS_OF_SANDBOXES:
            continue
        path, source = _source(module)
        if source is None:
            continue
        # The package itself says its version alone, and a release must not change any key.
        found[path] = "" if module == "strata" else source
        queue += _module(source).imports
        # What `http.client` gets in the place of a slow module (strata.start.program).
        queue += ["strata.start.email"] if module == "strata.fetch.http" else []
        # Importing a.b.c imports a and a.b.
        queue += [module.rpartition(".")[0]] if "." in module else []
    return found


def without_prose(source: str) -> str:
    """Return a module without docstrings, comments and blank lines. The result does not depend on the Python in use."""
    return _module(source).without_prose


@dataclass(frozen=True)
class _Module:
    """What a slice needs of a module.

    :param imports: names that may be modules of the library.
    """

    imports: tuple[str, ...]
    without_prose: str


# Verbs share most of their modules, and the first process of a build waits for this.
@lru_cache(maxsize=1024)
def _module(source: str) -> _Module:
    tree = ast.parse(source)
    nodes = tuple(ast.walk(tree))
    lines = source.splitlines(keepends=True)
    kept = set(_lines_of_texts(nodes))
    for first, last in _docstrings(nodes):
        indent = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())]
        lines[first - 1 : last] = [f'{indent}""\n', *[""] * (last - first)]
    for line, column in _comments(source):
        if lines[line - 1]:
            lines[line - 1] = lines[line - 1][:column].rstrip() + "\n"
    text = "".join(line for number, line in enumerate(lines, 1) if line.strip() or (line and number in kept))
    return _Module(tuple(_imports(nodes)), text)


def _source(module: str) -> tuple[str, str | None]:
    relative = module.replace(".", "/")
    for path in (f"{relative}/__init__.py", f"{relative}.py"):
        try:
            data = pkgutil.get_data("strata", path[len("strata/") :])
        except OSError:
            continue
        assert data is not None
        source = data.decode()
        for slow, light in _SLOW:
            source = slow.sub(light, source)
        return path, source
    return relative, None


def _imports(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield names that may be modules of the library: `from package import name` may name one, or something in one."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "strata")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "strata":
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _docstrings(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last line of each string that is a statement: a docstring, or a text below a constant."""
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            assert node.end_lineno is not None
            yield node.lineno, node.end_lineno


def _lines_of_texts(nodes: Iterable[ast.AST]) -> Iterator[int]:
    """Yield the numbers of the lines of strings that span several lines: an empty line in a string must stay."""
    for node in nodes:
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno is not None:
            yield from range(node.lineno, node.end_lineno + 1) if node.end_lineno > node.lineno else ()


def _comments(source: str) -> Iterator[tuple[int, int]]:
    """Yield the line of each comment, and the column where it begins."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
