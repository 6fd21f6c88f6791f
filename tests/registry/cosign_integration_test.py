"""cosign from Go modules verifies what Strata signed, and Strata verifies what cosign signed.

It is not built here: these tests run where it is found, and say how to get it. cosign 2.6.5 and 3.1.3 were tried.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from strata.layouts.layout import Layout
from strata.oci.descriptor import Descriptor
from strata.registry.provider import Provider
from strata.registry.push import push
from strata.registry.reference import Reference
from strata.registry.referrers.attach import attach
from support.oci.layouts import write_example
from support.programs import go_program
from support.servers.registries import crane_registry, docker_registry, olareg_registry
from support.signing.commands import Commands, write_keys

COSIGN = "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3"
CRANE = "github.com/google/go-containerregistry/cmd/crane@v0.22.1"
OLAREG = "github.com/olareg/olareg/cmd/olareg@v0.1.2"
PASSWORD = "the password"
# No transparency log and no authority: a key is all that is trusted.
TRUSTED_ROOT = {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}
SIGN = ("--tlog-upload=false", "--use-signing-config=false", "--yes", "--allow-insecure-registry")
VERIFY = ("--insecure-ignore-tlog", "--allow-insecure-registry")
KINDS = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


@dataclass
class Image:
    """An image in a registry, and cosign. `commands` has the keys in its folder."""

    name: str
    subject: Descriptor
    commands: Commands
    program: str

    @property
    def reference(self) -> str:
        return f"{self.name}@{self.subject.digest}"

    def cosign(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        folder = self.commands.folder
        return subprocess.run(
            [self.program, *arguments],
            env={"PATH": os.defpath, "HOME": str(folder), "COSIGN_PASSWORD": PASSWORD},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def done(self, *arguments: str) -> str:
        ran = self.cosign(*arguments)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def verified(self, *options: str, key: str = "a") -> Any:
        """What cosign says of the image."""
        pub = f"--key={key}.pub"
        return json.loads(self.done("verify", "--trusted-root=root.json", pub, *VERIFY, *options, self.reference))


@pytest.fixture(params=["crane", "docker-registry", "olareg"])
def image(request: Any, tmp_path: Path, commands: Commands) -> Iterator[Image]:
    program = go_program("cosign", COSIGN)
    (tmp_path / "root.json").write_text(json.dumps(TRUSTED_ROOT))
    if request.param == "crane":
        started = crane_registry(tmp_path, go_program("crane", CRANE))
    elif request.param == "olareg":
        # It lists referrers itself.
        started = olareg_registry(tmp_path, go_program("olareg", OLAREG))
    else:
        started = docker_registry(tmp_path)
    with started as address:
        layout = Layout.open(tmp_path / "image")
        place = Reference.parse(f"{address}/team/app:1")
        root = layout.roots()[0]
        push(layout, root, Provider(place, actions="pull,push", environment={}), tags=["1"])
        yield Image(place.name, root, commands, program)


@pytest.fixture
def commands(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Commands:
    write_example(tmp_path / "image")
    write_keys(tmp_path, "a")
    return Commands(tmp_path, capsys, monkeypatch)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["simple-signing", "bundle"])
def test_cosign_verifies_what_strata_signed(image: Image, kind: str, form: str) -> None:
    write_keys(image.commands.folder, "a", KINDS[kind]())
    assert image.commands.sign(image.reference, f"--format={form}")[0] == 0
    (told,) = image.verified()
    assert told["critical"]["image"] == {"docker-manifest-digest": image.subject.digest}
    kinds = {"simple-signing": "cosign container image signature", "bundle": "https://sigstore.dev/cosign/sign/v1"}
    assert told["critical"]["type"] == kinds[form]
    write_keys(image.commands.folder, "b")
    other = image.cosign("verify", "--trusted-root=root.json", "--key=b.pub", *VERIFY, image.reference)
    assert other.returncode != 0


def test_cosign_verifies_an_sbom_that_strata_signed(image: Image) -> None:
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
    client = Provider(Reference.parse(image.reference), actions="pull,push", environment={})
    attach(client, image.subject, "application/vnd.cyclonedx+json", json.dumps(bom).encode())
    image.commands.sign(image.reference, "--format=bundle")
    verify = ("verify-attestation", "--trusted-root=root.json", "--key=a.pub", *VERIFY, "--type=cyclonedx")
    statement = json.loads(base64.b64decode(json.loads(image.done(*verify, image.reference))["payload"]))
    assert (statement["predicateType"], statement["predicate"]) == ("https://cyclonedx.org/bom", bom)


@pytest.mark.parametrize("form", ["--new-bundle-format=false", "--new-bundle-format=true"])
def test_strata_verifies_what_cosign_signed(image: Image, form: str) -> None:
    image.done("generate-key-pair", "--output-key-prefix=c")
    image.done("sign", "--key=c.key", *SIGN, form, image.reference)
    code, said, _ = image.commands.verify(image.reference, key="c")
    assert (code, said) == (
        0,
        f"{image.reference} is accepted: {image.subject.digest}\nsigned by {image.commands.key_name('c')}\n",
    )
    assert image.commands.verify(image.reference, key="a")[0] == 1


@pytest.mark.parametrize("form", ["--new-bundle-format=false", "--new-bundle-format=true"])
def test_strata_verifies_a_document_that_cosign_signed(image: Image, form: str) -> None:
    folder = image.commands.folder
    image.done("generate-key-pair", "--output-key-prefix=c")
    (folder / "predicate.json").write_text('{"spdxVersion":"SPDX-2.3"}')
    image.done("sign", "--key=c.key", *SIGN, "--new-bundle-format=true", image.reference)
    attest = ("attest", "--key=c.key", *SIGN, form, "--type=spdxjson")
    image.done(*attest, "--predicate=predicate.json", image.reference)
    (folder / "policy.toml").write_text("[signers]\nkeys = ['c.pub']\n[documents]\nrequired = ['spdx']\n")
    code, said, _ = image.commands.run("verify", image.reference, f"--policy={folder}/policy.toml")
    assert (code, said.splitlines()[-1]) == (0, f"https://spdx.dev/Document of {image.subject.digest} is signed")


def test_strata_signs_with_a_key_of_cosign(image: Image) -> None:
    folder = image.commands.folder
    image.done("generate-key-pair", "--output-key-prefix=c")
    (folder / "password").write_text(PASSWORD)
    assert image.commands.sign(image.reference, f"--password-file={folder}/password", key="c")[0] == 0
    assert image.verified(key="c")
