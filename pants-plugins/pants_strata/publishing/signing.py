"""This module has the options that let `publish` sign what it has pushed, and the arguments that they become."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from pants.option.option_types import EnumOption, StrOption
from pants.option.subsystem import Subsystem
from pants.util.strutil import softwrap

from pants_strata.publishing.destinations import Destination
from strata.errors import publish as errors
from strata.errors.signatures import keys as key_errors

_PACKAGE = "cryptography"


class HelperInput(Enum):
    """What a program that signs gets: the choices of `[strata-sign].helper_input`."""

    message = "message"
    digest = "digest"


class SignSubsystem(Subsystem):
    """The options of `[strata-sign]`."""

    options_scope = "strata-sign"
    help = "How `publish` signs images, so that cosign verifies them. It needs `pants-strata[sign]` as the plugin."

    key = StrOption(
        default="",
        help=softwrap(
            """
            A private key with which `publish` signs each image that it has pushed, and the documents about it: a PEM
            file, also one of cosign. A relative path goes out from the root of the repository.
            """
        ),
    )
    password_file = StrOption(
        default="",
        help="A file with the password of `key`. Without it, `publish` asks for the password of an encrypted key.",
    )
    helper = StrOption(
        default="",
        help=softwrap(
            """
            A program that signs, instead of `key`, for keys that are in a token or a key service: it gets what is to be
            signed on standard input, and writes the signature to standard output. `[strata].publish_env_vars` names the
            environment variables that it needs.
            """
        ),
    )
    helper_input = EnumOption(
        default=HelperInput.message,
        help="What `helper` gets: the message, or its SHA-256 digest of 32 bytes.",
    )
    public_key = StrOption(default="", help="A PEM file with the public key of `helper`.")


def key_arguments(options: SignSubsystem, root: Path) -> tuple[str, ...]:
    """Return what names the key to `strata sign`; nothing where images are not signed.

    Raise StrataError where the options contradict each other, or this Python cannot sign: before anything is pushed.

    :param root: of the repository, from which relative paths go out.
    """
    if not options.key and not options.helper:
        return ()
    if options.key and options.helper:
        raise errors.two_ways_to_sign()
    if options.helper and not options.public_key:
        raise errors.helper_without_public_key()
    if importlib.util.find_spec(_PACKAGE) is None:
        raise key_errors.missing_package(_PACKAGE)
    if options.helper:
        form = options.helper_input.value
        return (f"--helper={options.helper}", f"--helper-input={form}", f"--public-key={root / options.public_key}")
    password = options.password_file
    return (f"--key={root / options.key}", *([f"--password-file={root / password}"] if password else []))


def signing_arguments(key: Sequence[str], place: Destination, digest: str) -> tuple[str, ...]:
    """Return the arguments of `strata sign` for an image that was pushed: its digest is signed, and not the tag."""
    registry = place.registry
    plain = [f"--plain-http={registry.address}"] if registry.plain_http else []
    return ("sign", f"{registry.address}/{place.repository}@{digest}", *key, *plain)
