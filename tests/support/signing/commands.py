"""Runs `strata sign` and `strata verify` in this process, with keys of a folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from strata.__main__ import main
from strata.sign.keys.public import PublicKey

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


def write_keys(folder: Path, name: str, key: Any = None) -> None:
    """NAME.key and NAME.pub, for P-256 where no key is given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    (folder / f"{name}.key").write_bytes(key.private_bytes(PEM, PKCS8, serialization.NoEncryption()))
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    (folder / f"{name}.pub").write_bytes(key.public_key().public_bytes(PEM, form))


@dataclass
class Commands:
    """Runs `strata` in this process. `folder` holds two key pairs, `a` and `b`, and a layout, `image`."""

    folder: Path
    capture: Any
    monkeypatch: pytest.MonkeyPatch

    def run(self, *arguments: object) -> tuple[int, str, str]:
        """Exit code, standard output and standard error; the folder is left out of both."""
        self.monkeypatch.setattr(sys, "argv", ["strata", *map(str, arguments)])
        code = main()
        said = self.capture.readouterr()
        return code, said.out.replace(f"{self.folder}/", ""), said.err.replace(f"{self.folder}/", "")

    def sign(self, target: object, *arguments: object, key: str = "a") -> tuple[int, str, str]:
        return self.run("sign", target, f"--key={self.folder}/{key}.key", *arguments)

    def verify(self, target: object, *arguments: object, key: str = "a") -> tuple[int, str, str]:
        return self.run("verify", target, f"--key={self.folder}/{key}.pub", *arguments)

    def key_name(self, name: str) -> str:
        """How messages name a key."""
        return str(PublicKey.read(self.folder / f"{name}.pub")).replace(f"{self.folder}/", "")
