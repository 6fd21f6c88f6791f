"""This module has the answer to the question whether layouts have the layers of an `oci_base`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayoutsOnBases:
    """Whether the layouts of this run have the layers of their bases, and so whether these are fetched.

    :param publish_alone: whether that is because the run publishes and writes no layout, so that no archive is
        written either.
    """

    have_layers: bool
    publish_alone: bool = False
