"""A plugin of Pants that builds hermetic Python app images. Pants loads `register`."""

from __future__ import annotations

from pants.version import PANTS_SEMVER

from pants_strata.own_library import check_library
from pants_strata.pants_range import check_pants

# Before any module imports the library, or what an older Pants does not have.
check_pants(PANTS_SEMVER.major, PANTS_SEMVER.minor)
check_library()
