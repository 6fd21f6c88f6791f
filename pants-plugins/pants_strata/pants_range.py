"""This module knows the releases of Pants that the plugin is written for (docs/pants-releases.md)."""

from __future__ import annotations

OLDEST = (2, 17)
NEWEST = (2, 33)


def check_pants(major: int, minor: int) -> None:
    """Raise ImportError for a release before the oldest one. A newer one may do, and is not refused."""
    if (major, minor) < OLDEST:
        raise ImportError(
            f"The plugin pants_strata runs in Pants {_dotted(OLDEST)} to {_dotted(NEWEST)}, and this is Pants "
            f"{major}.{minor}. Fix: set a newer `[GLOBAL].pants_version` in pants.toml."
        )


def unknown_api(major: int, minor: int, missing: str) -> ImportError:
    """Return the error for a release that lacks something that the plugin imports.

    :param missing: what Python says of it.
    """
    if (major, minor) <= NEWEST:
        return ImportError(missing)
    return ImportError(
        f"The plugin pants_strata runs in Pants {_dotted(OLDEST)} to {_dotted(NEWEST)}, and this is Pants "
        f"{major}.{minor}, which has another API: {missing}. Fix: take a newer release of pants-strata into "
        "`[GLOBAL].plugins`, or set an older `[GLOBAL].pants_version` in pants.toml."
    )


def _dotted(release: tuple[int, int]) -> str:
    return ".".join(map(str, release))
