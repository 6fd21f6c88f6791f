"""This module words the errors of first-party distributions, the `python_distribution` targets of an image."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def not_one_wheel(distribution: str, files: Sequence[str]) -> StrataError:
    """Return the error for a distribution of which Pants built no wheel, or several.

    :param distribution: the address.
    :param files: all that was built.
    """
    return StrataError(
        f"An image installs one wheel of a distribution, and {distribution} does not give exactly one.",
        found=[f"built: {file}" for file in files] or ["nothing was built"],
        fix="set `wheel=True` on the `python_distribution`; let its build backend write one wheel.",
    )


def wheel_does_not_fit(distribution: str, file: str, python: str, platform: str) -> StrataError:
    """Return the error for a wheel that the image's interpreter cannot use.

    :param python: the version of the interpreter, in full.
    """
    return StrataError(
        f"The wheel of {distribution} does not fit CPython {python} on {platform}.",
        found=[file],
        fix="make it a wheel for every platform (`py3-none-any`), or build it in an environment like the image's and "
        "lock it as a third-party requirement.",
    )


def project_twice(project: str, places: Sequence[str]) -> StrataError:
    """Return the error for a project that an image would get from two places.

    :param places: a distribution and a lock, or two distributions.
    """
    return StrataError(
        f"The image would get the project {project} from two places.",
        found=places,
        fix="rename one of them in `python_artifact(name=…)`, or take one out: of the `dependencies`, or of "
        "the requirements and then of the lock.",
    )


def requirements_missing(venv: str, missing: Sequence[str]) -> StrataError:
    """Return the error for requirements of distributions that neither the lock nor another distribution gives.

    :param venv: the address of the venv. :param missing: each with the distribution that needs it.
    """
    return StrataError(
        f"The image's distributions need projects that the lock of {venv} does not have.",
        found=missing,
        fix="add third-party projects to the requirements and renew the lock; add first-party ones, as "
        "`python_distribution` targets, to the `dependencies` of {address}.",
    )


def package_divided(package: str, files: Sequence[str]) -> StrataError:
    """Return the error for a package that a distribution installs, of which the app has other modules.

    :param package: its directory. :param files: those that the app has and the distribution lacks.
    """
    return StrataError(
        f"The package {package} comes from a distribution, and Python would not find the app's other files of it.",
        found=files,
        fix="add them to the `dependencies` of the `python_distribution`, or leave the distribution out of the image: "
        "Strata puts first-party sources into an image without one.",
    )
