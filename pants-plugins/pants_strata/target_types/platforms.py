"""The field `platforms` of `python_image`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.target import InvalidFieldException, StringSequenceField
from pants.util.strutil import help_text

PLATFORMS = ("linux/amd64", "linux/arm64")
"""The platforms that images can be for, as `os/architecture`."""


class PlatformsField(StringSequenceField):
    """The field `platforms`."""

    alias = "platforms"
    help = help_text(
        """
        The platforms that the image is built for, `linux/amd64` and `linux/arm64`, whatever machine builds it; by
        default those of `[strata].platforms`. Images for several platforms are one OCI index, of which a runtime takes
        the image for its own. The locks of base and interpreter must hold packages for each
        (`[strata-debian].platforms`).
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[Iterable[str]], address: Address) -> Optional[tuple[str, ...]]:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        unknown = [name for name in value or () if name not in PLATFORMS]
        if unknown or value == ():
            found = ", ".join(map(repr, unknown)) if unknown else "no platform"
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} must hold {' or '.join(map(repr, PLATFORMS))}, or both, "
                f"but holds {found}. Leave it out for those of `[strata].platforms`."
            )
        return value
