from __future__ import annotations

import ast
import io
import os
import pkgutil
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from pants_strata.library_slice import modules_of, without_prose
from strata.verbs import VERBS

GOLDEN = Path(__file__).with_name("library_slices.txt")
# An edit of what writes layers must not make a machine fetch everything again.
FETCHING = sorted(verb for verb, module in VERBS.items() if module.startswith("strata.fetch."))


def listing() -> str:
    """Return the modules of each verb, a module a line."""
    lines = []
    for verb in sorted(VERBS):
        lines += [verb, *(f"  {path}" for path in sorted(modules_of(verb)))]
    return "\n".join(lines) + "\n"


def sliced(verb: str) -> dict[str, str]:
    return {path: without_prose(source) for path, source in modules_of(verb).items()}


def test_modules_of_each_verb() -> None:
    """`STRATA_WRITE_GOLDENS=1 pytest library_slice_test.py` writes the list anew, to be read before it is committed."""
    if os.environ.get("STRATA_WRITE_GOLDENS"):
        GOLDEN.write_text(listing())
    assert listing() == GOLDEN.read_text()


@pytest.mark.parametrize("verb", FETCHING)
def test_fetching_has_nothing_of_layers_and_images(verb: str) -> None:
    assert [
        path
        for path in modules_of(verb)
        if path.startswith(("strata/layers/", "strata/oci/", "strata/interpreters/", "strata/installers/"))
        or path == "strata/wheels/image_venv.py"
    ] == []


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_no_slice_has_the_words_of_errors(verb: str) -> None:
    errors = {path for path in modules_of(verb) if path.startswith("strata/errors/")}
    assert errors <= {"strata/errors/__init__.py", "strata/errors/unworded.py"}


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_other_words_leave_a_slice_as_it_is(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sliced(verb)
    original = pkgutil.get_data

    def edited(package: str, resource: str) -> bytes | None:
        data = original(package, resource)
        if data is None:
            return None
        text = data.decode()
        if resource.startswith("errors/") and resource not in ("errors/__init__.py", "errors/unworded.py"):
            text = text.replace("The ", "Mind: the ")
        text = text.replace('    """Return ', '    """Give back ')
        return f"# A new comment.\n{text}".encode()

    monkeypatch.setattr(pkgutil, "get_data", edited)
    assert sliced(verb) == before


def test_another_instruction_changes_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sliced("fetch-debian")
    original = pkgutil.get_data

    def edited(package: str, resource: str) -> bytes | None:
        data = original(package, resource)
        return data + b"X = 1\n" if data is not None and resource == "fetch/http.py" else data

    monkeypatch.setattr(pkgutil, "get_data", edited)
    after = sliced("fetch-debian")
    assert {path for path in after if after[path] != before[path]} == {"strata/fetch/http.py"}


def test_a_release_changes_no_slice() -> None:
    assert all(modules_of(verb)["strata/__init__.py"] == "" for verb in VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_light_modules_stand_in_for_slow_ones(verb: str) -> None:
    sources = sliced(verb)
    imports = {
        line
        for source in [*sources.values(), without_prose(Path("src/strata/start/program.py").read_text())]
        for line in source.splitlines()
        if line.split(" ")[:2]
        in (["from", "dataclasses"], ["import", "dataclasses"], ["from", "typing"], ["import", "typing"])
    }
    assert imports == set()
    assert {"strata/start/dataclasses.py", "strata/start/typing.py"} <= set(sources)


AWKWARD = '''\
"""A docstring with # and 'quotes'."""

A = "# not a comment"  # a comment with "quotes"
B = '\\\\' # after a backslash
C = r"\\"#"  # a raw string keeps its backslash, and goes on
D = """over ""several"" lines \\"""

# not a comment, and the empty line stays
"""  # a comment
E = f"{A}#{'#'}"  # of a formatted string

    # a comment alone
F = (
    "joined"  # a comment between

    'strings # of two'
)


def function(value="#"):  # comment
    """Docstring
    # over lines
    """
    if value:
        """A text # below."""
    try:
        pass
    except OSError:  # comment
        \'\'\'Another.\'\'\'
    else:
        b"# bytes"
    finally:
        return "\\
# continued"  # comment
'''
PLAIN = '''\
""
A = "# not a comment"
B = '\\\\'
C = r"\\"#"
D = """over ""several"" lines \\"""

# not a comment, and the empty line stays
"""
E = f"{A}#{'#'}"
F = (
    "joined"
    'strings # of two'
)
def function(value="#"):
    ""
    if value:
        ""
    try:
        pass
    except OSError:
        ""
    else:
        b"# bytes"
    finally:
        return "\\
# continued"
'''


def test_prose_goes_and_strings_stay() -> None:
    assert without_prose(AWKWARD) == PLAIN


def written(source: str) -> list[str]:
    """Return the tokens of a module, without comments, line ends and texts that are statements."""
    prose = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
    texts = {
        (node.lineno, node.col_offset)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    return [each.string for each in tokens(source) if each.type not in prose and each.start not in texts]


def tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(source).readline)


def test_every_other_token_of_the_library_stays() -> None:
    changed = []
    for path in sorted(Path("src/strata").rglob("*.py")):
        # The lines that import slow modules, and their light forms.
        source = re.sub(r"^from (dataclasses|typing|email\.\w+) import .*", "", path.read_text(), flags=re.MULTILINE)
        plain = without_prose(source)
        comments = [token for token in tokens(plain) if token.type == tokenize.COMMENT]
        if comments or written(plain) != written(source):
            changed.append(path)
    assert changed == []
