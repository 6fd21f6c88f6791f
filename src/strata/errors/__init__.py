"""What a user reads when something is wrong: what happened, what was found, how to fix it.

Every sentence that a user may read stands in this package, one module per noun, so that the tone is one and a test can
hold the whole message. The package imports nothing of the rest of the library.
"""

from __future__ import annotations

import json
from typing import Sequence


class StrataError(Exception):
    """A mistake or a condition that the user can do something about; anything else is a bug and may show a traceback.

    :param happened: one sentence: what went wrong, with the names the user knows.
    :param found: what was found instead, one item a line; may be empty.
    :param fix: what to do about it.
    """

    def __init__(self, happened: str, *, found: Sequence[str] = (), fix: str) -> None:
        self.happened = happened
        self.found = tuple(found)
        self.fix = fix
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [self.happened]
        if self.found:
            lines += ["Found:", *(f"  {line}" for line in self.found)]
        return "\n".join([*lines, f"Fix: {self.fix}"])

    def at(self, where: str) -> StrataError:
        """The same error with the address of the target it concerns in front: `src/app:image: …`."""
        return StrataError(f"{where}: {self.happened}", found=self.found, fix=self.fix)

    def to_json(self) -> str:
        """The form in which a sandboxed process hands the error to the rule that started it."""
        return json.dumps({"happened": self.happened, "found": self.found, "fix": self.fix})

    @classmethod
    def from_json(cls, text: str) -> StrataError:
        fields = json.loads(text)
        return cls(fields["happened"], found=fields["found"], fix=fields["fix"])
