"""The Pants engine as plain functions: the only place that knows Pants' rule API.

Rules call these functions and never `Get` or `MultiGet`, which Pants 2.32 does not have. Each generation of that API
has a module of its own here, with the same functions: `get_api` to 2.29, `by_name` from 2.30 on.
"""

from __future__ import annotations

from pants.version import PANTS_SEMVER

from pants_strata.pants_range import unknown_api

BY_NAME = (PANTS_SEMVER.major, PANTS_SEMVER.minor) >= (2, 30)
"""Whether rules are called by name: from 2.30 on, which warns of each `Get`."""

if BY_NAME:
    try:
        from pants_strata.engine.by_name import *  # noqa: F403
    except ImportError as error:
        raise unknown_api(PANTS_SEMVER.major, PANTS_SEMVER.minor, str(error)) from error
else:
    from pants_strata.engine.get_api import *  # noqa: F403
