"""This module has causes: single differences, each with a text for users and values for programs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Optional

# Characters of a value.
_SHOWN = 60


class Subject(Enum):
    """What differs. The values stand in JSON: they are added to, never changed."""

    PYTHON_PACKAGE = "python-package"
    DEBIAN_PACKAGE = "debian-package"
    INTERPRETER = "interpreter"
    FILE = "file"
    FORMAT = "format"
    COMPRESSION = "compression"
    DESCRIPTION = "description"  # something else that the layer's description says
    INPUT = "input"  # of the build: it need not have changed a byte
    CONFIG = "config"
    ANNOTATION = "annotation"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Cause:
    """`before` is None for what is new, `after` for what is gone.

    :param name: of the package, the path of the file in the image, the name of the setting.
    """

    subject: Subject
    name: str
    before: Optional[str]
    after: Optional[str]
    text: str

    def to_json(self) -> dict[str, Any]:
        """Return the cause as JSON values."""
        return {
            "subject": self.subject.value,
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "text": self.text,
        }


def version_change(subject: Subject, name: str, title: str, before: Optional[str], after: Optional[str]) -> Cause:
    """Return the cause `title 1 → 2`, `title 2 added`, `title 1 removed`."""
    return Cause(subject, name, before, after, f"{title} {_versions(before, after)}")


def setting_change(subject: Subject, name: str, before: Optional[str], after: Optional[str]) -> Cause:
    """Return the cause `name: 1 → 2`, `name: 2 added` or `name: 1 removed`.

    Of long values the text has what is around the difference.
    """
    pairs = enumerate(zip(before or "", after or ""))
    shared = next((index for index, (old, new) in pairs if old != new), 0)
    texts = [None if value is None else _short(value, shared) for value in (before, after)]
    return Cause(subject, name, before, after, f"{name}: {_versions(*texts)}")


def unknown(text: str) -> Cause:
    """Return the cause that says that no cause was found."""
    return Cause(Subject.UNKNOWN, "", None, None, text)


def _versions(before: Optional[str], after: Optional[str]) -> str:
    if before is None:
        return f"{after} added"
    return f"{before} removed" if after is None else f"{before} → {after}"


def _short(value: str, shared: int) -> str:
    """`shared` is how many characters the value begins with that the other one has too."""
    if len(value) <= _SHOWN:
        return value
    start = max(0, shared - _SHOWN // 3)
    return f"{'…' if start else ''}{value[start : start + _SHOWN]}{'…' if len(value) > start + _SHOWN else ''}"
