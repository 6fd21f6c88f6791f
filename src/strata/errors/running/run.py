"""This module words the errors of `strata run`."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def no_runtime(tried: Sequence[str]) -> StrataError:
    """Return the error where no program could run the image.

    :param tried: a line for each, with the reason.
    """
    return StrataError(
        "Nothing on this machine can run the image.",
        found=tried,
        fix="install podman, or bwrap (Debian's package bubblewrap), which needs no daemon and mostly no root.",
    )


def no_image(layout: str, platform: str, found: Sequence[str]) -> StrataError:
    """Return the error for a layout without an image for this machine."""
    return StrataError(
        f"{layout} has no image for {platform}, which this machine runs.",
        found=found,
        fix=f"build it for {platform}, too: name that in `[strata].platforms` or in `platforms` of the image.",
    )


def damaged_layer(digest: str, problem: str) -> StrataError:
    """Return the error for a layer that cannot be unpacked."""
    return StrataError(
        f"The layer {digest} cannot be unpacked: {problem}.",
        fix="build the image again; if it stands on the image of a registry, choose another base.",
    )


def no_user(user: str, layout: str) -> StrataError:
    """Return the error for a user or group that the image does not know."""
    return StrataError(
        f"{layout} has no user or group {user!r} in /etc/passwd or /etc/group.",
        fix="name a user by number, for instance --user=65532.",
    )


def no_command(layout: str) -> StrataError:
    """Return the error for an image without an entry point."""
    return StrataError(
        f"{layout} has no entry point and no arguments.", fix="say what to run: --entrypoint=PROGRAM, or `-- PROGRAM`."
    )


def bad_port(text: str) -> StrataError:
    """Return the error for a port that cannot be published."""
    return StrataError(
        f"{text!r} is no port to publish.", fix="write PORT or HOST:PORT, for instance --publish=8080:8000."
    )


def bad_volume(text: str, problem: str) -> StrataError:
    """Return the error for a volume that cannot be mounted."""
    return StrataError(
        f"{text!r} is no volume: {problem}.",
        fix="write PATH:PATH or PATH:PATH:ro, for instance --volume=./data:/data:ro.",
    )


def taken_port(port: int, reason: str) -> StrataError:
    """Return the error for a port of this machine that cannot be listened on."""
    return StrataError(f"Port {port} cannot be published: {reason}.", fix="choose another: --publish=HOST:PORT.")
