"""This module opens the private keys that cosign encrypts.

The PEM block holds JSON: the parameters of scrypt, which makes a key of the password, and a NaCl secretbox with the
private key as PKCS#8.
https://github.com/secure-systems-lab/go-securesystemslib/blob/main/encrypted/encrypted.go
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from strata.oci.documents import NotJson, parse, shown
from strata.oci.shape import exactly, struct, text
from strata.sign.keys.packages import needed

PEM_TYPES = ("ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY")
# The strengths that cosign has had, as numbers of iterations. For each, scrypt takes a kilobyte of memory.
_ITERATIONS = (1 << 15, 1 << 16, 1 << 17)
_KEY_BYTES = 32


def _strength(value: Any, where: str) -> Iterator[str]:
    """Yield a problem unless the value is one that cosign writes: others could take all memory."""
    if value not in _ITERATIONS:
        yield f"{where} is {shown(value)}, not one of {', '.join(map(str, _ITERATIONS))}"


_shape = struct(
    {
        "kdf": struct(
            {
                "name": exactly("scrypt"),
                "params": struct({"N": _strength, "r": exactly(8), "p": exactly(1)}),
                "salt": text,
            }
        ),
        "cipher": struct({"name": exactly("nacl/secretbox"), "nonce": text}),
        "ciphertext": text,
    }
)


class NotACosignKey(Exception):
    """The PEM block is not of this form; the text says why."""


class WrongPassword(Exception):
    """The password does not open the key."""


def decrypt(content: bytes, password: bytes) -> bytes:
    """Return the private key as PKCS#8 (DER). Raise NotACosignKey or WrongPassword.

    :param content: of the PEM block, decoded.
    """
    with needed():
        from nacl.exceptions import CryptoError
        from nacl.secret import SecretBox
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    value = _read(content)
    salt, nonce, box = map(_decoded, (value["kdf"]["salt"], value["cipher"]["nonce"], value["ciphertext"]))
    if len(nonce) != SecretBox.NONCE_SIZE:
        raise NotACosignKey("its nonce has another length")
    iterations = value["kdf"]["params"]["N"]
    key = Scrypt(salt=salt, length=_KEY_BYTES, n=iterations, r=8, p=1).derive(password)
    try:
        return bytes(SecretBox(key).decrypt(box, nonce))
    except CryptoError:
        raise WrongPassword from None


def _read(content: bytes) -> Any:
    try:
        value = parse(content)
    except NotJson as reason:
        raise NotACosignKey(f"its content {reason}") from None
    problem = next(_shape(value, ""), None)
    if problem:
        raise NotACosignKey(problem)
    return value


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise NotACosignKey("it holds a text that is not Base64") from None
