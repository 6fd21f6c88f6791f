"""This module writes what was measured as tables for the README and docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Row:
    """One thing measured, and what it is compared with.

    :param ours: in `unit`, which is "s" or "MB".
    :param peer: the same of the peer; without one `ours` itself is judged.
    :param limit: what the ratio, or `ours`, should not exceed; without one the row is for information.
    :param reason: why it is more than the limit.
    :param floor: what the fewest instructions would cost, in the same unit, measured.
    :param date: of the measurement, as YYYY-MM-DD. :param load: the machine's load average at its end, if known.
    :param runs: how many runs a time is the median of, if known.
    """

    what: str
    ours: float
    unit: str
    peer: Optional[float] = None
    limit: Optional[float] = None
    reason: str = ""
    floor: Optional[float] = None
    date: str = ""
    load: str = ""
    runs: Optional[int] = None

    @property
    def value(self) -> float:
        return self._compared(self.ours)

    @property
    def lowest(self) -> Optional[float]:
        """The value that the floor would have."""
        return None if self.floor is None else self._compared(self.floor)

    def _compared(self, own: float) -> float:
        return own if self.peer is None else own / self.peer

    @property
    def met(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def to_json(self) -> Any:
        return asdict(self)


def ratios(rows: Iterable[Row]) -> str:
    """Return the README's table: what was measured and when, without what we aim at."""
    lines = ["| ours / peer | ratio | measured |", "| --- | ---: | --- |"]
    lines += [f"| {row.what} | {_value(row)} | {row.date} |" for row in rows]
    return "\n".join(lines) + "\n"


def aims(rows: Iterable[Row]) -> str:
    """Return the table of docs/benchmarks.md: what was measured, beside what we aim at."""
    lines = ["| ours / peer | ratio | floor | aim | met | measured |", "| --- | ---: | ---: | ---: | --- | --- |"]
    for row in rows:
        aim = "" if row.limit is None else f"≤ {_number(row.limit)}{_unit(row)}"
        met = "" if row.limit is None else ("yes" if row.met else "no")
        floor = "" if row.lowest is None else f"{_number(row.lowest)}{_unit(row)}"
        lines.append(f"| {row.what} | {_value(row)} | {floor} | {aim} | {met} | {row.date} |")
    return "\n".join(lines) + "\n"


def details(rows: Iterable[Row]) -> str:
    """Return the table of absolute numbers, and the reasons where an aim was missed."""
    rows = list(rows)
    lines = [
        "| what | ours | floor | peer | runs | measured | load |",
        "| --- | ---: | ---: | ---: | ---: | --- | ---: |",
    ]
    for row in rows:
        peer, floor = ("" if each is None else _absolute(each, row.unit) for each in (row.peer, row.floor))
        told = (row.what, _absolute(row.ours, row.unit), floor, peer, row.runs or "", row.date, row.load)
        lines.append(f"| {' | '.join(map(str, told))} |")
    missed = [f"- **{row.what}**: {row.reason}" for row in rows if not row.met and row.reason]
    return "\n".join([*lines, *(["", "Where an aim is missed:", "", *missed] if missed else [])]) + "\n"


def replace_marked(text: str, name: str, new: str) -> str:
    """Return the text with `new` between `<!-- NAME -->` and `<!-- /NAME -->`. Raise ValueError without these."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, begun, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise ValueError(f"{begin} or {end} is missing")
    return f"{before}{begin}\n{new}{end}{after}"


def _value(row: Row) -> str:
    return f"{_number(row.value)}{_unit(row)}"


def _unit(row: Row) -> str:
    """Return the unit of a row that is no ratio."""
    return f" {row.unit}" if row.peer is None else ""


def _number(value: float) -> str:
    """Return two significant digits below one, and two decimals above: 0.0042, 0.25, 1.07, 149."""
    if value >= 100:
        return f"{value:.0f}"
    if value >= 0.1:
        return f"{value:.2f}"
    return f"{value:.2g}"


def _absolute(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"
