"""Images in layouts are signed and verified; the signatures lie beside the layout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from strata.layouts.layout import Layout
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import File, write_layer
from strata.oci.platform import Platform
from strata.sign.formats.bundle import Bundle
from support.oci.images import AMD64, write_layout
from support.servers.fake_registry import fake_registry
from support.signing.commands import Commands

ARM64 = Platform("linux", "arm64")
SBOM = b'{"bomFormat":"CycloneDX","specVersion":"1.6"}'


@pytest.fixture
def layout(commands: Commands) -> Path:
    return commands.folder / "image"


def beside(layout: Path) -> list[str]:
    folder = layout.parent / f"{layout.name}.attest"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.json"))


def damage(path: Path) -> bytes:
    """Change one byte in the middle; return what was there."""
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    return content


def test_layout_is_signed_and_accepted(commands: Commands, layout: Path) -> None:
    before = sorted(path.relative_to(layout) for path in layout.rglob("*"))
    said = json.loads(commands.sign(layout)[1])
    key = said["key"][:12]
    digest = Layout.open(layout).roots()[0].digest
    assert (said["signed"], beside(layout)) == (
        [f"bundle {digest}"],
        [f"linux-amd64/signature.{key}.sigstore.json"],
    )
    assert sorted(path.relative_to(layout) for path in layout.rglob("*")) == before
    assert commands.verify(layout) == (
        0,
        f"image is accepted: {digest}\nsigned by {commands.key_name('a')}\n",
        "",
    )
    assert json.loads(commands.sign(layout)[1])["present"] == [f"bundle {digest}"]


def test_layer_that_was_changed(commands: Commands, layout: Path) -> None:
    commands.sign(layout)
    layer = Layout.open(layout).manifest(Layout.open(layout).roots()[0]).layers[0]
    damage(layout / layer.blob_path)
    code, _, said = commands.verify(layout)
    assert (code, said.splitlines()[:3]) == (
        1,
        [
            f"image is refused: its signature is good, but the layer or config {layer.digest} is not what was signed.",
            "Found:",
            "  image is not a sound OCI image layout.",
        ],
    )
    (layout / layer.blob_path).unlink()
    code, _, said = commands.verify(layout)
    assert (code, said.splitlines()[3]) == (1, f"  {layer.blob_path} is missing")


def test_manifest_that_was_changed(commands: Commands, layout: Path) -> None:
    commands.sign(layout)
    root = Layout.open(layout).roots()[0]
    damage(layout / root.blob_path)
    code, _, said = commands.verify(layout)
    assert (code, said.splitlines()[0]) == (
        1,
        "image is refused: its signature is good, but a manifest is not what was signed.",
    )


def test_sbom_that_was_changed(commands: Commands, layout: Path) -> None:
    folder = layout.parent / "image.attest/linux-amd64"
    folder.mkdir(parents=True)
    (folder / "sbom.cdx.json").write_bytes(SBOM)
    key = json.loads(commands.sign(layout)[1])["key"][:12]
    path = folder / f"sbom.cdx.{key}.sigstore.json"
    assert json.loads(Bundle.from_bytes(path.read_bytes()).payload)["predicate"] == json.loads(SBOM)
    (commands.folder / "policy.toml").write_text("[signers]\nkeys = ['a.pub']\n[documents]\nrequired = ['sbom']\n")
    verify = ("verify", layout, f"--policy={commands.folder}/policy.toml")
    assert commands.run(*verify)[0] == 0
    signed = Bundle.from_bytes(path.read_bytes())
    forged = Bundle(signed.payload.replace(b"1.6", b"1.5"), signed.signatures, signed.hint)
    path.write_bytes(forged.to_bytes())
    assert commands.run(*verify) == (
        1,
        "",
        f"image is refused: it does not meet the policy policy.toml.\n"
        "Found:\n"
        "  the image: it has no sbom that one of the keys signed (https://cyclonedx.org/bom or "
        "https://spdx.dev/Document)\n"
        f"  image.attest/linux-amd64/sbom.cdx.{key}.sigstore.json names the key {commands.key_name('a')}, whose "
        "signature it is not: one of the two was changed\n"
        "Fix: build, sign or attach what is missing, or change the policy if it asks for too much.\n",
    )


@pytest.mark.parametrize(
    "content, problem", [(SBOM.replace(b"1.6", b"1.5"), "says something else"), (b"{", "is not JSON: line 1, column 2")]
)
def test_sbom_beside_its_signature_that_was_changed(
    commands: Commands, layout: Path, content: bytes, problem: str
) -> None:
    folder = layout.parent / "image.attest/linux-amd64"
    folder.mkdir(parents=True)
    (folder / "sbom.cdx.json").write_bytes(SBOM)
    key = json.loads(commands.sign(layout)[1])["key"][:12]
    (folder / "sbom.cdx.json").write_bytes(content)
    assert commands.verify(layout) == (
        1,
        "",
        "image is refused: image.attest/linux-amd64/sbom.cdx.json is not the document that was signed: "
        f"it {problem}.\n"
        f"Found:\n  signed in image.attest/linux-amd64/sbom.cdx.{key}.sigstore.json\n"
        "Fix: do not rely on it: take the document from the bundle, or have the image's documents made and signed "
        "again.\n",
    )


def test_two_sign_the_same_document(commands: Commands, layout: Path) -> None:
    folder = layout.parent / "image.attest/linux-amd64"
    folder.mkdir(parents=True)
    (folder / "sbom.cdx.json").write_bytes(SBOM)
    commands.sign(layout)
    commands.sign(layout, key="b")
    for key in ("a", "b"):
        (commands.folder / "policy.toml").write_text(
            f"[signers]\nkeys = ['{key}.pub']\n[documents]\nrequired = ['sbom']\n"
        )
        assert commands.run("verify", layout, f"--policy={commands.folder}/policy.toml")[0] == 0


def test_signature_that_was_damaged(commands: Commands, layout: Path) -> None:
    commands.sign(layout)
    (path,) = (layout.parent / "image.attest").rglob("*.json")
    path.write_bytes(b"{")
    assert commands.verify(layout)[2] == (
        "image is refused: none of the 1 key needed signed it.\n"
        f"Found:\n  image.attest/linux-amd64/{path.name} is not JSON: line 1, column 2\n"
        "Fix: do not run it before you know why: it, or a signature, was changed, or it was signed with another key.\n"
    )


def test_index_of_two_platforms(commands: Commands) -> None:
    root = commands.folder / "two"
    layers = [write_layer([File("app", b"1")], blobs=root / "blobs/sha256", contents={"kind": "app"})]
    images = [Image.assemble(each, layers, RuntimeConfig(("/app",)), annotations={}) for each in (AMD64, ARM64)]
    write_layout(root, images)
    (commands.folder / "two.attest/linux-arm64").mkdir(parents=True)
    (commands.folder / "two.attest/linux-arm64/sbom.spdx.json").write_bytes(b"{}")
    key = json.loads(commands.sign(root)[1])["key"][:12]
    assert beside(root) == [
        f"index/signature.{key}.sigstore.json",
        f"linux-arm64/sbom.spdx.{key}.sigstore.json",
        "linux-arm64/sbom.spdx.json",
    ]
    digest = Layout.open(root).images()[ARM64].digest
    assert commands.verify(root)[1].splitlines()[2:] == [f"https://spdx.dev/Document of {digest} is signed"]
    commands.sign(root, "--recursive")
    assert f"linux-amd64/signature.{key}.sigstore.json" in beside(root)


def test_layouts_that_cannot_be_signed(commands: Commands, layout: Path) -> None:
    assert commands.sign(layout, "--format=simple-signing") == (
        2,
        "",
        f"{layout} is a layout, and signatures of simple signing lie at a tag of a registry.\n"
        "Fix: leave out `--format=simple-signing`, or push the image and sign it in the registry.\n".replace(
            f"{commands.folder}/", ""
        ),
    )
    assert commands.sign(f"{layout}:other") == (
        2,
        "",
        "image:other holds more than one image, or none, so that it is not clear which one is meant.\n"
        "Fix: choose one by its tag: DIRECTORY:TAG.\n",
    )
    assert commands.sign("./missing")[2].splitlines()[0] == "missing does not exist."


def test_signatures_beside_a_layout_go_with_a_push(commands: Commands, layout: Path) -> None:
    (layout.parent / "image.attest/linux-amd64").mkdir(parents=True)
    (layout.parent / "image.attest/linux-amd64/sbom.cdx.json").write_bytes(SBOM)
    commands.sign(layout)
    with fake_registry() as registry:
        target = f"{registry.address}/team/app:1"
        code, out, err = commands.run("push", layout, target, f"--documents={layout}.attest")
        # The list of what is in it, its signature, and that of the image.
        assert (code, json.loads(out)["attached"], err) == (0, 3, "")
        code, out, err = commands.verify(target)
        assert (code, err) == (0, "")
        assert "signed by" in out
        assert "https://cyclonedx.org/bom" in out
        (bundle,) = (layout.parent / "image.attest").rglob("signature.*")
        bundle.write_bytes(b"{}")
        assert commands.run("attach", target, bundle) == (
            2,
            "",
            f"image.attest/linux-amd64/{bundle.name} cannot be attached to an image: it is no sigstore bundle with a "
            "statement.\nFix: write it again, or name another.\n",
        )
