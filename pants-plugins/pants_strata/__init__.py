"""A plugin of Pants that builds hermetic Python app images. Pants loads `register`."""

from __future__ import annotations

from pants_strata.own_library import check_library

# Before any module imports the library.
check_library()
