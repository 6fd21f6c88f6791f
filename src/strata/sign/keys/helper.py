"""This module signs with a program of the user's choice, for keys that never leave a token or a key service.

The program gets the message, or its SHA-256 digest, on standard input and writes the signature alone, in binary form,
to standard output:

    openssl dgst -sha256 -sign key.pem
    pkcs11-tool --sign --mechanism ECDSA-SHA256 --signature-format openssl --id 01 --input-file /dev/stdin

It runs in the environment of this process, where such programs find their own settings. Strata gives it no secret.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from strata.errors.signatures import keys as errors
from strata.sign.keys.public import PublicKey

_SECONDS = 120
_SHOWN = 5


@dataclass(frozen=True)
class Helper:
    """A program that signs.

    :param command: the program and its arguments.
    :param digest: whether it gets the SHA-256 digest of the message (32 bytes) instead of the message.
    """

    command: Sequence[str]
    public_key: PublicKey
    digest: bool = False

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message. Raise StrataError where the answer is not one of the public key."""
        signature = run_helper(self.command, hashlib.sha256(message).digest() if self.digest else message)
        if not self.public_key.verifies(signature, message):
            raise errors.helper_wrong_signature(self.command[0], str(self.public_key))
        return signature


def run_helper(command: Sequence[str], given: bytes) -> bytes:
    """Return what a program writes to standard output. Raise StrataError where it fails."""
    import subprocess

    if not command:
        raise errors.helper_failed("(none)", "is an empty text", [])
    try:
        done = subprocess.run(list(command), input=given, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise errors.helper_failed(command[0], f"gave no answer in {_SECONDS} seconds", []) from None
    except OSError as error:
        raise errors.helper_failed(command[0], f"cannot be started: {error.strerror}", []) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").splitlines()[-_SHOWN:]
        raise errors.helper_failed(command[0], f"ended with the exit code {done.returncode}", said)
    return done.stdout


def split_command(text: str) -> list[str]:
    """Return the words of a command. Raise StrataError where a quotation has no end."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise errors.helper_failed(text, f"cannot be read: {error}", []) from None
