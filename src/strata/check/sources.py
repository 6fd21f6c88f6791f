"""This module reads the files that a check is given, and puts its report together, for the goal and the command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Optional

from strata.check.arguments import DEFAULT_DAYS, DEFAULT_THRESHOLD
from strata.check.checks import Fixes, Known, find, unreadable_versions
from strata.check.files import check_object, read_export
from strata.check.finding import Finding
from strata.check.ignores import Ignore, apply_ignores, read_ignores
from strata.check.inventory import Inventory
from strata.check.osv import check_record, read_advisories
from strata.check.report import ImageReport, Report, without_unfixed
from strata.check.severity import Severity
from strata.check.tracker import read_tracker


@dataclass(frozen=True)
class Sources:
    """What a user gave: files, and what counts.

    :param osv: exports of OSV: folders, zip archives, JSON files.
    :param tracker: the JSON of Debian's security tracker.
    :param ignores: the list of what to ignore.
    :param threshold: one of strata.check.arguments.THRESHOLDS.
    :param days: before its end of life from which on a version of CPython is a finding.
    :param only_fixed: leaves out vulnerabilities that no version mends yet.
    """

    osv: tuple[Path, ...] = ()
    tracker: Optional[Path] = None
    ignores: Optional[Path] = None
    threshold: str = DEFAULT_THRESHOLD
    days: int = DEFAULT_DAYS
    only_fixed: bool = False


@dataclass(frozen=True)
class Checked:
    """An image to check.

    :param more: findings that the inventory does not show: newer packages.
    """

    name: str
    inventory: Inventory
    fixes: Fixes
    more: tuple[Finding, ...] = ()


def check_sources(sources: Sources) -> None:
    """Raise StrataError for files that cannot be read or are something else, before time is spent on images.

    Of large files the beginning is looked at: a mistake behind it is found when they are read.
    """
    if sources.ignores:
        read_ignores(sources.ignores)
    for path in sources.osv:
        name, value = next(read_export(path))
        check_record(value, name)
    if sources.tracker:
        check_object(sources.tracker)


def report_on(images: Sequence[Checked], sources: Sources, today: date, notes: Iterable[str] = ()) -> Report:
    """Return the report about images. Raise StrataError for files that cannot be read.

    :param notes: what was not looked for, and why.
    """
    ignores = read_ignores(sources.ignores) if sources.ignores else ()
    projects = {name for image in images for name, _ in image.inventory.wheels}
    packages = {package.source for image in images for package in image.inventory.debian}
    known = Known(
        today,
        read_advisories(sources.osv, projects),
        read_tracker(sources.tracker, packages) if sources.tracker else None,
        sources.days,
    )
    used: set[Ignore] = set()
    reports = []
    for image in images:
        report, fitting = _checked(image, known, ignores, sources)
        used |= fitting
        reports.append(report)
    unused = [f"the list of what to ignore names {each}, which nothing has" for each in ignores if each not in used]
    threshold = None if sources.threshold == "never" else Severity.named(sources.threshold)
    return Report(tuple(reports), today, threshold, (*notes, *_unasked(sources), *unused))


def _checked(
    image: Checked, known: Known, ignores: Sequence[Ignore], sources: Sources
) -> tuple[ImageReport, frozenset[Ignore]]:
    inventory = image.inventory
    found = [*find(inventory, known, image.fixes), *image.more]
    marked, used = apply_ignores(found, ignores, known.today)
    marked = tuple(without_unfixed(marked)) if sources.only_fixed else marked
    notes = [*inventory.notes, *unreadable_versions(inventory, known)]
    if known.tracker is not None and inventory.debian and not inventory.release:
        notes.append("the image does not say which release of Debian it is, so the tracker was not asked")
    report = ImageReport(image.name, inventory.platform, inventory.python, marked, tuple(dict.fromkeys(notes)))
    return report, used


def _unasked(sources: Sources) -> list[str]:
    notes = [] if sources.osv else ["no OSV export was given, so no vulnerable wheels were looked for"]
    if sources.tracker is None:
        notes.append("no file of Debian's security tracker was given, so no vulnerable packages were looked for")
    return notes
