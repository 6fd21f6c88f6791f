"""This package words the errors of `strata sign` and `strata verify`: keys, signatures, and policies."""

from __future__ import annotations

from strata.errors import StrataError


class Refused(StrataError):
    """An image that is not what its signatures or a policy ask for."""
