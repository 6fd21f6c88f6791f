"""This module signs with the private key in a PEM file: PKCS#8, encrypted or not, or as cosign encrypts keys."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Protocol

from strata.errors.signatures import keys as errors
from strata.sign.keys import cosign as cosign_key
from strata.sign.keys.packages import needed
from strata.sign.keys.public import PublicKey, read_file

# Gives the password of the key whose name it gets; asked only for a key that is encrypted.
Password = Callable[[str], bytes]
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\s+(.*?)-----END \1-----", re.DOTALL)


class Signer(Protocol):
    """Signs messages with one key."""

    @property
    def public_key(self) -> PublicKey:
        """Return the key that verifies the signatures."""

    def sign(self, message: bytes) -> bytes:
        """Return a signature over a message."""


@dataclass(frozen=True)
class KeyFile:
    """A private key that was read from a file."""

    public_key: PublicKey
    _key: Any = field(repr=False)

    @classmethod
    def read(cls, path: Path, password: Password) -> KeyFile:
        """Return the key in a file. Raise StrataError where none can be used, or the password is wrong."""
        name = str(path)
        content = read_file(path, "a private key")
        with needed():
            from cryptography.exceptions import UnsupportedAlgorithm
            from cryptography.hazmat.primitives import serialization
        found = _PEM.search(content)
        if not found:
            raise errors.bad_private_key(name, "it is not PEM")
        kind = found[1].decode()
        try:
            if kind in cosign_key.PEM_TYPES:
                der = cosign_key.decrypt(_bytes(found[2]), password(name))
                key: Any = serialization.load_der_private_key(der, None)
            elif kind == "ENCRYPTED PRIVATE KEY":
                key = _open(content, password(name))
            elif kind.endswith("PRIVATE KEY"):
                key = serialization.load_pem_private_key(content, None)
            else:
                raise errors.bad_private_key(name, f"it is a {kind.lower()}")
            return cls(PublicKey.of(name, key.public_key()), key)
        except cosign_key.WrongPassword:
            raise errors.wrong_password(name) from None
        except cosign_key.NotACosignKey as reason:
            raise errors.bad_private_key(name, str(reason)) from None
        except TypeError:
            # What OpenSSL encrypted before PKCS#8: its cipher and hash are too weak today.
            raise errors.bad_private_key(name, "it is encrypted in a form before PKCS#8") from None
        except UnsupportedAlgorithm:
            raise errors.bad_private_key(name, "its algorithm is not known here") from None
        except ValueError as error:
            known = str(error) if str(error).startswith("it is ") else "it is damaged"
            raise errors.bad_private_key(name, known) from None

    def sign(self, message: bytes) -> bytes:
        """Return a signature over a message."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(message, ec.ECDSA(hashes.SHA256()))
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return bytes(self._key.sign(message))


def _open(content: bytes, password: bytes) -> Any:
    from cryptography.hazmat.primitives import serialization

    try:
        return serialization.load_pem_private_key(content, password)
    except ValueError:
        # OpenSSL does not tell a wrong password from damage.
        raise cosign_key.WrongPassword from None


def _bytes(text: bytes) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        raise cosign_key.NotACosignKey("it is not Base64") from None
