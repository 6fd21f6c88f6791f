"""This module says in words which package is missing where signing needs one that is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from strata.errors.signatures import keys as errors

_EXTRAS = {"sigstore": "keyless"}


@contextmanager
def needed() -> Iterator[None]:
    """Raise StrataError where an import in the block finds no such package."""
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        raise errors.missing_package("PyNaCl" if name == "nacl" else name, _EXTRAS.get(name, "sign")) from None
