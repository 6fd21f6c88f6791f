"""This module words the error of the fields about an image's health check. The rule that builds images raises it."""

from __future__ import annotations

from collections.abc import Mapping

from strata.errors import StrataError


def without_command(options: Mapping[str, str]) -> StrataError:
    """Return the error for options of a health check that no command belongs to.

    :param options: those that are set.
    """
    return StrataError(
        "`healthcheck_options` says how to use a health check, and the image has none.",
        found=[f"{name}: {value}" for name, value in sorted(options.items())],
        fix='set `healthcheck` to the command that checks the app, for instance `["python", "-m", "app.health"]`, or '
        "remove the options.",
    )
