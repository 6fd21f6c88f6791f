from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact
from pants.engine.addresses import Address
from pants.engine.fs import AddPrefix, CreateDigest, Digest, FileContent, MergeDigests, SymlinkEntry
from pants.engine.internals.session import RunId
from pants.engine.process import Process, ProcessCacheScope, ProcessResultMetadata
from pants.engine.rules import QueryRule, rule
from pants.engine.target import WrappedTarget, WrappedTargetRequest
from pants.testutil.option_util import create_subsystem
from pants.testutil.rule_runner import RuleRunner

from pants_strata import engine
from pants_strata.artifacts.dist import Dist, DistRequest, EmbeddedPackages, PackageInDist, PackageInDistRequest
from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.artifacts.layouts import LayoutsOnBases
from pants_strata.artifacts.venv import LockedVenvRequest
from pants_strata.goals.package import (
    ImageFieldSet,
    ImageForDist,
    PackagedImage,
    image_for_dist,
    package_image,
    packaged_image,
)
from pants_strata.subsystem import Archive, DebianSubsystem, Document, StandaloneSubsystem, StrataSubsystem
from pants_strata.target_types import PythonImageTarget
from strata.attest.build_inputs import BuildInputs, Input
from strata.audit.policy import Verdict
from strata.oci.descriptor import Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Layer
from strata.oci.platform import Platform
from strata.plan.policy import Notices
from support.mocked_rules import Answers, origin, run_mocked
from support.rules import pants_rules

ADDRESS = Address("src/web", target_name="image")
DIGEST = Digest("d" * 64, 1)
WITH_BASES = LayoutsOnBases(True)
RUN = RunId(7)
ANEW = Dist(RUN, "/repository", "dist", keeps=False)
NOTHING = PackageInDist("dist", None)
NO_OTHER = EmbeddedPackages(frozenset(), frozenset())
VENV = LockedVenvRequest(ADDRESS, Platform("linux", "amd64"), ADDRESS, ADDRESS)


def layer(kind: str, of: str) -> Layer:
    name = f"{kind} {of}".encode()
    return Layer(
        Descriptor.of("application/x-tar", name), Descriptor.of("", name).digest, {"kind": kind, "installers": []}
    )


@dataclass
class Engine:
    """The rest of the build: images with a base of their own and the same app, and notes of what is written."""

    written: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    moved: list[AddPrefix] = field(default_factory=list)
    documents: tuple[Document, ...] = ()
    kind: str = "os-packages"
    archive: Archive = Archive.none
    debug: bool = False
    origins: tuple[ProcessResultMetadata, ...] = ()
    notices: Notices = field(default_factory=Notices)

    def image(self, request: ImageRequest) -> BuiltImage:
        layers = [layer(self.kind, str(request.platform)), layer("app", "")]
        image = Image.assemble(request.platform, layers, RuntimeConfig(), annotations={})
        inputs = {each.descriptor.digest: {"files": Input("", "a")} for each in layers}
        return BuiltImage(
            *(image, DIGEST, BuildInputs((image.manifest_descriptor.digest,), inputs), Verdict("remove", ()), VENV),
            origins=self.origins,
            notices=self.notices,
        )

    def create(self, files: CreateDigest) -> Digest:
        self.written.update((file.path, file.content) for file in files if isinstance(file, FileContent))
        self.links.update((file.path, file.target) for file in files if isinstance(file, SymlinkEntry))
        return DIGEST

    def under(self, moved: AddPrefix) -> Digest:
        self.moved.append(moved)
        return DIGEST

    def package(self, *platforms: str, layouts: LayoutsOnBases = WITH_BASES) -> BuiltPackage:
        target = PythonImageTarget({"entry_point": "main.py", "platforms": platforms}, ADDRESS)
        strata = create_subsystem(StrataSubsystem, archive=self.archive, debug=self.debug, attest=list(self.documents))
        systems = (create_subsystem(DebianSubsystem), create_subsystem(StandaloneSubsystem))
        fields = ImageFieldSet.create(target)
        packaged: PackagedImage = run_mocked(
            packaged_image,
            [fields, strata, *systems, layouts],
            {
                (BuiltImage, ImageRequest): self.image,
                (Digest, MergeDigests): lambda _: DIGEST,
                (Digest, CreateDigest): self.create,
                (Digest, AddPrefix): self.under,
                (WrappedTarget, WrappedTargetRequest): lambda _: WrappedTarget(target),
            },
        )
        of_image: Answers = {(PackagedImage, ImageFieldSet): lambda _: packaged}
        answers: Answers = {
            **of_image,
            (PackageInDist, PackageInDistRequest): lambda _: NOTHING,
            (Dist, DistRequest): lambda _: ANEW,
        }
        for_dist: ImageForDist = run_mocked(image_for_dist, [fields, NO_OTHER], answers)
        built: BuiltPackage = run_mocked(
            package_image, [fields], {**of_image, (ImageForDist, ImageFieldSet): lambda _: for_dist}
        )
        return built


