"""This module compares two images: it has a row for each layer, and what their configs differ in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Optional

from strata.attest.build_inputs import BuildInputs, Inputs
from strata.diff.cause import Cause, Subject, version_change
from strata.diff.contents import contents_causes, is_python, packages
from strata.diff.files import OpenBlob, file_causes
from strata.diff.inputs import input_causes
from strata.diff.pairing import pair
from strata.diff.runtime import runtime_causes
from strata.diff.view import ImageView, LayerView


class Change(Enum):
    """The values stand in JSON."""

    SAME = "same"
    REBUILT = "rebuilt"  # from other inputs, to the same bytes
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Row:
    """A layer of one image, or two layers of both that correspond to each other. At least one is there."""

    change: Change
    before: Optional[LayerView]
    after: Optional[LayerView]
    causes: tuple[Cause, ...]

    @property
    def layer(self) -> LayerView:
        """Return the layer of the new image, or of the old one where the new one lacks it."""
        layer = self.after or self.before
        assert layer is not None
        return layer


@dataclass(frozen=True)
class Comparison:
    """One image for one platform. An image that only one side has is all added or all removed.

    :param name: what the user calls the image.
    :param rebuilds_known: whether both sides have build inputs. Otherwise SAME may mean REBUILT.
    """

    name: str
    before: Optional[ImageView]
    after: Optional[ImageView]
    layers: tuple[Row, ...]
    settings: tuple[Cause, ...]
    rebuilds_known: bool

    @property
    def changed(self) -> bool:
        """Return whether the digest of the image is another one."""
        return (self.before and self.before.digest) != (self.after and self.after.digest)

    @property
    def platform(self) -> str:
        """Return the platform of the images; empty where it is not known."""
        image = self.after or self.before
        return image.platform if image else ""


@dataclass(frozen=True)
class Side:
    """One of the two: the images of a layout or of a target, by platform, and what is known of their build."""

    images: Sequence[ImageView]
    build_inputs: Optional[BuildInputs] = None
    #: Path in the image → path in the repository.
    sources: Mapping[str, str] = field(default_factory=dict)

    def inputs(self, image: Optional[ImageView]) -> Optional[Mapping[str, Inputs]]:
        """Return the inputs by layer; None where the build inputs are missing, or are those of another image."""
        known = self.build_inputs
        return known.layers if known and image and image.digest in known.images else None


def compare(name: str, before: Side, after: Side) -> list[Comparison]:
    """Return a comparison for each platform, in the order of `after`, then those that only `before` has."""
    old, new = ({image.platform: image for image in side.images} for side in (before, after))
    return [_compare(name, old.get(each), new.get(each), before, after) for each in dict.fromkeys([*new, *old])]


def explained(comparison: Comparison, open_before: OpenBlob, open_after: OpenBlob) -> Comparison:
    """Return the comparison with the causes that files show, for the layers that changed without a known cause."""
    return replace(
        comparison,
        layers=tuple(
            replace(
                row,
                causes=(
                    *row.causes,
                    *file_causes(row.before.descriptor, open_before, row.after.descriptor, open_after),
                ),
            )
            if row.before and row.after and is_unexplained(row)
            else row
            for row in comparison.layers
        ),
    )


def is_unexplained(row: Row) -> bool:
    """Return whether a layer changed, and nothing that it says of itself tells why."""
    return row.change is Change.CHANGED and all(cause.subject is Subject.INPUT for cause in row.causes)


def _compare(
    name: str, before: Optional[ImageView], after: Optional[ImageView], old_side: Side, new_side: Side
) -> Comparison:
    old_inputs, new_inputs = old_side.inputs(before), new_side.inputs(after)
    pairs = pair(before.layers if before else (), after.layers if after else ())
    rows = [
        _row(
            old,
            new,
            (old_inputs or {}).get(old.digest, {}) if old else {},
            (new_inputs or {}).get(new.digest, {}) if new else {},
            {**old_side.sources, **new_side.sources},
        )
        for old, new in pairs
    ]
    return Comparison(
        name,
        before,
        after,
        tuple(_with_moves(row, before, after) for row in rows),
        tuple(runtime_causes(before, after)),
        rebuilds_known=old_inputs is not None and new_inputs is not None,
    )


def _row(
    before: Optional[LayerView],
    after: Optional[LayerView],
    old_inputs: Inputs,
    new_inputs: Inputs,
    sources: Mapping[str, str],
) -> Row:
    if not (before and after):
        change = Change.ADDED if after else Change.REMOVED
        return Row(change, before, after, tuple(contents_causes(before, after, sources)))
    both_known = bool(old_inputs and new_inputs)
    if before.digest == after.digest:
        inputs = tuple(input_causes(old_inputs, new_inputs)) if both_known else ()
        return Row(Change.REBUILT if inputs else Change.SAME, before, after, inputs)
    causes = []
    if before.contents and after.contents:
        causes = contents_causes(before, after, sources)
    if before.media_type != after.media_type:
        causes.append(
            version_change(Subject.COMPRESSION, "media type", "media type", before.media_type, after.media_type)
        )
    elif before.diff_id and before.diff_id == after.diff_id:
        text = "the same files, compressed in another way"
        causes.append(Cause(Subject.COMPRESSION, "compression", before.digest, after.digest, text))
    if both_known:
        causes += input_causes(old_inputs, new_inputs, named_only=bool(causes))
    return Row(Change.CHANGED, before, after, tuple(causes))


def _with_moves(row: Row, before: Optional[ImageView], after: Optional[ImageView]) -> Row:
    """Return the row, where a package that went to another layer is neither added nor removed."""
    return replace(row, causes=tuple(_with_move(cause, before, after) for cause in row.causes))


def _with_move(cause: Cause, before: Optional[ImageView], after: Optional[ImageView]) -> Cause:
    if cause.subject not in (Subject.PYTHON_PACKAGE, Subject.DEBIAN_PACKAGE):
        return cause
    if cause.before is None:
        old = _version(before, cause)
        if old is None:
            return cause
        was = "" if old == cause.after else f", was {old}"
        return replace(cause, text=f"{cause.text[: -len(' added')]} moved here from another layer{was}")
    if cause.after is None and _version(after, cause) is not None:
        return replace(cause, text=f"{cause.text[: -len(' removed')]} moved to another layer")
    return cause


def _version(image: Optional[ImageView], cause: Cause) -> Optional[str]:
    """Return the version that an image has of the package of a cause, in whichever layer."""
    python = cause.subject is Subject.PYTHON_PACKAGE
    return next(
        (
            packages(layer)[cause.name]
            for layer in (image.layers if image else ())
            if layer.contents and is_python(layer.contents["kind"]) == python and cause.name in packages(layer)
        ),
        None,
    )
