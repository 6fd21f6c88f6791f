"""The commands that documents show: the lines that begin with `$ ` in blocks marked as `console`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"\s{2,}#.*$")


@dataclass(frozen=True)
class Block:
    """The commands of one block, without comments, in their order: a reader types them one after another."""

    page: str
    commands: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {self.commands[0]}"


def blocks(pages: list[Path]) -> Iterator[Block]:
    """Yield the blocks of some pages. Raise AssertionError for a block that shows no command."""
    for page in pages:
        for text in _BLOCK.findall(page.read_text(encoding="utf-8")):
            lines = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
            assert lines, f"{page} has a console block without a command:\n{text}"
            yield Block(str(page), tuple(_COMMENT.sub("", line) for line in lines))
