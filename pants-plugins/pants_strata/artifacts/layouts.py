"""This module has the form of the layouts of a run: which blobs they have, and where these lie."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayoutsOnBases:
    """Whether the layouts of this run have the layers of their bases, and so whether these are fetched.

    :param publish_alone: whether that is because the run publishes and writes no layout, so that no archive is
        written either.
    :param share_blobs: whether the layouts have their blobs in one folder of `dist/`.
    """

    have_layers: bool
    publish_alone: bool = False
    share_blobs: bool = False
