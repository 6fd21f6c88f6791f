"""This module words the errors of policy files: what is wrong with the file, and which rules an image does not meet."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError
from strata.errors.signatures import Refused


def bad_policy(path: str, problems: Sequence[str]) -> StrataError:
    """Return the error for a policy that is not TOML, or has keys and values that are not those of a policy."""
    return StrataError(
        f"{path} is no policy.",
        found=problems,
        fix="correct these places; docs/signatures.md shows a policy with all keys. A key that is not known is an "
        "error, so that a misspelt rule is not left out.",
    )


def no_keys() -> StrataError:
    """Return the error for a verification without a public key."""
    return StrataError(
        "No public key is named, so that no signature can be verified.",
        fix="name one or more (`--key=FILE`), or a policy that does (`--policy=FILE`, `keys` in `[signers]`); for "
        "signatures with certificates name an identity (`--certificate-identity`, `--certificate-oidc-issuer`).",
    )


def more_signers_than_keys(path: str, required: int, keys: int) -> StrataError:
    """Return the error for a policy that no image can meet."""
    return StrataError(
        f"{path} requires {required} signers, and names {keys} {'key' if keys == 1 else 'keys'} in all.",
        fix="add the missing keys to `keys` in `[signers]`, or lower `required`. A key that is named twice counts "
        "once.",
    )


def not_met(place: str, path: str, problems: Sequence[str]) -> StrataError:
    """Return the error for an image whose signatures are good, and that does not meet a policy."""
    return Refused(
        f"{place} is refused: it does not meet the policy {path}.",
        found=problems,
        fix="build, sign or attach what is missing, or change the policy if it asks for too much.",
    )
