"""The words that the page on errors quotes are those of messages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PAGE = Path("docs/troubleshooting.md").read_text(encoding="utf-8")
OURS = ("While locks are read", "While files are fetched", "While an image is built")


def quoted() -> list[str]:
    parts = dict(part.partition("\n")[::2] for part in PAGE.split("\n## ")[1:])
    lines = [match for title in OURS for match in re.findall(r"^(\*\*.+?):", parts[title], re.MULTILINE)]
    return [piece.strip() for line in lines for text in re.findall(r"\*\*(.+?)\*\*", line) for piece in text.split("…")]


def words() -> str:
    """Return the texts of all errors, with a mark where a name comes in."""
    found = []
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
    assert len(quoted()) > 10
