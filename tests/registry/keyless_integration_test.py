"""An image is signed with a certificate for an identity, and verified, by the library sigstore.

The certificate authority and the transparency log are stand-ins on this machine, whose certificates, time stamps and
proofs the library verifies as it does those of sigstore's own services. The library does not go with the Pants of this
repository: the commands run on a Python that has it, where one is named.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.layouts.layout import Layout
from strata.registry.provider import Provider
from strata.registry.push import push
from strata.registry.reference import Reference
from support.oci.layouts import write_example
from support.programs import go_program
from support.servers.registries import docker_registry
from support.servers.sigstore import IDENTITY, ISSUER, FakeSigstore, fake_sigstore, identity_token

COSIGN = "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3"
VARIABLE = "STRATA_TEST_SIGSTORE_PYTHON"
WHO = (f"--certificate-identity={IDENTITY}", f"--certificate-oidc-issuer={ISSUER}")


@dataclass
class Keyless:
    """Runs the commands. `folder` has a token and a trust configuration."""

    folder: Path
    image: str
    services: FakeSigstore

    def run(self, *arguments: str) -> tuple[int, str, str]:
        program = [os.environ[VARIABLE], "-m", "strata", *arguments]
        environment = {"PYTHONPATH": os.path.abspath("src"), "HOME": str(self.folder), "PATH": os.defpath}
        done = subprocess.run(program, env=environment, cwd=self.folder, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    def sign(self, *arguments: str, trust: str = "trust.json") -> tuple[int, str, str]:
        return self.run("sign", self.image, "--identity-token=token", f"--trust-config={trust}", *arguments)

    def verify(self, *arguments: str) -> tuple[int, str, str]:
        return self.run("verify", self.image, "--trusted-root=trust.json", *arguments)


@pytest.fixture
def keyless(tmp_path: Path) -> Iterator[Keyless]:
    if not os.environ.get(VARIABLE):
        pytest.skip(
            "sigstore is not here: `python -m venv /a/folder && /a/folder/bin/pip install sigstore PyNaCl`, and "
            f"{VARIABLE}=/a/folder/bin/python."
        )
    write_example(tmp_path / "image")
    layout = Layout.open(tmp_path / "image")
    with docker_registry(tmp_path) as address, fake_sigstore() as services:
        place = Reference.parse(f"{address}/team/app:1")
        push(layout, layout.roots()[0], Provider(place, actions="pull,push", environment={}), tags=["1"])
        (tmp_path / "token").write_text(f"{identity_token()}\n")
        (tmp_path / "trust.json").write_text(json.dumps(services.trust()))
        yield Keyless(tmp_path, str(place), services)


def test_an_identity_signs(keyless: Keyless) -> None:
    code, said, _ = keyless.sign()
    digest = json.loads(said)["digest"]
    assert (code, json.loads(said)["signed"]) == (0, [f"bundle {digest}"])
    assert keyless.services.requests == ["/api/v2/signingCert", "/api/v1/log/entries"]
    assert keyless.verify(*WHO) == (
        0,
        f"{keyless.image} is accepted: {digest}\nsigned by {IDENTITY} ({ISSUER})\n",
        "",
    )
    # What this identity has signed already is left as it is.
    assert json.loads(keyless.sign()[1])["present"] == [f"bundle {digest}"]


def test_another_identity_is_refused(keyless: Keyless) -> None:
    keyless.sign()
    code, _, said = keyless.verify("--certificate-identity=somebody@example.com", WHO[1])
    lines = said.splitlines()
    assert (code, lines[0]) == (1, f"{keyless.image} is refused: none of the 1 key needed signed it.")
    assert lines[2].endswith("has a certificate, for none of the identities that are trusted, or was changed")
    assert keyless.verify(WHO[0], "--certificate-oidc-issuer=https://other.example")[0] == 1
    assert keyless.verify(WHO[0])[2].splitlines()[0] == (
        "An identity is named without its issuer, or an issuer without an identity."
    )


def test_cosign_verifies_what_an_identity_signed(keyless: Keyless) -> None:
    cosign = go_program("cosign", COSIGN)
    keyless.sign()
    (keyless.folder / "root.json").write_text(json.dumps(keyless.services.trust()["trustedRoot"]))
    command = (cosign, "verify", "--trusted-root=root.json", "--allow-insecure-registry", *WHO, keyless.image)
    environment = {"HOME": str(keyless.folder), "PATH": os.defpath}
    ran = subprocess.run(command, env=environment, cwd=keyless.folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "https://sigstore.dev/cosign/sign/v1" in ran.stdout


def test_other_services_are_not_trusted(keyless: Keyless) -> None:
    keyless.sign()
    (keyless.folder / "trust.json").write_text(json.dumps(FakeSigstore().trust(keyless.services.url)))
    assert keyless.verify(*WHO)[0] == 1


def test_services_that_options_name(keyless: Keyless) -> None:
    trust = keyless.services.trust("http://127.0.0.1:1")
    (keyless.folder / "elsewhere.json").write_text(json.dumps(trust))
    code, _, said = keyless.sign(trust="elsewhere.json")
    assert (code, said.splitlines()[0]) == (2, "The image cannot be signed or verified with a certificate.")
    url = keyless.services.url
    assert keyless.sign(f"--fulcio-url={url}", f"--rekor-url={url}", trust="elsewhere.json")[0] == 0
    assert keyless.verify(*WHO)[0] == 0


def test_policy_with_a_key_and_an_identity(keyless: Keyless) -> None:
    keyless.sign()
    (keyless.folder / "policy.toml").write_text(
        f'[signers]\nidentities = [{{ identity = "{IDENTITY}", issuer = "{ISSUER}" }}]\ntrusted_root = "trust.json"\n'
    )
    assert keyless.run("verify", keyless.image, "--policy=policy.toml")[0] == 0


def test_tokens_that_are_refused(keyless: Keyless) -> None:
    (keyless.folder / "token").write_text("no token")
    assert keyless.sign() == (
        2,
        "",
        "The image cannot be signed or verified with a certificate.\n"
        "Found:\n  Identity token is malformed or missing claims\n"
        "Fix: check that the identity token is new and made out for sigstore (its audience), the trust configuration, "
        "and that the certificate authority and the transparency log can be reached.\n",
    )
    assert keyless.sign("--format=simple-signing")[2].splitlines()[0] == (
        "Signatures of simple signing are made with a key, and an identity token is given."
    )
