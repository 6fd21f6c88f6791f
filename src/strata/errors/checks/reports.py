"""This module words the errors of `image-report` and `image-why`."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def no_images(goal: str) -> StrataError:
    """Return the error for a goal that found no image among its targets."""
    return StrataError(
        f"{goal} found no `python_image` target.",
        fix=f"name one, as `./pants {goal} src/web:image`.",
    )


def no_such_wheel(names: Sequence[str], wheels: Sequence[str]) -> StrataError:
    """Return the error for projects of which an image has no wheel.

    :param wheels: the names of those that it has.
    """
    return StrataError(
        f"The image has no wheel of {', '.join(names)}.",
        found=[f"wheels in it: {', '.join(wheels) or 'none'}"],
        fix="name one of these, by the name of its project on the index.",
    )
