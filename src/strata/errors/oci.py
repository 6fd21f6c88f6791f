"""This module words the errors of layers and of OCI image layouts.

The verbs that write layers raise those of paths, files and compression; the commands `strata validate`, `list`,
`audit` and `diff` raise those of layouts when they read one.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


class DamagedLayout(StrataError):
    """A layout with files that are not what their descriptors say, or that are missing."""


_LAYER_FIX = "remove the file from what the layer is made of, or give it another name."


def unsafe_path(path: str, reason: str) -> StrataError:
    """Return the error for a path that would leave the layer's root or means something else to other programs.

    :param reason: why, as the end of a sentence.
    """
    return StrataError(f"The path {path!r} cannot stand in an image layer: {reason}.", fix=_LAYER_FIX)


def unsafe_target(path: str, target: str, reason: str) -> StrataError:
    """Return the error for a link whose target is unsafe.

    :param target: the text of the link.
    :param reason: why, as the end of a sentence.
    """
    return StrataError(
        f"The link {path!r} cannot stand in an image layer because of its target {target!r}: {reason}.",
        fix=_LAYER_FIX,
    )


def duplicate_path(path: str, first: str, second: str) -> StrataError:
    """Return the error for two entries of one path that differ.

    :param first: what one of them is.
    :param second: what the other is.
    """
    return StrataError(
        f"Two different entries of one image layer have the path {path!r}.", found=(first, second), fix=_LAYER_FIX
    )


def parent_is_no_directory(path: str, parent: str, found: str) -> StrataError:
    """Return the error for an entry below a file or a link.

    :param parent: the path above it.
    :param found: what is at that path.
    """
    return StrataError(
        f"{path!r} cannot stand in an image layer: {parent!r} above it is no directory.",
        found=(found,),
        fix="name the file by its real path, without a link in it.",
    )


def privileged_mode(path: str, found: str) -> StrataError:
    """Return the error for a setuid or setgid file.

    :param found: the entry in words, with its mode.
    """
    return StrataError(
        f"{path!r} would run with the rights of its owner (setuid or setgid).",
        found=(found,),
        fix="remove the setuid and setgid bits: a container gets its user from the image's `user` field.",
    )


def file_changed(path: str, source: str) -> StrataError:
    """Return the error for a file whose size changed while it was copied.

    :param path: in the layer.
    :param source: the file on disk.
    """
    return StrataError(
        f"The file {source} changed while it was written into a layer as {path!r}.",
        fix="build again, when nothing else writes to the file.",
    )


def bad_zip_member(archive: str, member: str, reason: str) -> StrataError:
    """Return the error for a member of a zip archive that cannot be spliced into a layer.

    :param reason: why, as the end of a sentence.
    """
    return StrataError(
        f"The member {member!r} of {archive} cannot be put into an image layer: {reason}.",
        fix="get the archive again; if it stays so, have it packed again as a plain zip file.",
    )


def no_zstd() -> StrataError:
    """Return the error for an interpreter without the library that compresses with zstd."""
    return StrataError(
        "A layer cannot be compressed with zstd: the interpreter that writes it has no libzstd.so.1.",
        fix='choose the compression "gzip", or an interpreter of `provider="debian"` whose packages include libzstd1.',
    )


def damaged_blob(path: str, reason: str) -> StrataError:
    """Return the error for a file whose contents cannot be listed.

    :param reason: why, as the rest of a sentence about the file: `is no gzip file`.
    """
    return StrataError(
        f"{path} cannot be listed: it {reason}.",
        fix="name the blob of a layer or the directory of an OCI image layout, and build it again if it is damaged.",
    )


def damaged_layout(path: str, findings: Sequence[str]) -> StrataError:
    """Return the error for a layout that breaks the specification of OCI images.

    :param findings: the defects, a line each.
    """
    return DamagedLayout(
        f"{path} is not a sound OCI image layout.",
        found=findings,
        fix="copy or build the image again; `strata validate` checks all of the layout.",
    )


def missing_layout(path: str) -> StrataError:
    """Return the error for a path at which no layout is, nor anything else."""
    return StrataError(f"{path} does not exist.", fix="name the directory of an OCI image layout.")


def no_layout(path: str) -> StrataError:
    """Return the error for a directory that is no OCI image layout."""
    return StrataError(
        f"{path} is no OCI image layout: it has neither oci-layout nor index.json.",
        fix="name the directory of an OCI image layout.",
    )


def several_images(path: str, platform: str, tags: Sequence[str]) -> StrataError:
    """Return the error for a layout in which more than one image could be meant.

    :param tags: the tags of these images.
    """
    return StrataError(
        f"{path} holds several images for {platform}.",
        found=[f"tags: {', '.join(tags) or 'none'}"],
        fix="name one of them by its tag.",
    )


def missing_path(path: str) -> StrataError:
    """Return the error for a path that `strata list` is given and that does not exist."""
    return StrataError(
        f"{path} does not exist.", fix="name the blob of a layer or the directory of an OCI image layout."
    )


def not_rebuilt(command: str, output: Sequence[str]) -> StrataError:
    """Return the error for `validate --rebuild` whose build fails, or writes no layout or several.

    :param output: the last lines of the build's output.
    """
    return StrataError(
        f"`{command}` did not build one image, without any cache, to compare with.",
        found=output,
        fix="name the one target whose layout is validated; run it at the root of the repository, on the commit that "
        "the layout was built from; `--pants` names the program that starts Pants.",
    )
