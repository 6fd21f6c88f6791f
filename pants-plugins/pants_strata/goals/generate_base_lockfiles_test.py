from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

import pytest
from pants.core.goals.generate_lockfiles import GenerateLockfileResult
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, CreateDigest, Digest, DigestContents, FileContent, PathGlobs

from pants_strata.artifacts.oci_base import BaseLockRequest, ResolvedBaseLock
from pants_strata.goals.generate_lockfiles import GenerateBaseLockfile, generate_base_lockfile
from strata.bases.findings import Findings
from strata.bases.lock import BaseLock, LockedBase, base_lock_text
from support.mocked_rules import run_mocked

ADDRESS, IMAGE = Address("third", target_name="base"), "registry.example/team/base:1"


def lock(packages: Mapping[str, str]) -> BaseLock:
    locked = LockedBase(f"sha256:{'b' * 64}", (), Findings((), packages, {}, {}))
    return BaseLock(IMAGE, f"sha256:{'a' * 64}", {"linux/amd64": locked})


def generate(new: BaseLock, old: Optional[str]) -> tuple[GenerateLockfileResult, str]:
    """The result of the rule, and the text that it writes, where the repository has `old`."""
    existing = [FileContent("third/base.oci.json", old.encode())] if old is not None else []
    written: list[FileContent] = []

    def create(files: CreateDigest) -> Digest:
        written.extend(file for file in files if isinstance(file, FileContent))
        return EMPTY_DIGEST

    wanted = BaseLockRequest(ADDRESS, IMAGE, "third/base.oci.json")
    result = run_mocked(
        generate_base_lockfile,
        [GenerateBaseLockfile("third:base", "third/base.oci.json", diff=True, lock=wanted)],
        {
            (ResolvedBaseLock, BaseLockRequest): lambda _: ResolvedBaseLock(new),
            (Digest, PathGlobs): lambda _: EMPTY_DIGEST,
            (DigestContents, Digest): lambda _: DigestContents(existing),
            (Digest, CreateDigest): create,
        },
    )
    (file,) = written
    assert file.path == result.path == "third/base.oci.json"
    return result, file.content.decode()


def test_packages_of_the_base_that_changed() -> None:
    new = lock({"libc6": "2.41-12", "openssl": "3.5.2-1"})
    result, text = generate(new, base_lock_text(lock({"libc6": "2.41-12", "openssl": "3.5.1-1"})))
    assert text == base_lock_text(new)
    assert result.diff is not None
    assert {name: [str(each) for each in change] for name, change in result.diff.upgraded.items()} == {
        "openssl": ["3.5.1-1", "3.5.2-1"]
    }


@pytest.mark.parametrize("old", [None, "<<<<<<< HEAD\n"])
def test_new_lock_has_nothing_to_compare_with(old: Optional[str]) -> None:
    new = lock({"libc6": "2.41-12"})
    result, text = generate(new, old)
    assert (text, result.diff) == (base_lock_text(new), None)