def lines(platform: str, digest: str) -> list[str]:
    return [
        f"  {platform} {digest}",
        "  os-packages: 0.0 kB",
        "  app: 0.0 kB",
        "  made: no layer; cached: 2 layers, 0.0 kB",
        "  installers: none",
    ]


def test_what_a_reader_should_know() -> None:
    notices = Notices((("site/a.pth", "a"),), ((("site/PIL", "site/pil"), ("a", "b")),))
    layout, _ = Engine(notices=notices).package("linux/amd64").artifacts
    assert layout.extra_log_lines[-2:] == (
        "  runs at each start of Python: /site/a.pth, of a",
        "  differ only in case or Unicode form: /site/PIL, /site/pil, of a, b",
    )


def test_an_image_for_one_platform() -> None:
    engine = Engine()
    layout, inputs = engine.package("linux/arm64").artifacts
    (manifest,) = json.loads(engine.written["index.json"])["manifests"]
    assert manifest["platform"] == {"os": "linux", "architecture": "arm64", "variant": "v8"}
    assert (layout.relpath, inputs.relpath) == ("src.web/image", "src.web/image.inputs.json")
    assert list(layout.extra_log_lines) == lines("linux/arm64", manifest["digest"])
    assert json.loads(engine.written["src.web/image.inputs.json"])["image"] == manifest["digest"]


@pytest.mark.parametrize(
    "origins, line",
    [
        ((origin("ran", RUN), origin("ran", RUN)), "  made: 2 layers, 0.0 kB; cached: no layer"),
        ((origin("hit_locally", RUN), origin("ran", RUN)), "  made: 1 layer, 0.0 kB; cached: 1 layer, 0.0 kB"),
        (
            (origin("hit_remotely", RUN), origin("hit_locally", RUN)),
            "  made: no layer; cached: 2 layers, 0.0 kB, 1 of them remotely",
        ),
        # By an earlier run of the same daemon.
        ((origin("ran", 6), origin("ran", RUN)), "  made: 1 layer, 0.0 kB; cached: 1 layer, 0.0 kB"),
    ],
)
def test_what_this_run_made(origins: tuple[ProcessResultMetadata, ...], line: str) -> None:
    layout, _ = Engine(origins=origins).package("linux/amd64").artifacts
    assert layout.extra_log_lines[3] == line


def test_images_for_two_platforms_are_one_index() -> None:
    engine = Engine()
    layout, _ = engine.package("linux/arm64", "linux/amd64").artifacts
    (root,) = json.loads(engine.written["index.json"])["manifests"]
    index = json.loads(engine.written[f"blobs/{root['digest'].replace(':', '/')}"])
    amd64, arm64 = index["manifests"]
    assert list(layout.extra_log_lines) == [
        f"  2 platforms {root['digest']}",
        *lines("linux/amd64", amd64["digest"]),
        *lines("linux/arm64", arm64["digest"]),
    ]
    told = BuildInputs.from_bytes(engine.written["src.web/image.inputs.json"])
    assert told is not None
    assert told.images == (amd64["digest"], arm64["digest"])
    # Two bases, and one app.
    assert len(told.layers) == 3


