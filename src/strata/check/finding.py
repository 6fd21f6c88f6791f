"""This module is a finding: something in an image that needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Optional

from strata.check.severity import Severity


class Kind(Enum):
    """The kinds of findings."""

    WHEEL = "vulnerable-wheel"
    DEBIAN = "vulnerable-debian-package"
    UPDATE = "newer-debian-package"
    PYTHON = "python-end-of-life"


@dataclass(frozen=True)
class Finding:
    """Something that needs attention.

    :param id: what an ignore list names it by: `CVE-2025-1`, `PYSEC-2025-1`, `update`, `end-of-life`.
    :param aliases: the other ids of the same vulnerability, sorted.
    :param package: as the image has it: a wheel, a Debian package, `CPython`.
    :param fixed: the version that mends it; empty where there is none.
    :param fix: the command or the step that brings it; empty where that is not known.
    :param ignored: why an ignore list leaves it out; None for a finding that counts.
    :param note: what else a reader should know: of an entry of the ignore list that has expired.
    """

    kind: Kind
    id: str
    package: str
    version: str
    severity: Severity
    summary: str
    fixed: str = ""
    aliases: tuple[str, ...] = ()
    fix: str = ""
    ignored: Optional[str] = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return {
            "kind": self.kind.value,
            "id": self.id,
            "aliases": list(self.aliases),
            "package": self.package,
            "version": self.version,
            "severity": self.severity.label,
            "fixed": self.fixed or None,
            "summary": self.summary,
            "fix": self.fix or None,
            "ignored": self.ignored,
            "note": self.note or None,
        }
