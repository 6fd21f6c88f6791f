"""What a user reads when something is wrong: what happened, what was found, how to fix it.

Every sentence that a user may read stands in this package, one module per noun, so that the tone is one and a test can
hold the whole message. The package imports nothing of the rest of the library.
"""

from __future__ import annotations

import json
from collections.abc import Sequence


class StrataError(Exception):
    """A mistake or a condition that the user can do something about; anything else is a bug and may show a traceback.

    :param happened: one sentence: what went wrong, with the names the user knows.
    :param found: what was found instead, one item a line; may be empty.
    :param fix: what to do about it.
    """

    exit_code = 2
    """The status with which a process of the library ends, so that a rule can tell kinds apart."""

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
        """The same error with the address of the target it concerns in front: `src/app:image: …`.

        A process does not know addresses (they would enter its cache key); its fix may say `{address}` instead.
        """
        return type(self)(f"{where}: {self.happened}", found=self.found, fix=self.fix.replace("{address}", where))

    def to_json(self) -> str:
        """The form in which a sandboxed process hands the error to the rule that started it."""
        return json.dumps({"happened": self.happened, "found": self.found, "fix": self.fix})

    @staticmethod
    def from_json(text: str, exit_code: int) -> StrataError:
        """The error of a process that ended with that status. Raises ValueError, KeyError for text that is none."""
        fields = json.loads(text)
        kind = next((known for known in StrataError.__subclasses__() if known.exit_code == exit_code), StrataError)
        return kind(fields["happened"], found=fields["found"], fix=fields["fix"])
