"""The words that the page on errors quotes are those of messages."""

from __future__ import annotations

import ast
import errno
import importlib
import inspect
import os
import re
import tempfile
from pathlib import Path

import pytest

from strata.interpreters.installer_hint import hint_text

PAGE = Path("docs/troubleshooting.md").read_text(encoding="utf-8")
# What the kernel and CPython say to a program in an image.
FOREIGN = (
    os.strerror(errno.EROFS),
    os.strerror(errno.EACCES),
    inspect.getsource(tempfile),
    inspect.getsource(importlib.import_module("importlib._bootstrap")),
)


def quoted() -> list[str]:
    lines = re.findall(r"^(\*\*.+?):", PAGE, re.MULTILINE)
    return [piece.strip() for line in lines for text in re.findall(r"\*\*(.+?)\*\*", line) for piece in text.split("…")]


def words() -> str:
    """Return the texts of all errors, with a mark where a name comes in."""
    found = [*FOREIGN, hint_text(ensurepip=True), hint_text(ensurepip=False)]
    for file in Path("src/strata/errors").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append(
                    "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


WORDS = words()


@pytest.mark.parametrize("piece", [piece for piece in quoted() if piece])
def test_a_message_says_so(piece: str) -> None:
    assert piece in WORDS


def test_pieces_are_seen() -> None:
    assert len(quoted()) > 25


def test_each_paragraph_begins_with_a_message() -> None:
    paragraphs = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL).split("\n\n")
    others = [each for each in paragraphs if each.strip() and not each.lstrip().startswith(("**", "#"))]
    assert [each.split(":")[0].partition(".")[0] for each in others] == [
        "Every error says what happened, what was found, and how to fix it",
        "The second command shows what the app has; `/tmp/debug/bin/python -m pip install NAME` installs beside it",
    ]
