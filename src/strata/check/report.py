"""This module writes what was found for people and for programs. docs/image-check.md describes both forms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Optional

from strata.check.finding import Finding
from strata.check.severity import Severity
from strata.layouts.finding import printable

SCHEMA = 1
"""The version of the JSON. Names may be added to it; it rises when one goes or means something else."""

_SUMMARY = 72


@dataclass(frozen=True)
class ImageReport:
    """What was found in an image.

    :param name: the address of the target, or the path of the layout.
    """

    name: str
    platform: str
    python: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def counted(self) -> list[Finding]:
        """Return the findings that are not ignored, the worst first."""
        counted = [each for each in self.findings if each.ignored is None]
        return sorted(counted, key=lambda each: (-each.severity, each.package, each.id))

    @property
    def ignored(self) -> list[Finding]:
        """Return the findings that are ignored."""
        return [each for each in self.findings if each.ignored is not None]


@dataclass(frozen=True)
class Report:
    """What was found in images.

    :param threshold: the severity from which on a finding lets the check fail; None where nothing does.
    :param notes: what was not looked for, and why.
    """

    images: tuple[ImageReport, ...]
    today: date
    threshold: Optional[Severity]
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Return whether a finding that is not ignored reaches the threshold."""
        return self.threshold is not None and any(
            each.severity.reaches(self.threshold) for image in self.images for each in image.counted
        )

    def to_json(self) -> str:
        """Return the report as JSON."""
        document = {
            "schema": SCHEMA,
            "date": self.today.isoformat(),
            "threshold": None if self.threshold is None else self.threshold.label,
            "failed": self.failed,
            "images": [
                {
                    "image": image.name,
                    "platform": image.platform,
                    "python": image.python or None,
                    "findings": [each.to_json() for each in (*image.counted, *image.ignored)],
                    "notes": list(image.notes),
                }
                for image in self.images
            ],
            "notes": list(self.notes),
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def to_text(self) -> str:
        """Return the report as text: for each image a table, and the steps that mend what can be mended."""
        parts = ["\n".join(_image(image)) for image in self.images]
        if self.notes:
            parts.append("\n".join(f"Note: {printable(note)}" for note in self.notes))
        return "\n\n".join(parts) + "\n"


def _image(image: ImageReport) -> list[str]:
    found, ignored = image.counted, image.ignored
    name = " ".join(part for part in (image.name, image.platform) if part)
    count = f"{len(found)} finding{'' if len(found) == 1 else 's'}" if found else "nothing needs attention"
    lines = [f"{printable(name)}: {count}{f', {len(ignored)} ignored' if ignored else ''}"]
    rows = [("SEVERITY", "PACKAGE", "FIXED IN", "FINDING"), *map(_row, found)] if found else []
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines += ["  ".join((*(cell.ljust(width) for cell, width in zip(row, widths)), row[3])).rstrip() for row in rows]
    lines += [f"Fix {', '.join(packages)}: {fix}" for fix, packages in _fixes(found).items()]
    lines += [
        f"Ignored {printable(each.id)} of {printable(each.package)}: {printable(each.ignored or '')}"
        for each in ignored
    ]
    return [*lines, *(f"Note: {printable(note)}" for note in image.notes)]


def _row(finding: Finding) -> tuple[str, str, str, str]:
    aliases = f" ({', '.join(finding.aliases)})" if finding.aliases else ""
    summary = finding.summary if len(finding.summary) <= _SUMMARY else f"{finding.summary[: _SUMMARY - 1]}…"
    note = f" [{finding.note}]" if finding.note else ""
    text = f"{finding.id}{aliases}{': ' if summary else ''}{summary}{note}"
    cells = (finding.severity.label, f"{finding.package} {finding.version}", finding.fixed or "-", text)
    return (printable(cells[0]), printable(cells[1]), printable(cells[2]), printable(cells[3]))


def _fixes(findings: Sequence[Finding]) -> dict[str, list[str]]:
    """Return each step → the packages that it mends."""
    fixes: dict[str, list[str]] = {}
    for finding in findings:
        if finding.fix:
            packages = fixes.setdefault(finding.fix, [])
            if printable(finding.package) not in packages:
                packages.append(printable(finding.package))
    return fixes


def without_unfixed(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without vulnerabilities that no version mends yet."""
    return [each for each in findings if each.fixed or not each.kind.value.startswith("vulnerable")]
