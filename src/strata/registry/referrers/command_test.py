"""Documents go into a registry with an image, and `referrers`, `attach` and `copy` find them there."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strata.__main__ import main
from strata.attest.statement import statement
from strata.layouts.layout import Layout
from strata.oci.descriptor import Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import File, write_layer
from strata.oci.platform import Platform
from strata.registry.referrers.listing import referrers_tag
from support.oci.images import write_layout
from support.servers.fake_registry import FakeRegistry, fake_registry

CYCLONEDX = "application/vnd.cyclonedx+json"
STATEMENT = "application/vnd.in-toto+json"
PLATFORMS = ("linux/amd64", "linux/arm64")


@pytest.fixture(params=["with the API", "without"])
def registry(request: Any) -> Iterator[FakeRegistry]:
    with fake_registry() as registry:
        registry.lists_referrers = request.param == "with the API"
        yield registry


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """An index of two images, and documents beside it."""
    root = tmp_path / "image"
    layers = [write_layer([File("etc/a", b"text")], blobs=root / "blobs/sha256", contents={"kind": "app"})]
    images = [Image.assemble(Platform.parse(each), layers, RuntimeConfig(), annotations={}) for each in PLATFORMS]
    write_layout(root, images)
    for image in images:
        folder = tmp_path / f"image.attest/{image.platform.os}-{image.platform.architecture}"
        folder.mkdir(parents=True)
        (folder / "sbom.cdx.json").write_bytes(b"{}")
        said = statement(image.manifest_descriptor.digest, "https://slsa.dev/provenance/v1", {}, "image")
        (folder / "provenance.json").write_bytes(said)
    return Layout.open(root)


class Run:
    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        self._capsys, self._monkeypatch, self._address = capsys, monkeypatch, address

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["strata", *map(str, arguments)])
        code = main()
        said = self._capsys.readouterr()
        out, err = (text.replace(self._address, "registry.example") for text in (said.out, said.err))
        return code, out, err

    def json(self, *arguments: object) -> Any:
        code, out, err = self(*arguments)
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, registry: FakeRegistry) -> Run:
    return Run(capsys, monkeypatch, registry.address)


def images_of(layout: Layout) -> list[Descriptor]:
    return list(layout.index(layout.roots()[0]))


def test_documents_come_before_the_tag(run: Run, registry: FakeRegistry, layout: Layout) -> None:
    target = f"{registry.address}/team/app:1"
    pushed = run.json("push", layout.root, target, f"--documents={layout.root}.attest")
    assert pushed["attached"] == 4
    assert registry.incomplete() == []
    puts = registry.asked("^PUT .*/manifests/")
    assert puts[-1] == "PUT /v2/team/app/manifests/1"
    # The two images and the index, then what is about them.
    assert puts[:3] == [f"PUT /v2/team/app/manifests/{each.digest}" for each in (*images_of(layout), layout.roots()[0])]


def test_an_image_that_is_there_takes_one_request(run: Run, registry: FakeRegistry, layout: Layout) -> None:
    arguments = ("push", layout.root, f"{registry.address}/team/app:1", f"--documents={layout.root}.attest")
    run.json(*arguments)
    registry.requests.clear()
    assert "attached" not in run.json(*arguments)
    assert registry.asked() == ["HEAD /v2/team/app/manifests/1"]
    registry.requests.clear()
    assert run.json(*arguments, "--tag=2")["attached"] == 0
    # Both tags and the digest; two pages of each platform's list, or the question for it and its tag; the new tag.
    assert len(registry.asked()) == 3 + 2 * 2 + 1


def test_referrers_are_listed(run: Run, registry: FakeRegistry, layout: Layout) -> None:
    target = f"{registry.address}/team/app:1"
    run.json("push", layout.root, target, f"--documents={layout.root}.attest")
    listed = run.json("referrers", target, "--json")
    assert listed["reference"] == "registry.example/team/app:1"
    index, *images = listed["subjects"]
    assert (index["digest"], index["referrers"]) == (layout.roots()[0].digest, [])
    assert {each["platform"]: each["digest"] for each in images} == {
        str(each.platform): each.digest for each in images_of(layout)
    }
    for image in images:
        types = {each["artifactType"]: each.get("annotations") for each in image["referrers"]}
        assert types == {CYCLONEDX: None, STATEMENT: {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"}}
        for each in image["referrers"]:
            manifest = json.loads(registry.manifests["team/app", each["digest"]][1])
            assert manifest["layers"][0]["annotations"]["org.opencontainers.image.title"] in (
                "sbom.cdx.json",
                "provenance.json",
            )
    one = images[0]["referrers"]
    (sbom,) = (each["digest"] for each in one if each["artifactType"] == CYCLONEDX)
    digest = images[0]["digest"]
    assert run("referrers", f"{registry.address}/team/app@{digest}", f"--artifact-type={CYCLONEDX}") == (
        0,
        f"{images[0]['platform']} {digest}\n  {CYCLONEDX} {sbom}\n",
        "",
    )
    (said,) = (each["digest"] for each in one if each["artifactType"] == STATEMENT)
    code, text, _ = run("referrers", target)
    assert code == 0
    assert text.splitlines()[0] == f"index {layout.roots()[0].digest}: nothing is attached"
    assert f"  {STATEMENT} {said}, in-toto.io/predicate-type=https://slsa.dev/provenance/v1" in text.splitlines()


def test_documents_are_attached_later(run: Run, registry: FakeRegistry, layout: Layout, tmp_path: Path) -> None:
    target = f"{registry.address}/team/app:1"
    run.json("push", layout.root, target)
    folder = f"{layout.root}.attest"
    assert [each["new"] for each in run.json("attach", target, folder)["attached"]] == [True] * 4
    assert [each["new"] for each in run.json("attach", target, folder)["attached"]] == [False] * 4
    note = tmp_path / "note.txt"
    note.write_text("a note")
    (done,) = run.json("attach", target, note, "--artifact-type=text/plain")["attached"]
    assert (done["subject"], done["artifactType"], done["new"]) == (layout.roots()[0].digest, "text/plain", True)
    (done,) = run.json("attach", target, note, "--artifact-type=text/plain", "--platform=linux/arm64")["attached"]
    assert done["subject"] == {str(each.platform): each.digest for each in images_of(layout)}["linux/arm64"]


def test_copy_takes_them_along(run: Run, registry: FakeRegistry, layout: Layout, tmp_path: Path) -> None:
    target, copy = f"{registry.address}/team/app:1", f"{registry.address}/team/copy:1"
    run.json("push", layout.root, target, f"--documents={layout.root}.attest")
    before = run.json("referrers", target, "--json")["subjects"]
    assert "attached" not in run.json("copy", target, copy)
    # Signatures come later: they are copied also where the image is there. So is what is about a document.
    sbom = next(each["digest"] for each in before[1]["referrers"] if each["artifactType"] == CYCLONEDX)
    (tmp_path / "note").write_text("about the list")
    run.json("attach", f"{registry.address}/team/app@{sbom}", tmp_path / "note", "--artifact-type=text/plain")
    assert run.json("copy", target, copy, "--referrers")["attached"] == 5
    assert run.json("referrers", copy, "--json")["subjects"] == before
    assert run.json("referrers", f"{registry.address}/team/copy@{sbom}", "--json")["subjects"][0]["referrers"] != []
    assert run.json("copy", target, copy, "--referrers")["attached"] == 0
    assert registry.incomplete() == []


def test_documents_of_another_image(run: Run, registry: FakeRegistry, layout: Layout) -> None:
    target, folder = f"{registry.address}/team/app:1", Path(f"{layout.root}.attest")
    stale = folder / "linux-amd64/provenance.json"
    other, digest = f"sha256:{'ab' * 32}", {str(each.platform): each.digest for each in images_of(layout)}
    stale.write_bytes(statement(other, "https://slsa.dev/provenance/v1", {}, "image"))
    assert run("push", layout.root, target, f"--documents={folder}") == (
        2,
        "",
        f"{stale} is a statement about another image.\nFound:\n  it is about {other}\n"
        f"  the image is {digest['linux/amd64']}\n"
        "Fix: package the image again, so that the documents beside it are its own.\n",
    )
    assert registry.tags("team/app").keys() <= {referrers_tag(each) for each in digest.values()}


def test_mistakes(
    run: Run, registry: FakeRegistry, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, folder = f"{registry.address}/team/app:1", Path(f"{layout.root}.attest")
    run.json("push", layout.root, target)
    assert run("push", layout.root, f"{target}2", "--documents=missing") == (
        2,
        "",
        "missing is no folder with documents about an image.\n"
        "Fix: name the folder that `package` writes beside the layout: NAME.attest.\n",
    )
    (tmp_path / "note").write_text("a note")
    assert run("attach", target, tmp_path / "note") == (
        2,
        "",
        f"{tmp_path}/note is a document whose type is not known.\n"
        "Fix: attach it by itself, with its type: `python -m strata attach REFERENCE FILE --artifact-type TYPE`.\n",
    )
    assert run("attach", target, tmp_path / "gone", "--artifact-type=text/plain") == (
        2,
        "",
        f"{tmp_path}/gone cannot be attached to an image: it cannot be read: No such file or directory.\n"
        "Fix: write it again, or name another.\n",
    )
    assert run("attach", target, tmp_path / "note", f"--artifact-type={STATEMENT}") == (
        2,
        "",
        f"{tmp_path}/note cannot be attached to an image: it is not JSON: line 1, column 1.\n"
        "Fix: write it again, or name another.\n",
    )
    assert run("attach", target, tmp_path / "note", "--artifact-type=text/plain", "--platform=linux/riscv64") == (
        2,
        "",
        "registry.example/team/app:1 has no image for linux/riscv64.\n"
        "Found:\n  an image for linux/amd64\n  an image for linux/arm64\n"
        "Fix: name one of its platforms, or leave `--platform` out.\n",
    )
    assert run("attach", target, folder, "--platform=linux/amd64") == (
        2,
        "",
        f"{folder} is a folder, whose names tell the platforms and the types of the documents.\n"
        "Fix: leave `--platform` and `--artifact-type` out, or name one file.\n",
    )
    (folder / "linux-arm64").rename(folder / "linux-riscv64")
    assert run("attach", target, folder) == (
        2,
        "",
        f"{folder}/linux-riscv64 holds documents, but the image has nothing of that name.\n"
        "Found:\n  the image has index\n  the image has linux-amd64\n  the image has linux-arm64\n"
        "Fix: name the folder that was written beside this image, or remove what is left of an older one.\n",
    )
    monkeypatch.setattr("strata.registry.referrers.limits.ATTACHED_BYTES", 5)
    assert run("attach", target, tmp_path / "note", "--artifact-type=text/plain") == (
        2,
        "",
        f"{tmp_path}/note cannot be attached to an image: it has more than 5 bytes.\n"
        "Fix: write it again, or name another.\n",
    )
