"""The causes that the descriptions of two layers name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from strata.diff.cause import Cause, Subject, setting_change, version_change
from strata.diff.view import LayerView
from strata.oci.documents import canonical_json

# Where the layers of Strata have first-party files (strata.layers.app), as absolute paths.
APP = "/app"
# These have words of their own; whatever else a description says is compared as it is.
_KNOWN = (
    "kind",
    "packages",
    "files",
    "fileCount",
    "filesDigest",
    "version",
    "python",
    "bytecode",
    "testBytecode",
    "format",
    "path",
)


def contents_causes(before: Optional[LayerView], after: Optional[LayerView], sources: Mapping[str, str]) -> list[Cause]:
    """None of either layer is compared like one that holds nothing.

    :param sources: path in the image → path in the repository, for the texts: `src/lib/a.py edited`.
    """
    old, new = _contents(before), _contents(after)
    kind = (new or old).get("kind")
    return [
        *_versions(kind, old, new),
        *_packages(kind, old.get("packages", {}), new.get("packages", {})),
        *_files(old, new, sources),
        *_bytecode(old, new),
        *_others(old, new),
        *_format(old, new),
    ]


def packages(layer: LayerView) -> Mapping[str, str]:
    """Name → version."""
    found: Mapping[str, str] = _contents(layer).get("packages", {})
    return found


def is_python(kind: Optional[str]) -> bool:
    """Whether the packages of a layer of this kind are Python's; those of the others are Debian's."""
    return kind == "dependencies"


def _contents(layer: Optional[LayerView]) -> Mapping[str, Any]:
    return (layer.contents if layer else None) or {}


def _versions(kind: Optional[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Cause]:
    for name in ("version", "python"):
        before, after = old.get(name), new.get(name)
        if before != after:
            title = "CPython" if kind == "interpreter" else "Python"
            yield version_change(Subject.INTERPRETER, title, title, before, after)


def _packages(kind: Optional[str], old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Cause]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before != after:
            if is_python(kind):
                yield version_change(Subject.PYTHON_PACKAGE, name, name, before, after)
            else:
                yield version_change(Subject.DEBIAN_PACKAGE, name, f"Debian {name}", before, after)


def _files(old: Mapping[str, Any], new: Mapping[str, Any], sources: Mapping[str, str]) -> Iterator[Cause]:
    if "filesDigest" in old or "filesDigest" in new:
        return  # one of them does not list its files: their layers are compared file by file
    # A layer of `image_files` names paths from the root of the image on.
    root = APP if (new or old).get("kind") == "app" else ""
    before, after = old.get("files", {}), new.get("files", {})
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            change = "added" if path not in before else "removed" if path not in after else "edited"
            name = f"{root}/{path}"
            yield Cause(Subject.FILE, name, before.get(path), after.get(path), f"{sources.get(name, name)} {change}")


def _bytecode(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Cause]:
    """Layers of format 1 do not say that they have none."""
    for name, usual, called in (("bytecode", False, "bytecode"), ("testBytecode", True, "bytecode of tests")):
        before, after = old.get(name, usual), new.get(name, usual)
        if old and new and bool(before) != bool(after):
            text = f"{called} {'added' if after else 'removed'}"
            yield Cause(Subject.DESCRIPTION, name, _shown(old.get(name)), _shown(new.get(name)), text)


def _others(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Cause]:
    if not (old and new):
        return
    for name in sorted({*old, *new}.difference(_KNOWN)):
        before, after = (_shown(item.get(name)) for item in (old, new))
        if before != after:
            yield setting_change(Subject.DESCRIPTION, name, before, after)


def _format(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Cause]:
    before, after = old.get("format"), new.get("format")
    if before != after and before is not None and after is not None:
        yield version_change(Subject.FORMAT, "format", "output format", str(before), str(after))


def _shown(value: Any) -> Optional[str]:
    return None if value is None else canonical_json(value).decode()
