"""This module finds what is wrong with the blob of one layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from strata.layouts.blob_reader import BlobReader
from strata.layouts.finding import Finding, Rule
from strata.oci.descriptor import LAYER_GZIP, LAYER_ZSTD, DamagedBlob
from strata.oci.entry import privileged, unsafe, unsafe_target
from strata.oci.tar import EPOCH
from strata.oci.tar_reader import DIRECTORY, FILE, SYMLINK, TarEntry, TarReader


@dataclass(frozen=True)
class LayerCheck:
    """`diff_id` is None where the blob is too damaged to have one."""

    findings: tuple[Finding, ...]
    diff_id: Optional[str]


def check_layer(file: Path, path: str, media_type: str) -> LayerCheck:
    """Read all of the blob at `file`, and return what is wrong. Findings call `path`; `media_type` is one of LAYERS."""
    problems = _Problems()
    with file.open("rb") as stream:
        blob = BlobReader(stream)
        if blob.media_type != media_type:
            return LayerCheck((Finding(path, _other_form(media_type, blob.media_type)),), None)
        if media_type == LAYER_GZIP and not blob.has_own_header:
            problems.add(Rule.STRATA, "header", "has a gzip header with a time, a name or a system in it")
        try:
            seen: dict[str, str] = {}
            last = ""
            for entry in TarReader(blob):
                for rule, about, problem in _entry_problems(entry, seen, last):
                    problems.add(rule, about, problem)
                seen[entry.path] = entry.kind
                last = entry.path
        except DamagedBlob as damage:
            return LayerCheck((*problems.findings(path), Finding(path, str(damage))), None)
        return LayerCheck(problems.findings(path), blob.diff_id)


def _other_form(wanted: str, found: str) -> str:
    names = {LAYER_GZIP: "gzip", LAYER_ZSTD: "zstd"}
    if wanted in names:
        return f"has the media type of {names[wanted]}, but is no {names[wanted]} stream"
    return f"has the media type of a plain tar archive, but is a {names[found]} stream"


class _Problems:
    """Problems, with one finding for those that are alike: an image of another builder may have one in every entry."""

    def __init__(self) -> None:
        self._first: dict[tuple[Rule, str], str] = {}
        self._count: dict[tuple[Rule, str], int] = {}

    def add(self, rule: Rule, about: str, problem: str) -> None:
        self._first.setdefault((rule, about), problem)
        self._count[rule, about] = self._count.get((rule, about), 0) + 1

    def findings(self, path: str) -> tuple[Finding, ...]:
        return tuple(
            Finding(path, problem + (f" (and {self._count[key] - 1} more)" if self._count[key] > 1 else ""), key[0])
            for key, problem in self._first.items()
        )


def _entry_problems(entry: TarEntry, seen: dict[str, str], last: str) -> Iterator[tuple[Rule, str, str]]:
    """Yield each problem with the rule it breaks and what it is about. `seen` maps the paths so far to their kinds."""
    path = entry.path
    reason = unsafe(path)
    if reason:
        rule = Rule.OCI if ".." in path.split("/") else Rule.STRATA
        yield rule, "path", f"holds the unsafe path {path!r}: {reason}"
    if path in seen:
        yield Rule.OCI, "twice", f"holds {path!r} twice"
    elif path < last:
        yield Rule.STRATA, "order", f"holds {path!r} after {last!r}: paths are not sorted"
    yield from _parent_problems(path, seen)

    if entry.kind not in (FILE, DIRECTORY, SYMLINK):
        yield Rule.STRATA, "kind", f"holds {path!r}, a {entry.kind}"
    if entry.kind == SYMLINK:
        reason = unsafe_target(entry.target)
        if reason:
            yield Rule.STRATA, "target", f"holds the link {path!r} with the target {entry.target!r}: {reason}"
    elif privileged(entry.mode, directory=entry.kind == DIRECTORY):
        yield Rule.STRATA, "mode", f"holds {path!r} with setuid or setgid, mode {entry.mode:04o}"
    if entry.mtime != EPOCH:
        yield Rule.STRATA, "time", f"holds {path!r} with the time {entry.mtime}, not {EPOCH}"
    if entry.user or entry.group:
        names = f"{entry.user}:{entry.group}"
        yield Rule.STRATA, "names", f"holds {path!r} with the owner's names {names!r}, not numbers alone"
    if entry.pax:
        records = ", ".join(entry.pax)
        yield Rule.STRATA, "pax", f"holds {path!r} with the tar records {records!r}"


def _parent_problems(path: str, seen: dict[str, str]) -> Iterator[tuple[Rule, str, str]]:
    parent = path.rpartition("/")[0]
    if not parent:
        return
    kind = seen.get(parent)
    if kind is None:
        yield Rule.STRATA, "parent", f"holds {path!r} without its directory {parent!r} before it"
    elif kind != DIRECTORY:
        yield Rule.STRATA, "below", f"holds {path!r} below {parent!r}, a {kind}"
