"""This module reads the list of findings to ignore, and leaves them out until their day.

[[ignore]]
id = "CVE-2025-1"
package = "jinja2"
reason = "We render no templates of others."
until = 2026-12-31
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from strata.check import limits
from strata.check.files import read_file
from strata.check.finding import Finding
from strata.errors.checks import files as errors

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_KEYS = ("id", "package", "reason", "until")
_SHOWN = 5


@dataclass(frozen=True)
class Ignore:
    """An entry of the list.

    :param id: of a finding, or one of its aliases.
    :param package: that it is about; empty for any.
    :param until: the last day on which the entry holds.
    """

    id: str
    reason: str
    until: date
    package: str = ""

    def fits(self, finding: Finding) -> bool:
        """Return whether the entry is about a finding."""
        ids = {each.lower() for each in (finding.id, *finding.aliases)}
        return self.id.lower() in ids and self.package in ("", finding.package)

    def __str__(self) -> str:
        return f"{self.id} of {self.package}" if self.package else self.id


def read_ignores(path: Path) -> tuple[Ignore, ...]:
    """Return the entries of a file. Raise StrataError where it cannot be read, or has another form."""
    return parse_ignores(read_file(path, limits.IGNORES_BYTES), str(path))


def parse_ignores(content: bytes, name: str) -> tuple[Ignore, ...]:
    """Return the entries. Raise StrataError for content of another form."""
    try:
        document = tomllib.loads(content.decode())
    # Some dates and deep nestings end in errors of other kinds than the parser's own.
    except (ValueError, RecursionError) as error:
        raise errors.bad_ignores(name, [str(error) or "it is nested too deeply"]) from None
    problems = list(_problems(document))
    if problems:
        raise errors.bad_ignores(name, problems[:_SHOWN])
    return tuple(
        Ignore(entry["id"], entry["reason"], entry["until"], entry.get("package", "")) for entry in document["ignore"]
    )


def apply_ignores(
    findings: Iterable[Finding], ignores: Sequence[Ignore], today: date
) -> tuple[tuple[Finding, ...], frozenset[Ignore]]:
    """Return the findings with what the list says of them, and the entries that fit one.

    An entry that has expired leaves its finding in, with a note.
    """
    used: set[Ignore] = set()
    marked = []
    for finding in findings:
        fitting = [each for each in ignores if each.fits(finding)]
        used.update(fitting)
        valid = [each for each in fitting if today <= each.until]
        if valid:
            finding = replace(finding, ignored=f"{valid[0].reason} (until {valid[0].until})")
        elif fitting:
            finding = replace(finding, note=f"was ignored until {fitting[0].until}: {fitting[0].reason}")
        marked.append(finding)
    return tuple(marked), frozenset(used)


def _problems(document: Any) -> Iterator[str]:
    unknown = sorted(set(document) - {"ignore"})
    yield from (f"{name} is no table of the list" for name in unknown)
    entries = document.get("ignore")
    if not isinstance(entries, list):
        yield "there is no `[[ignore]]`"
        return
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            yield f"entry {number} is no table"
            continue
        for key in ("id", "reason"):
            value = entry.get(key)
            if not (isinstance(value, str) and value.strip()):
                yield f"entry {number} has no text `{key}`"
        if not isinstance(entry.get("package", ""), str):
            yield f"entry {number} has a `package` that is no text"
        until = entry.get("until")
        if not isinstance(until, date) or isinstance(until, datetime):
            yield f"entry {number} has no date `until`, as 2026-12-31"
        yield from (f"entry {number} has an unknown `{key}`" for key in sorted({*entry}.difference(_KEYS)))
