"""This module words what is told of shared libraries that wheels need and an image lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from strata.errors import StrataError

_IGNORE = 'if the app never loads these files, set `missing_libraries="ignore"` on the image'


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
    steps.append(_IGNORE)
    return StrataError(
        f"Wheels for {platform} need shared libraries that the image does not have: whatever loads them will fail.",
        found=[
            f"{wheel}: {file} needs {library}, {f'in the Debian package {package}' if package else 'of unknown origin'}"
            for wheel, file, library, package in found
        ],
        fix=f"{'; '.join(steps)}.",
    )


def libraries_missing_upon(
    platform: str,
    found: Sequence[tuple[str, str, str, Optional[str]]],
    base: tuple[str, str],
    *,
    has_lock: bool,
    is_musl: bool,
) -> StrataError:
    """Return the error for shared libraries that wheels need and an image upon an `oci_base` does not have.

    It may also be a warning.

    :param found: wheel, file in it, library, and the Debian package with it where the base is Debian.
    :param base: the name of the image in its registry, and the address of the `oci_base`.
    """
    name, address = base
    packages = sorted({package for *_, package in found if package})
    others = any(package is None for *_, package in found)
    parts = [*packages, *(["what has the other libraries" if packages else "what has these libraries"] * others)]
    what = "choose a base with glibc" if is_musl else f"have the base built with {' and '.join(parts)}"
    lock = f" and run `./pants generate-lockfiles --resolve={address}`" if has_lock else ""
    return StrataError(
        f"Wheels for {platform} need shared libraries that no layer of the base {name} has, nor any other of the "
        "image: whatever loads them will fail.",
        found=[
            *(
                f"{wheel}: {file} needs {library}{f', in the Debian package {package}' if package else ''}"
                for wheel, file, library, package in found
            ),
            *(["the C library of the base is musl, and these wheels are for glibc"] * is_musl),
        ],
        fix=f"{what}, name it in `image` of {address}{lock}; {_IGNORE}.",
    )


def libraries_unknown(address: str) -> StrataError:
    """Return the error for an `oci_base` whose lock does not say which shared libraries it has.

    It may also be a warning.
    """
    return StrataError(
        f"The lock of {address} does not say which shared libraries the base has, since an earlier version of Strata "
        "made it: nobody knows whether the image has those that its wheels need.",
        fix=f"make it again with `./pants generate-lockfiles --resolve={address}`.",
    )
