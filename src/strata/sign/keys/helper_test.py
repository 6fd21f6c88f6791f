from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from strata.errors import StrataError
from strata.sign.keys.helper import Helper, run_helper, split_command
from strata.sign.keys.public import PublicKey

HELPER = """\
import sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

kind = utils.Prehashed(hashes.SHA256()) if sys.argv[2:] == ["digest"] else hashes.SHA256()
key = serialization.load_pem_private_key(open(sys.argv[1], "rb").read(), None)
sys.stdout.buffer.write(key.sign(sys.stdin.buffer.read(), ec.ECDSA(kind)))
"""


@pytest.fixture
def key(tmp_path: Path) -> PublicKey:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "helper.py").write_text(HELPER)
    return PublicKey.of("token.pub", key.public_key())


def command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, str(folder / "helper.py"), str(folder / "key"), *more]


def error(*words: str) -> str:
    with pytest.raises(StrataError) as caught:
        run_helper(words, b"")
    return str(caught.value)


def test_helper_gets_the_message_or_the_digest(key: PublicKey, tmp_path: Path) -> None:
    assert key.verifies(Helper(command(tmp_path), key).sign(b"message"), b"message")
    assert key.verifies(Helper(command(tmp_path, "digest"), key, digest=True).sign(b"message"), b"message")


def test_helper_with_another_key(key: PublicKey, tmp_path: Path) -> None:
    other = PublicKey.of("other.pub", ec.generate_private_key(ec.SECP256R1()).public_key())
    with pytest.raises(StrataError) as caught:
        Helper(command(tmp_path), other).sign(b"message")
    assert str(caught.value) == (
        f"The answer of the helper {sys.executable} is no signature with the public key {other}; nothing was stored.\n"
        "Fix: check that both name the same key, that ECDSA signatures are DER and RSA ones PKCS#1 v1.5 over SHA-256, "
        "and whether the helper wants the digest (`--helper-input=digest`)."
    )


def test_helpers_that_fail() -> None:
    fix = (
        "Fix: run it by hand: it gets what is to be signed on standard input, and writes the signature alone to "
        "standard output."
    )
    program = sys.executable
    assert error(program, "-c", "import sys; sys.exit('no token in the slot')") == (
        f"The helper {program} ended with the exit code 1.\nFound:\n  no token in the slot\n{fix}"
    )
    assert error("/no/such/program") == (
        f"The helper /no/such/program cannot be started: No such file or directory.\n{fix}"
    )
    assert error() == f"The helper (none) is an empty text.\n{fix}"
    with pytest.raises(StrataError) as caught:
        split_command("sign 'with")
    assert str(caught.value) == f"The helper sign 'with cannot be read: No closing quotation.\n{fix}"
