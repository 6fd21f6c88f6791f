from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import Digest, DigestContents, FileContent, PathGlobs
from pants.engine.target import WrappedTarget, WrappedTargetRequest

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.oci_base import (
    BaseDocuments,
    BaseDocumentsRequest,
    BaseFindings,
    BaseFindingsRequest,
    OciBase,
    OciBaseRequest,
)
from pants_strata.target_types import OciBaseTarget
from pants_strata.util_rules.oci_base.base import read_oci_base
from strata.bases.findings import Findings
from strata.bases.lock import BaseLock, LockedBase, base_lock_text
from strata.errors import StrataError
from strata.protocol.bases import fetch_base
from strata.protocol.bases.fetch_base import BaseLayer, BaseRuntime
from support.mocked_rules import run_mocked

ADDRESS = Address("src", target_name="base")
NAME = "registry.example/team/base"
INDEX, MANIFEST, LAYER = (f"sha256:{each * 64}" for each in "abc")
LAYERS = (BaseLayer("application/vnd.oci.image.layer.v1.tar+gzip", LAYER, 5, LAYER),)
PIP = {"path": "usr/lib/pip", "project": "pip", "kind": "package", "version": "25.1"}
CLEAN, WITH_PIP = Findings(((),), {}, {}, {}), Findings(((PIP,),), {}, {}, {})


def lock(image: str = f"{NAME}:1", platform: str = "linux/amd64", findings: Findings = CLEAN) -> str:
    return base_lock_text(BaseLock(image, INDEX, {platform: LockedBase(MANIFEST, LAYERS, findings)}))


@dataclass
class Engine:
    """A registry with one image, and the files of a repository."""

    files: Mapping[str, str] = field(default_factory=dict)
    findings: Findings = CLEAN
    asked: list[Any] = field(default_factory=list)

    def documents(self, request: BaseDocumentsRequest) -> BaseDocuments:
        self.asked.append(request.reference)
        return BaseDocuments(fetch_base.Result(INDEX, MANIFEST, LAYERS, BaseRuntime()))

    def find(self, request: BaseFindingsRequest) -> BaseFindings:
        self.asked.append(request.image.layers)
        return BaseFindings(self.findings)

    def read(self, image: str, lockfile: Optional[str] = None, **fields: Any) -> OciBase:
        target = OciBaseTarget({"image": image, "lockfile": lockfile, **fields}, ADDRESS)
        contents = DigestContents([FileContent(path, text.encode()) for path, text in self.files.items()])
        found: OciBase = run_mocked(
            read_oci_base,
            [OciBaseRequest(ADDRESS, PLATFORM)],
            {
                (WrappedTarget, WrappedTargetRequest): lambda _: WrappedTarget(target),
                (Digest, PathGlobs): lambda _: Digest("d" * 64, 1),
                (DigestContents, Digest): lambda _: contents,
                (BaseDocuments, BaseDocumentsRequest): self.documents,
                (BaseFindings, BaseFindingsRequest): self.find,
            },
        )
        return found

    def message(self, image: str, lockfile: Optional[str] = None) -> str:
        with pytest.raises(StrataError) as caught:
            self.read(image, lockfile)
        return str(caught.value)


def test_without_a_lock_the_layers_are_looked_into() -> None:
    engine = Engine()
    found = engine.read(f"{NAME}:1@{INDEX}")
    assert engine.asked == [f"{NAME}@{INDEX}", LAYERS]
    assert (found.name, found.repository, found.findings) == (f"{NAME}:1@{INDEX}", NAME, CLEAN)


def test_with_a_lock_only_the_manifest_is_read() -> None:
    engine = Engine({"src/base.oci.json": lock()})
    found = engine.read(f"{NAME}:1", "base.oci.json")
    assert engine.asked == [f"{NAME}@{MANIFEST}"]
    assert (found.name, found.findings) == (f"{NAME}:1@{INDEX}", CLEAN)


def test_tag_without_a_lock() -> None:
    assert Engine().message(f"{NAME}:1") == (
        "src:base: The base registry.example/team/base:1 is named by a tag, which may name another image tomorrow.\n"
        'Fix: set `lockfile="base.oci.json"` and make it with `./pants generate-lockfiles --resolve=src:base`, or name '
        "the image by its digest (`registry.example/team/base@sha256:…`)."
    )


def test_lock_is_missing() -> None:
    assert Engine().message(f"{NAME}:1", "base.oci.json") == (
        "src:base: The lock file src/base.oci.json does not exist.\n"
        "Fix: make it with `./pants generate-lockfiles --resolve=src:base`."
    )


def test_lock_of_another_image() -> None:
    assert Engine({"src/base.oci.json": lock()}).message(f"{NAME}:2", "base.oci.json") == (
        "src:base: The lock file src/base.oci.json is not one of the image that the target names.\n"
        "Found:\n"
        "  the lock has registry.example/team/base:1\n"
        "  the target names registry.example/team/base:2\n"
        "Fix: make it again with `./pants generate-lockfiles --resolve=src:base`."
    )


def test_lock_without_the_platform() -> None:
    engine = Engine({"src/base.oci.json": lock(platform="linux/arm64")})
    assert engine.message(f"{NAME}:1", "base.oci.json") == (
        "src:base: The lock file src/base.oci.json has nothing for linux/amd64.\n"
        "Found:\n"
        "  it has linux/arm64\n"
        "Fix: add linux/amd64 to `[strata].platforms` and make the lock again with "
        "`./pants generate-lockfiles --resolve=src:base`."
    )


@pytest.mark.parametrize("lockfile", [None, "base.oci.json"])
def test_installers_in_the_base(lockfile: Optional[str]) -> None:
    engine = Engine({"src/base.oci.json": lock(f"{NAME}@{INDEX}", findings=WITH_PIP)}, WITH_PIP)
    assert engine.message(f"{NAME}@{INDEX}", lockfile) == (
        f"src:base: The base {NAME}@{INDEX} holds installers of Python packages.\n"
        "Found:\n"
        f"  in the layer {LAYER}: pip 25.1, a package: /usr/lib/pip\n"
        "Fix: name a base without them (what a later layer removes is still in the image), or allow them with "
        "`allow_installers=True`."
    )
    assert engine.read(f"{NAME}@{INDEX}", lockfile, allow_installers=True).allow_installers
