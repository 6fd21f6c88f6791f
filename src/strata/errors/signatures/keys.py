"""This module words the errors of keys, passwords and helpers. No message shows a secret, or what a helper gets."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError

_KEYS = "ECDSA with the curve P-256, RSA from 2048 bits on, or Ed25519"


def missing_package(name: str, extra: str = "sign") -> StrataError:
    """Return the error for a Python without a package that signing needs; `extra` of the distribution installs it."""
    return StrataError(
        f"The Python package {name} is not installed, and signatures are made and verified with it.",
        fix=f"install the extra `{extra}`: `pip install 'pants-strata[{extra}]'`; for `./pants publish` name "
        f'`"pants-strata[{extra}]==…"` in `[GLOBAL].plugins`.',
    )


def unreadable_file(path: str, what: str, reason: str) -> StrataError:
    """Return the error for a file of the user that cannot be read; `what` names what it holds."""
    return StrataError(f"{path} cannot be read for {what}: {reason}.", fix="check the path and the file's permissions.")


def unwritable_file(path: str, reason: str) -> StrataError:
    """Return the error for a signature that cannot be written."""
    return StrataError(f"{path} cannot be written: {reason}.", fix="check the folder's permissions and its disk.")


def bad_public_key(path: str, reason: str) -> StrataError:
    """Return the error for a file that holds no public key of a kind that cosign takes."""
    return StrataError(
        f"{path} holds no public key that can be used: {reason}.",
        fix=f"give a PEM file (`-----BEGIN PUBLIC KEY-----`) with a key for {_KEYS}; `cosign generate-key-pair` and "
        "`openssl pkey -pubout` write such files.",
    )


def bad_private_key(path: str, reason: str) -> StrataError:
    """Return the error for a file that holds no private key of a kind that cosign takes."""
    return StrataError(
        f"{path} holds no private key that can be used: {reason}.",
        fix=f"give a PEM file with a key for {_KEYS}: PKCS#8, encrypted or not, or as `cosign generate-key-pair` "
        "writes it.",
    )


def wrong_password(path: str) -> StrataError:
    """Return the error for an encrypted key that a password does not open."""
    return StrataError(
        f"The password does not open the private key {path}.",
        fix="check the file or the descriptor that the password comes from; a line break at its end does not count.",
    )


def no_password(path: str) -> StrataError:
    """Return the error for an encrypted key where no password is given and nobody can be asked."""
    return StrataError(
        f"The private key {path} is encrypted, no password is given, and standard input is not a terminal.",
        fix="name a file with the password (`--password-file=FILE`), or an open descriptor (`--password-fd=3 3<FILE`).",
    )


def bad_descriptor(descriptor: int, reason: str) -> StrataError:
    """Return the error for a file descriptor from which no password can be read."""
    return StrataError(
        f"No password can be read from the file descriptor {descriptor}: {reason}.",
        fix="open it for this command: `--password-fd=3 3<FILE`.",
    )


def no_key() -> StrataError:
    """Return the error for a command that signs without saying with what."""
    return StrataError(
        "No key is named to sign with.",
        fix="name a file (`--key=FILE`), a program that signs (`--helper=COMMAND --public-key=FILE`), or an identity "
        "token (`--identity-token=FILE`).",
    )


def several_keys() -> StrataError:
    """Return the error for a command that names a file and a helper, or a token beside these."""
    return StrataError(
        "More than one of `--key`, `--helper` and `--identity-token` is there, and an image is signed once at a time.",
        fix="choose one, and sign again for a second signature.",
    )


def helper_without_public_key() -> StrataError:
    """Return the error for a helper whose signatures cannot be checked."""
    return StrataError(
        "A helper is named without its public key.",
        fix="add `--public-key=FILE`, or `--public-key-command=COMMAND`, which writes it to standard output.",
    )


def helper_failed(command: str, reason: str, said: Sequence[str]) -> StrataError:
    """Return the error for a helper that does not start, or ends with an error; `said` is its standard error."""
    return StrataError(
        f"The helper {command} {reason}.",
        found=said,
        fix="run it by hand: it gets what is to be signed on standard input, and writes the signature alone to "
        "standard output.",
    )


def helper_wrong_signature(command: str, key: str) -> StrataError:
    """Return the error for a helper whose answer is no signature of the public key."""
    return StrataError(
        f"The answer of the helper {command} is no signature with the public key {key}; nothing was stored.",
        fix="check that both name the same key, that ECDSA signatures are DER and RSA ones PKCS#1 v1.5 over SHA-256, "
        "and whether the helper wants the digest (`--helper-input=digest`).",
    )
