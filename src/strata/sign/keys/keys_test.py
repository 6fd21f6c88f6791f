from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import Any, Callable, NoReturn

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519

from strata.errors import StrataError
from strata.sign.keys.passwords import PasswordSource
from strata.sign.keys.private import KeyFile
from strata.sign.keys.public import PublicKey
from support.signing.cosign import ENCRYPTED_KEY, PASSWORD, PUBLIC_KEY

KINDS = "a key for ECDSA with the curve P-256, RSA from 2048 bits on, or Ed25519"
PUBLIC_FIX = (
    f"\nFix: give a PEM file (`-----BEGIN PUBLIC KEY-----`) with {KINDS}; `cosign generate-key-pair` and "
    "`openssl pkey -pubout` write such files."
)
PRIVATE_FIX = (
    f"\nFix: give a PEM file with {KINDS}: PKCS#8, encrypted or not, or as `cosign generate-key-pair` writes it."
)


def private_pem(key: Any, password: bytes = b"", form: str = "PKCS8") -> bytes:
    encryption: Any = serialization.NoEncryption()
    if password:
        encryption = serialization.BestAvailableEncryption(password)
    content = key.private_bytes(serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form), encryption)
    assert isinstance(content, bytes)
    return content


def public_pem(key: Any) -> bytes:
    content = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert isinstance(content, bytes)
    return content


def unasked(key: str) -> NoReturn:
    raise AssertionError(f"the password of {key} was asked for")


def error_of(run: Callable[[], object]) -> str:
    with pytest.raises(StrataError) as caught:
        run()
    return str(caught.value)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["P-256", "RSA", "Ed25519"],
)
def test_each_kind_signs_and_verifies(tmp_path: Path, key: Any) -> None:
    plain, encrypted, public = tmp_path / "plain", tmp_path / "encrypted", tmp_path / "public"
    plain.write_bytes(private_pem(key))
    encrypted.write_bytes(private_pem(key, b"the password"))
    public.write_bytes(public_pem(key))
    verifier = PublicKey.read(public)
    for signer in (KeyFile.read(plain, unasked), KeyFile.read(encrypted, lambda _: b"the password")):
        assert (signer.public_key.der, signer.public_key.fingerprint) == (verifier.der, verifier.fingerprint)
        signature = signer.sign(b"message")
        assert verifier.verifies(signature, b"message")
        assert not verifier.verifies(signature, b"massage")
        assert not verifier.verifies(signature[:-1], b"message")
        assert not verifier.verifies(b"", b"message")


def test_key_that_cosign_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "cosign.key"
    path.write_bytes(ENCRYPTED_KEY)
    signer = KeyFile.read(path, lambda _: PASSWORD)
    assert signer.public_key.der == PublicKey.from_pem("", PUBLIC_KEY).der
    assert PublicKey.from_pem("", PUBLIC_KEY).verifies(signer.sign(b"message"), b"message")
    assert error_of(lambda: KeyFile.read(path, lambda _: b"guess")) == (
        f"The password does not open the private key {path}.\n"
        "Fix: check the file or the descriptor that the password comes from; a line break at its end does not count."
    )


def test_wrong_password_of_pkcs8(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(private_pem(ec.generate_private_key(ec.SECP256R1()), b"right"))
    assert error_of(lambda: KeyFile.read(path, lambda _: b"wrong")).splitlines()[0] == (
        f"The password does not open the private key {path}."
    )


def _cosign_pem(**changes: object) -> bytes:
    value = json.loads(base64.b64decode(b"".join(ENCRYPTED_KEY.splitlines()[1:-1])))
    body = base64.encodebytes(json.dumps({**value, **changes}).encode())
    kind = b"ENCRYPTED SIGSTORE PRIVATE KEY"
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (kind, body, kind)


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "it is not PEM"),
        (PUBLIC_KEY, "it is a public key"),
        (private_pem(ec.generate_private_key(ec.SECP384R1())), "it is for the curve secp384r1"),
        (private_pem(rsa.generate_private_key(65537, 1024)), "it is for RSA with only 1024 bits"),
        (private_pem(x25519.X25519PrivateKey.generate()), "it is for another algorithm"),
        (
            private_pem(ec.generate_private_key(ec.SECP256R1()), b"x", "TraditionalOpenSSL"),
            "it is encrypted in a form before PKCS#8",
        ),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "it is damaged"),
        (
            _cosign_pem(kdf={"name": "scrypt", "params": {"N": 1 << 30, "r": 8, "p": 1}, "salt": ""}),
            "kdf.params.N is 1073741824, not one of 32768, 65536, 131072",
        ),
        (_cosign_pem(cipher={"name": "nacl/secretbox", "nonce": "AAAA"}), "its nonce has another length"),
        (_cosign_pem(ciphertext="?"), "it holds a text that is not Base64"),
    ],
)
def test_private_keys_that_cannot_be_used(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    assert error_of(lambda: KeyFile.read(path, lambda _: b"x")) == (
        f"{path} holds no private key that can be used: {reason}.{PRIVATE_FIX}"
    )


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"no key", "it is no public key in PEM"),
        (ENCRYPTED_KEY, "it is a private key"),
        (public_pem(ec.generate_private_key(ec.SECP521R1())), "it is for the curve secp521r1"),
        (public_pem(rsa.generate_private_key(65537, 1024)), "it is for RSA with only 1024 bits"),
    ],
)
def test_public_keys_that_cannot_be_used(content: bytes, reason: str) -> None:
    assert error_of(lambda: PublicKey.from_pem("k.pub", content)) == (
        f"k.pub holds no public key that can be used: {reason}.{PUBLIC_FIX}"
    )


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing, long = tmp_path / "missing", tmp_path / "long"
    fix = "\nFix: check the path and the file's permissions."
    assert error_of(lambda: PublicKey.read(missing)) == (
        f"{missing} cannot be read for a public key: No such file or directory.{fix}"
    )
    long.write_bytes(bytes(70000))
    assert error_of(lambda: KeyFile.read(long, unasked)) == (
        f"{long} cannot be read for a private key: it has more than 65536 bytes.{fix}"
    )


def test_password_from_a_file_and_from_a_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes(b" two words \n")
    assert PasswordSource(file=path).read("key") == b" two words "
    reader, writer = os.pipe()
    os.write(writer, b"secret\r\n")
    os.close(writer)
    assert PasswordSource(descriptor=reader).read("key") == b"secret"
    os.close(reader)
    assert error_of(lambda: PasswordSource(descriptor=reader).read("key")) == (
        f"No password can be read from the file descriptor {reader}: Bad file descriptor.\n"
        "Fix: open it for this command: `--password-fd=3 3<FILE`."
    )


def test_password_that_nobody_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: SIM115
    assert error_of(lambda: PasswordSource().read("k.key")) == (
        "The private key k.key is encrypted, no password is given, and standard input is not a terminal.\n"
        "Fix: name a file with the password (`--password-file=FILE`), or an open descriptor "
        "(`--password-fd=3 3<FILE`)."
    )


def test_nothing_secret_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(ENCRYPTED_KEY)
    shown = repr(KeyFile.read(path, lambda _: PASSWORD))
    assert shown.startswith("KeyFile(public_key=PublicKey(name=")
    assert "), _key=" not in shown