def test_documents_about_the_image_of_each_platform() -> None:
    engine = Engine(documents=(Document.installers,))
    _, _, documents = engine.package("linux/arm64", "linux/amd64").artifacts
    assert documents.relpath == "src.web/image.attest"
    written = {path: content for path, content in engine.written.items() if path.startswith("src.web/image.attest/")}
    amd64, arm64 = (f"src.web/image.attest/linux-{each}/installers.json" for each in ("amd64", "arm64"))
    assert sorted(written) == [amd64, arm64]
    assert written[amd64] != written[arm64]


@pytest.mark.parametrize("layouts, left_out", [(WITH_BASES, False), (LayoutsOnBases(False, True), True)])
def test_layouts_without_the_layers_of_their_base_say_so(layouts: LayoutsOnBases, left_out: bool) -> None:
    engine = Engine(kind="base")
    layout, _ = engine.package("linux/amd64", layouts=layouts).artifacts
    line = "  without the base's layers, which `publish` finds in the base's registry"
    assert (line in layout.extra_log_lines) is left_out


def test_neither_archives_nor_debug_images_are_written_where_publish_alone_runs() -> None:
    # Nothing answers the requests for the processes that would write them.
    alone = LayoutsOnBases(False, publish_alone=True)
    artifacts = Engine(archive=Archive.oci, debug=True).package("linux/amd64", layouts=alone).artifacts
    assert [each.relpath for each in artifacts] == ["src.web/image", "src.web/image.inputs.json"]


def test_layouts_that_share_their_blobs() -> None:
    engine, alone = Engine(), Engine()
    layout, _ = engine.package("linux/amd64", layouts=LayoutsOnBases(True, share_blobs=True)).artifacts
    assert layout == alone.package("linux/amd64").artifacts[0]
    assert (alone.moved, alone.links) == ([AddPrefix(DIGEST, "src.web/image")], {})
    assert engine.moved == [AddPrefix(DIGEST, ".strata")]
    assert engine.links == {"src.web/image/blobs": "../../.strata/blobs"}
    # The same documents, and the layout's own ones at their places.
    own = ("index.json", "oci-layout")
    moved = {f"src.web/image/{name}" if name in own else name: text for name, text in alone.written.items()}
    assert engine.written == moved


def test_the_next_run_asks_only_whether_an_image_is_still_right() -> None:
    runs: list[ImageFieldSet] = []
    runner = RuleRunner(rules=[*pants_rules(), *_image_of_what_takes_a_while(runs)])
    fields = ImageFieldSet.create(PythonImageTarget({"entry_point": "main.py"}, ADDRESS))
    first = runner.request(BuiltPackage, [fields])
    runner.set_options([])  # A new run.
    assert runner.request(BuiltPackage, [fields]) == first
    assert runs == [fields]


def _image_of_what_takes_a_while(runs: list[ImageFieldSet]) -> list[Any]:
    waiting = Process(["/bin/sleep", "0.3"], description="Wait", cache_scope=ProcessCacheScope.PER_SESSION)

    @rule
    async def packaged(field_set: ImageFieldSet) -> PackagedImage:
        runs.append(field_set)
        await engine.execute(waiting, None)
        return PackagedImage(BuiltPackage(DIGEST, (BuiltPackageArtifact("src.web/image"),)), "sha256:", (), ())

    @rule
    async def dist(_: DistRequest, run: RunId) -> Dist:
        return replace(ANEW, run=run)

    @rule
    async def in_dist(_: PackageInDistRequest) -> PackageInDist:
        return NOTHING

    @rule
    async def embedded() -> EmbeddedPackages:
        return NO_OTHER

    own = (packaged, package_image, image_for_dist, dist, in_dist, embedded)
    return [*own, QueryRule(BuiltPackage, [ImageFieldSet])]
