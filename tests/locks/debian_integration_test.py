"""Locks of Debian packages, made by real Pants from a signed mirror that changes under them."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest

from strata.debian.defaults import COMPONENTS, SUITES
from strata.debian.lock import DebianLock, LockedPackage, LockInputs, PlatformPackages, debian_lock_text
from support.debian_packages import Member, write_deb
from support.nested_pants import NestedPants, Ran, nested_pants
from support.oci.examples import installed_packages, layer_of
from support.servers.debian_mirror import Signer, serving, sha256, write_suite

ADDRESS = "fake:set"
RENEW = f"--resolve={ADDRESS}"
INPUTS = LockInputs.of(suites=SUITES, components=COMPONENTS, roots=("greeting",), excluded=())
NOW = datetime.now(timezone.utc)


@dataclass(frozen=True)
class Mirror:
    """A mirror of all suites, of which one has packages: `greeting`, which needs `words`."""

    root: Path
    url: str
    signer: Signer

    @property
    def suite(self) -> Path:
        return self.root / "dists" / SUITES[0]

    def publish(self, *, greeting: str, words: str = "2.0") -> list[LockedPackage]:
        """Replaces all that is there; as in a point release, the files of other versions are gone."""
        for folder in self.root.iterdir():
            shutil.rmtree(folder)
        packages = [self._package("greeting", greeting), self._package("words", words)]
        texts = [_paragraph(package) for package in packages]
        for suite in SUITES:
            text = "\n".join(texts) if suite == SUITES[0] else ""
            write_suite(self.root, self.signer, suite, text, fields=[f"Date: {format_datetime(NOW, usegmt=True)}"])
        return packages

    def _package(self, name: str, version: str) -> LockedPackage:
        path = f"pool/main/{name}_{version}_amd64.deb"
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        # Of no earlier run, so that nothing but the mirror has it.
        members = [Member(f"./usr/share/{name}", f"{version} {uuid.uuid4()}\n".encode())]
        content = write_deb(file, members, name=name, version=version).read_bytes()
        return LockedPackage(name, version, "amd64", path, len(content), sha256(content), "debian")


def _paragraph(package: LockedPackage) -> str:
    lines = [
        f"Package: {package.name}",
        f"Version: {package.version}",
        f"Architecture: {package.architecture}",
        *(["Depends: words (>= 2.0)"] if package.name == "greeting" else []),
        f"Filename: {package.path}",
        f"Size: {package.size}",
        f"SHA256: {package.sha256}",
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Project:
    pants: NestedPants
    mirror: Mirror

    @property
    def lock(self) -> Path:
        return self.pants.root / "fake/debian.lock.json"

    def run(self, *arguments: str) -> Ran:
        mirror = self.mirror
        return self.pants.run(
            f"--strata-debian-mirror={mirror.url}",
            f"--strata-debian-security-mirror={mirror.url}",
            f"--strata-debian-keyrings=['{mirror.signer.keyring}']",
            *arguments,
        )

    def make_lock(self) -> str:
        self.run("generate-lockfiles", RENEW).succeeded()
        return self.lock.read_text()

    def layer(self) -> Path:
        return layer_of(self.pants.root / "dist/fake/set")

    def error(self, *arguments: str) -> str:
        """All that is said in the end, without what differs from run to run."""
        ran = self.run(*arguments)
        heading = f"1 Exception encountered:\n\nEngine traceback:\n  in `{arguments[-2]}` goal\n\n"
        assert ran.error.startswith(heading), ran.stderr
        assert ran.warnings == []
        return ran.error[len(heading) :].rstrip("\n").replace(self.mirror.url, "https://mirror.example")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("mirror")
    files = {
        "fake/BUILD": 'debian_packages(name="set", lockfile="debian.lock.json", packages=["greeting"], exclude=[])\n'
    }
    with Signer.make() as signer, serving(root) as url, nested_pants(files) as pants:
        pants.make_interpreter()
        yield Project(pants, Mirror(root, url, signer))


def test_a_lock_is_sorted_and_stable(project: Project) -> None:
    packages = project.mirror.publish(greeting="1.0")
    platforms = (PlatformPackages("linux/amd64", tuple(packages)),)
    expected = debian_lock_text(DebianLock(INPUTS, platforms, released=NOW.date().isoformat()))
    assert project.make_lock() == expected
    assert project.make_lock() == expected


# ---- an index that cannot be trusted --------------------------------------------------------------------------------


def untrusted(project: Project) -> str:
    """What is said of the index; the lock must stay as it is."""
    before = project.lock.read_bytes() if project.lock.exists() else None
    said = project.error("generate-lockfiles", RENEW)
    assert (project.lock.read_bytes() if project.lock.exists() else None) == before
    said = re.sub(r"(?<=gpgv: Signature made ).*", "TIME", said)
    return re.sub(r"(?<= key )[0-9A-F]{16,}", "KEY", said)


def not_signed(*found: str) -> str:
    return "\n".join(
        [
            "StrataError: fake:set: The release file of trixie has no valid signature of Debian's.",
            "Found:",
            *(f"  gpgv: {line}" for line in found),
            "Fix: use a mirror that serves what Debian signed; for a release that is newer than this machine's keys, "
            "upgrade the package debian-archive-keyring.",
        ]
    )


def test_an_index_that_is_not_signed(project: Project) -> None:
    project.mirror.publish(greeting="1.0")
    (project.mirror.suite / "InRelease").write_text("Suite: trixie\n")
    assert untrusted(project) == not_signed("no valid OpenPGP data found.", "the signature could not be verified.")


def test_an_index_that_another_key_signed(project: Project) -> None:
    project.mirror.publish(greeting="1.0")
    with Signer.make() as stranger:
        stranger.sign("Suite: trixie\n", project.mirror.suite / "InRelease")
    assert untrusted(project) == not_signed(
        "Signature made TIME", "using EDDSA key KEY", "Can't check signature: No public key"
    )


def test_a_release_file_that_was_changed(project: Project) -> None:
    project.mirror.publish(greeting="1.0")
    file = project.mirror.suite / "InRelease"
    file.write_text(file.read_text().replace("Suite: stable", "Suite: trixie"))
    assert untrusted(project) == not_signed(
        "Signature made TIME", "using EDDSA key KEY", 'BAD signature from "Test <test@mirror.example>"'
    )


def test_an_index_that_was_changed(project: Project) -> None:
    project.mirror.publish(greeting="1.0")
    (index,) = project.mirror.suite.rglob("by-hash/*/*")
    listed, tampered = index.name, bytes([*index.read_bytes()[:-1], 0xFF])
    index.write_bytes(tampered)
    assert untrusted(project) == (
        "StrataError: fake:set: trixie/main/binary-amd64/Packages.xz: the mirror's file is not the one that the signed "
        "release file lists.\n"
        "Found:\n"
        f"  sha256:{sha256(tampered)}\n"
        f"  the release file lists sha256:{listed}\n"
        "Fix: try again in some minutes, as the mirror may be updating itself; if it stays so, use another mirror."
    )


# ---- a package that is gone -----------------------------------------------------------------------------------------


def test_a_package_that_is_gone_is_an_error(project: Project) -> None:
    project.mirror.publish(greeting="1.0")
    lock = project.make_lock()
    project.mirror.publish(greeting="1.1")
    assert project.error("package", ADDRESS) == (
        "PackageGone: fake:set: The mirror no longer has greeting 1.0: a point release of Debian has replaced it.\n"
        "Fix: renew the lock with `./pants generate-lockfiles --resolve=fake:set`, or set `[strata-debian].gone = "
        '"renew"` to build with what the signed index now holds.'
    )
    assert project.lock.read_text() == lock


def test_a_package_that_is_gone_is_renewed_where_that_is_asked_for(project: Project) -> None:
    project.mirror.publish(greeting="1.0")
    lock = project.make_lock()
    project.mirror.publish(greeting="1.1", words="2.1")
    ran = project.run("--strata-debian-gone=renew", "package", ADDRESS).succeeded()
    assert ran.warnings == [
        "fake:set: the mirror has dropped packages that the lock names, so this build does not use the lock.\n"
        "Built with what the signed index holds now:\n"
        "  greeting 1.0 → 1.1\n"
        "  words 2.0 → 2.1\n"
        "Renew the lock with `./pants generate-lockfiles --resolve=fake:set`."
    ]
    assert project.lock.read_text() == lock
    assert installed_packages(project.layer()) == {"greeting": "1.1", "words": "2.1"}
    renewed = project.layer().name
    assert project.make_lock() != lock
    assert project.run("package", ADDRESS).succeeded().warnings == []
    assert project.layer().name == renewed
