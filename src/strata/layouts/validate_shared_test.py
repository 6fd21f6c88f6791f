"""What `validate` finds where several layouts share one folder of blobs."""

from __future__ import annotations

import hashlib
from pathlib import Path

from support.damage import found
from support.oci.layouts import write_example


def share(layout: Path) -> Path:
    """Move the blobs into a folder that other layouts may share; return it."""
    shared = layout.parent / f"{layout.name}-blobs"
    (layout / "blobs").rename(shared)
    (layout / "blobs").symlink_to(f"../{shared.name}")
    (shared / "sha256" / ("0" * 64)).write_text("what another layout names, damaged")
    return shared


def test_layouts_may_share_their_blobs(tmp_path: Path) -> None:
    write_example(tmp_path)
    share(tmp_path)
    assert found(tmp_path) == []


def test_shared_blobs_are_checked_where_the_layout_names_them(tmp_path: Path) -> None:
    layout = write_example(tmp_path)
    shared = share(tmp_path)
    blob = shared / layout.layers[0].partition("/")[2]
    blob.write_bytes(bytes(blob.stat().st_size))
    (shared / layout.config.partition("/")[2]).unlink()
    digest = hashlib.sha256(blob.read_bytes()).hexdigest()
    assert found(tmp_path) == [
        f"{layout.manifest} names {layout.config} in config, which is missing [image-spec]",
        f"{layout.layers[0]} has the digest sha256:{digest} [image-spec]",
    ]
