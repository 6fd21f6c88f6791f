"""This module has the request and the result of `strata-lint` for one image."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.addresses import Address


@dataclass(frozen=True)
class ImageLintRequest:
    """The problems of a `python_image`."""

    address: Address


@dataclass(frozen=True)
class ImageLint:
    """The problems as text, with the address of the image; empty where there is none."""

    text: str
