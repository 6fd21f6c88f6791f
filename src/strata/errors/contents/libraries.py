"""This module words what is told of shared libraries that wheels need and an image lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from strata.errors import StrataError


def libraries_missing(
    platform: str, found: Sequence[tuple[str, str, str, Optional[str]]], base: Optional[str]
) -> StrataError:
    """Return the error for shared libraries that wheels need and nothing in the image has.

    It may also be a warning, since nobody knows whether the app ever loads the file that needs one.

    :param found: wheel, file in it, library, and the Debian package with it where one is known.
    :param base: the address of the `debian_packages` to add packages to; None for the base that comes with Strata.
    """
    packages = sorted({package for *_, package in found if package})
    steps = []
    if packages:
        names = ", ".join(packages)
        if base is None:
            steps.append(
                f"declare a `debian_packages` target with {names} beside its default `packages` "
                "(`./pants help debian_packages` lists them), and name it in `[strata].base`"
            )
        else:
            steps.append(f"add {names} to `packages` of {base} and run `./pants generate-lockfiles --resolve={base}`")
    if any(package is None for *_, package in found):
        steps.append("find what has the other libraries: `apt-file search NAME`, or a wheel of the same project")
    steps.append('if the app never loads these files, set `missing_libraries="ignore"` on the image')
    return StrataError(
        f"Wheels for {platform} need shared libraries that the image does not have: whatever loads them will fail.",
        found=[
            f"{wheel}: {file} needs {library}, {f'in the Debian package {package}' if package else 'of unknown origin'}"
            for wheel, file, library, package in found
        ],
        fix=f"{'; '.join(steps)}.",
    )
