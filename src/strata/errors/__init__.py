"""This package words what a user reads when something is wrong: what happened, what was found, how to fix it.

There is a module for each noun, whose docstring says which step raises its errors, so that the tone is one and tests
can compare whole messages. No sentence is in the cache key of a process: in a sandbox, `strata.errors.unworded` stands
in for the modules with sentences, and the rule that started the process puts the error into words. The package imports
nothing of the rest of the library.
"""

from __future__ import annotations

from collections.abc import Sequence


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
        """Return the same error with the address of the target it concerns in front: `src/app:image: …`.

        A process does not know addresses (they would enter its cache key); its fix may say `{address}` instead.
        """
        return type(self)(f"{where}: {self.happened}", found=self.found, fix=self.fix.replace("{address}", where))
