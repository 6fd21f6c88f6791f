"""This module finds what first-party code imports from elsewhere, so that an image without it is not built.

Modules of the standard library, of the code itself and relative imports are left out, and so are imports that the code
can do without: guarded by an `except` for ImportError, or for type checkers alone. As for Pants' own inference, a
comment `# pants: no-infer-dep` on the line leaves an import out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from strata.interpreters.module_names import standard_library_names
from strata.protocol.app_layer import Import

STANDARD_LIBRARY = standard_library_names()

_IGNORED = "# pants: no-infer-dep"
_GUARDS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.ExceptHandler)


def foreign_imports(root: Path, files: Iterable[Path]) -> tuple[Import, ...]:
    """Return the imports of the Python files among `files`, each module once, sorted.

    A file that no Python can compile is passed over: it may be a template.

    :param root: the directory of the files, with source roots stripped.
    """
    found: dict[str, Import] = {}
    for path in files:
        for module, line, certain in _imports(path) if path.suffix == ".py" else ():
            if module.partition(".")[0] in STANDARD_LIBRARY or _is_first_party(root, module):
                continue
            known = found.get(module)
            if known is None or certain > known.certain:
                found[module] = Import(module, path.relative_to(root).as_posix(), line, certain)
    return tuple(found[module] for module in sorted(found))


def _imports(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Yield module, line and whether the import is certain."""
    source = path.read_bytes()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = source.decode("utf-8", "replace").splitlines()
    # A stack of its own: the depth of a program is not limited by that of this one.
    pending: list[tuple[ast.AST, bool]] = [(tree, True)]
    while pending:
        node, certain = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            written = lines[node.lineno - 1 : node.end_lineno]
            if not any(_IGNORED in line for line in written):
                yield from ((module, node.lineno, certain) for module in _named(node))
            continue
        inside = certain and not isinstance(node, (*_FUNCTIONS, *_BLOCKS))
        pending += [(child, inside) for child in reversed(list(_children(node)))]


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a node that matter: not the body of a `try` that goes on without what it imports."""
    if isinstance(node, ast.If) and _is_for_type_checkers(node.test):
        yield from node.orelse
    elif isinstance(node, ast.Try) and any(_guards(handler.type) for handler in node.handlers):
        yield from (*node.handlers, *node.orelse, *node.finalbody)
    else:
        yield from ast.iter_child_nodes(node)


def _named(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif node.level == 0 and node.module:
        yield from (node.module if alias.name == "*" else f"{node.module}.{alias.name}" for alias in node.names)


def _is_for_type_checkers(test: ast.AST) -> bool:
    return getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"


def _guards(caught: ast.AST | None) -> bool:
    """Return whether an `except` with this type catches a failed import."""
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(_guards(item) for item in caught.elts)
    return getattr(caught, "id", getattr(caught, "attr", "")) in _GUARDS


def _is_first_party(root: Path, module: str) -> bool:
    parts = module.split(".")
    top = root / parts[0]
    if top.with_name(f"{top.name}.py").is_file() or (top / "__init__.py").is_file():
        return True
    # A namespace (PEP 420) may be shared with wheels: the module itself, or the one that holds the name, must be there.
    return any(
        place.is_dir() or place.with_name(f"{place.name}.py").is_file()
        for length in {len(parts), max(len(parts) - 1, 2)}
        for place in [root.joinpath(*parts[:length])]
    )
