"""The code that documents show: fenced blocks, with the language that each names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"# ([\w./-]+\.\w+|[\w./-]*BUILD)\n")


@dataclass(frozen=True)
class CodeBlock:
    """A block of a page; `number` counts those of the page from 1."""

    page: str
    number: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}, {self.language} block {self.number}"

    @property
    def file(self) -> str:
        """Return the name of the file that the first line says that this is; empty where it says nothing."""
        match = _NAME.match(self.text)
        return match[1] if match else ""


def code_blocks(pages: list[Path]) -> Iterator[CodeBlock]:
    """Yield the blocks of pages in their order."""
    for page in pages:
        for number, (language, text) in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8")), 1):
            yield CodeBlock(str(page), number, language, text)
