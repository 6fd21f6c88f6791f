"""This module gives a process the slice of the library that its verb needs: the verb's modules, without their prose.

An edit elsewhere in the library, or of a docstring or a comment, leaves the cache key of the process as it is. The
modules with the words of errors are not in the slice, either (strata.errors.unworded), and light modules stand in for
slow ones (strata.start).
"""

from __future__ import annotations

import ast
import json
import pkgutil
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

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
# A string or a comment. A backslash takes the next character along in raw strings, too.
# https://docs.python.org/3/reference/lexical_analysis.html
_TEXT = re.compile(
    r'''"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'''
    r"""'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|"""
    r"#[^\n]*",
    re.DOTALL,
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
    for slow, light in _SLOW:
        source = slow.sub(light, source)
    statements = tuple(_statements(ast.parse(source)))
    lines = source.splitlines(keepends=True)
    for first, last in _docstrings(statements):
        indent = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())]
        lines[first - 1 : last] = [f'{indent}""\n', *[""] * (last - first)]
    kept, comments = _texts(source)
    for line, column in comments:
        if lines[line]:
            lines[line] = lines[line][:column].rstrip() + "\n"
    text = "".join(line for number, line in enumerate(lines) if line.strip() or (line and number in kept))
    return _Module(tuple(_imports(statements)), text)


def _source(module: str) -> tuple[str, str | None]:
    relative = module.replace(".", "/")
    for path in (f"{relative}/__init__.py", f"{relative}.py"):
        try:
            data = pkgutil.get_data("strata", path[len("strata/") :])
        except OSError:
            continue
        assert data is not None
        return path, data.decode()
    return relative, None


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield all statements, those in others included, and no expressions, of which there are ten times as many."""
    queue: list[ast.AST] = [tree]
    while queue:
        node = queue.pop()
        yield node
        for block in ("body", "orelse", "handlers", "finalbody"):
            queue += getattr(node, block, ())


def _imports(statements: Iterable[ast.AST]) -> Iterator[str]:
    """Yield names that may be modules of the library: `from package import name` may name one, or something in one."""
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "strata")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "strata":
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _docstrings(statements: Iterable[ast.AST]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last line of each string that is a statement: a docstring, or a text below a constant."""
    for node in statements:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            assert node.end_lineno is not None
            yield node.lineno, node.end_lineno


def _texts(source: str) -> tuple[set[int], list[tuple[int, int]]]:
    """Return the lines of strings that span several, whose empty lines must stay, and where comments begin.

    Lines and columns count from 0. The module tokenize, which tells the same, takes ten times as long.
    """
    starts = [0, *accumulate(len(line) for line in source.splitlines(keepends=True))]
    kept: set[int] = set()
    comments = []
    for match in _TEXT.finditer(source):
        first = bisect_right(starts, match.start()) - 1
        if match[0].startswith("#"):
            comments.append((first, match.start() - starts[first]))
        elif "\n" in match[0]:
            kept.update(range(first, bisect_right(starts, match.end() - 1)))
    return kept, comments


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
