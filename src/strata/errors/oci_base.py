"""This module words the errors of images of registries that others stand on: the target `oci_base`.

The steps that read them and the rules that put images upon them raise these errors; those of the registry itself are in
`strata.errors.registry`.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError

_RENEW = "`./pants generate-lockfiles --resolve={address}`"


def not_locked(image: str) -> StrataError:
    """Return the error for a base that is named by its tag, without a lock."""
    return StrataError(
        f"The base {image} is named by a tag, which may name another image tomorrow.",
        fix=f'set `lockfile="base.oci.json"` and make it with {_RENEW}, or name the image by its digest '
        "(`registry.example/team/base@sha256:…`).",
    )


def lock_missing(path: str) -> StrataError:
    """Return the error for a lock file that does not exist."""
    return StrataError(f"The lock file {path} does not exist.", fix=f"make it with {_RENEW}.")


def lock_damaged(path: str, problem: str) -> StrataError:
    """Return the error for a lock that cannot be read; `problem` continues the sentence `it …`."""
    return StrataError(
        f"The lock file {path} cannot be read: it {problem}.",
        fix=f"restore it from version control, or make it again with {_RENEW}.",
    )


def lock_stale(path: str, locked: str, wanted: str) -> StrataError:
    """Return the error for a lock of another image than the target names."""
    return StrataError(
        f"The lock file {path} is not one of the image that the target names.",
        found=[f"the lock has {locked}", f"the target names {wanted}"],
        fix=f"make it again with {_RENEW}.",
    )


def lock_lacks_platform(path: str, platform: str, locked: Sequence[str]) -> StrataError:
    """Return the error for a lock without the platform that is built."""
    return StrataError(
        f"The lock file {path} has nothing for {platform}.",
        found=[f"it has {each}" for each in locked],
        fix=f"add {platform} to `[strata].platforms` and make the lock again with {_RENEW}.",
    )


def no_platform(reference: str, platform: str, found: Sequence[str]) -> StrataError:
    """Return the error for an image that is not there for the platform that is built."""
    return StrataError(
        f"{reference} has no image for {platform}.",
        found=[f"it has {each}" for each in found],
        fix=f"name a base that is built for {platform}.",
    )


def no_image(reference: str, problem: str) -> StrataError:
    """Return the error for a manifest in a registry on which no image can stand; `problem` continues `it …`."""
    return StrataError(
        f"{reference} cannot be a base: it {problem}.",
        fix="name an image, with layers as tar, gzip or zstd, that a program of today wrote.",
    )


def damaged_layer(digest: str, problem: str) -> StrataError:
    """Return the error for a layer of a base that is none; `problem` continues the sentence `it …`."""
    return StrataError(
        f"The base's layer {digest} cannot be read: it {problem}.",
        fix="have the base built and pushed again.",
    )


def installers_found(image: str, found: Sequence[tuple[str, str]]) -> StrataError:
    """Return the error for a base with installers that nobody allowed.

    :param found: for each installer the digest of its layer and what was found there.
    """
    return StrataError(
        f"The base {image} holds installers of Python packages.",
        found=[f"in the layer {layer}: {what}" for layer, what in found],
        fix="name a base without them (what a later layer removes is still in the image), or allow them with "
        "`allow_installers=True`.",
    )


def c_library_too_old(image: str, found: str, wanted: str) -> StrataError:
    """Return the error for a base whose C library is older than that of the interpreter's lock."""
    return StrataError(
        f"CPython cannot run on the base {image}: its C library is older than the one that CPython was built for.",
        found=[f"the base has {found}", f"the lock of the `python_interpreter` has {wanted}"],
        fix="name a newer base, lock the interpreter from an older Debian release, or use the base's own Python with "
        '`interpreter="base"`.',
    )


def no_c_library(image: str, directory: str, found: Sequence[str]) -> StrataError:
    """Return the error for a base whose C library is not where Debian's CPython looks for it."""
    return StrataError(
        f"CPython cannot run on the base {image}: there is no GNU C library in /{directory}.",
        found=[f"the base has {each}" for each in found] or ["the base has no C library"],
        fix='name a base that is made from Debian or Ubuntu, or use the base\'s own Python with `interpreter="base"`.',
    )


def no_glibc(image: str, found: Sequence[str]) -> StrataError:
    """Return the error for a standalone build of CPython on a base without the GNU C library."""
    return StrataError(
        f"A standalone build of CPython cannot run on the base {image}: it has no GNU C library.",
        found=found,
        fix="name a base with glibc.",
    )


def standalone_needs_packages() -> StrataError:
    """Return the error for an interpreter with `provider="standalone"` whose own base is an `oci_base`."""
    return StrataError(
        "A standalone build of CPython needs a C library of Debian packages while images are built; this is an "
        "`oci_base`.",
        fix="set `base` of the `python_interpreter` to a `debian_packages`, and `base` of the image to the `oci_base`.",
    )


def no_python(image: str, wanted: str) -> StrataError:
    """Return the error for `interpreter="base"` on a base without CPython."""
    return StrataError(
        f"The base {image} has no Python, and the image is to run on the base's.",
        fix=f'name a base with CPython {wanted}, or leave out `interpreter="base"`.',
    )


def other_python(image: str, wanted: str, found: Sequence[str]) -> StrataError:
    """Return the error for `interpreter="base"` on a base with other versions of CPython only."""
    return StrataError(
        f"The base {image} has another Python than the venv is for, CPython {wanted}.",
        found=found,
        fix="name a base with that version, or give the venv a `python_interpreter` of the base's version.",
    )


def python_needs_base(base: str) -> StrataError:
    """Return the error for `interpreter="base"` on a base of Debian packages."""
    return StrataError(
        f'`interpreter="base"` takes Python from an `oci_base`, but the base is {base}, a `debian_packages`.',
        fix='leave out `interpreter="base"`, or set `base` to the address of an `oci_base` with Python in it.',
    )


def archive_without_layers() -> StrataError:
    """Return the error for an archive of an image whose base's layers are not fetched."""
    return StrataError(
        "An archive holds all layers of an image, and those of its base are not fetched.",
        found=['`[strata].base_layers` is "reference"'],
        fix='set `[strata].base_layers = "copy"`, or leave out `archive`.',
    )


def too_many_layers(system: int, layers: int, most: int) -> StrataError:
    """Return the error for an image with more layers than runtimes take.

    :param system: how many of the `layers` belong to the base and the interpreter.
    """
    return StrataError(
        f"The image would have {layers} layers, more than the {most} that runtimes take.",
        found=[f"{system} of the base and the interpreter", f"{layers - system} of the venv and the app"],
        fix=f"set `layer_budget` of the venv, or `[strata].layer_budget`, to {max(1, most - system - 2)} or less.",
    )
