"""The documents of an image that other rules have built: what it was made from, and what its audit found."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.addresses import Address
from pants.engine.fs import Digest, DigestContents, DigestEntries, FileContent, FileEntry, MergeDigests, PathGlobs
from pants.engine.fs import FileDigest as Fingerprint
from pants.engine.platform import Platform as HostPlatform
from pants.engine.rules import rule
from pants.engine.target import Target, WrappedTarget, WrappedTargetRequest
from pants.testutil.option_util import create_subsystem
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts.debian_packages import DebianPackages, DebianPackagesRequest
from pants_strata.artifacts.image import BuiltImage
from pants_strata.artifacts.installer import Installer, InstallerRequest
from pants_strata.artifacts.interpreter import Interpreter, InterpreterRequest
from pants_strata.artifacts.materials import CommonMaterials, CommonMaterialsRequest
from pants_strata.artifacts.venv import LockedVenv, LockedVenvRequest
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.subsystem import Compression, DebianSubsystem, Document, Gone, StandaloneSubsystem, StrataSubsystem
from pants_strata.target_types import (
    DebianPackagesTarget,
    PythonImageTarget,
    PythonInstallerTarget,
    PythonInterpreterTarget,
    PythonVenvTarget,
)
from pants_strata.util_rules.attest.documents import documents_of
from pants_strata.util_rules.attest.materials import common_materials
from pants_strata.util_rules.attest.source import SourceRequest
from pants_strata.util_rules.venvs.c_library import own_c_library
from strata.attest.build_inputs import BuildInputs
from strata.attest.documents import DEBIAN_RELEASED
from strata.attest.provenance import Source
from strata.audit.evidence import WHEEL, Evidence
from strata.audit.policy import ENSUREPIP, LOCK, Found, Verdict
from strata.debian.lock import LockedPackage
from strata.oci.descriptor import Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Layer
from strata.oci.platform import Platform
from strata.protocol.package import InstalledPackage
from strata.protocol.system_layer import Parts
from support.mocked_rules import Answers, run_mocked
from support.oci.in_toto import check_provenance, read_statement

AMD64 = Platform("linux", "amd64")
IMAGE, BASE, CPYTHON, PIP, VENV = (
    Address("src", target_name=each) for each in ("image", "base", "cpython", "pip", "venv")
)
TARGETS: dict[Address, Target] = {
    IMAGE: PythonImageTarget({"entry_point": "main.py", "env": {"A": "1"}, "repository": "team/app"}, IMAGE),
    BASE: DebianPackagesTarget({"packages": ["libc6"], "lockfile": "base.lock.json"}, BASE),
    CPYTHON: PythonInterpreterTarget({"version": "3.13"}, CPYTHON),
    PIP: PythonInstallerTarget({"tool": "pip"}, PIP),
    VENV: PythonVenvTarget({"lockfile": "requirements.lock"}, VENV),
}
BASE_LOCK = b"""{"format": 1, "platforms": {}, "released": "2026-11-15",
"made_from": {"components": [], "excluded": [], "roots": [], "suites": []}}"""
LOCKS = {"src/base.lock.json": BASE_LOCK, "src/requirements.lock": b"click"}
PIP_WHEEL = Evidence("usr/share/python-wheels/pip-25.1.1-py3-none-any.whl", "pip", WHEEL, "25.1.1")


def wheel(file: str, built_from: LockedWheel | None = None) -> LockedWheel:
    name, version = file.split("-")[:2]
    return LockedWheel(name, version.removesuffix(".tar.gz"), file, 1, (), (), digest_of(file), built_from)


def digest_of(file: str) -> Digest:
    return Digest(hashlib.sha256(file.encode()).hexdigest(), 1)


CLICK = wheel("click-8.2.1-py3-none-any.whl")
SDIST = wheel("docopt-0.6.2.tar.gz")
DOCOPT = wheel("docopt-0.6.2-py3-none-any.whl", SDIST)
OWN = wheel("ours-1.0-py3-none-any.whl")


def package(name: str) -> LockedPackage:
    return LockedPackage(name, "1.0", "amd64", f"pool/{name}_1.0_amd64.deb", 1, "aa" * 32, "debian")


def layer(kind: str, *installers: Evidence, packages: tuple[str, ...] = ()) -> Layer:
    found = {"installers": [each.to_json() for each in installers], "packages": dict.fromkeys(packages, "1.0")}
    contents = {"kind": kind, "path": "srv/www", **found}
    return Layer(Descriptor.of("application/x-tar", kind.encode()), f"sha256:{'0' * 64}", contents)


LAYERS = [
    layer("os-packages", packages=("libc6", "base-files")),
    layer("interpreter", PIP_WHEEL, packages=("python3.13", "python3-pip-whl")),
    layer("venv"),
    layer("dependencies", packages=("click", "docopt", "ours")),
    layer("files"),
    layer("app"),
]


PARTS = FrozenDict(
    {
        LAYERS[0].descriptor.digest: Parts(
            (
                InstalledPackage("base-files", "1.0", "amd64", "base-files", "1.0"),
                InstalledPackage("libc6", "1.0", "amd64", "glibc", "1.0"),
            ),
            {"libc6": ("GPL-2", "LGPL-2.1+")},
        ),
        LAYERS[1].descriptor.digest: Parts(
            (
                InstalledPackage("python3-pip-whl", "1.0", "amd64", "python-pip", "1.0"),
                InstalledPackage("python3.13", "1.0", "amd64", "python3.13", "1.0", "libc6 (>= 2.38), absent"),
            )
        ),
    }
)


def built() -> BuiltImage:
    image = Image.assemble(AMD64, LAYERS, RuntimeConfig(), annotations={})
    verdict = Verdict("keep", (Found(PIP_WHEEL, "interpreter", ENSUREPIP),))
    venv = LockedVenvRequest(VENV, AMD64, BASE, CPYTHON)
    build_inputs = BuildInputs((), {})
    return BuiltImage(image, digest_of("blobs"), build_inputs, verdict, venv, (CLICK, DOCOPT), (OWN,), parts=PARTS)


@dataclass(frozen=True)
class Described:
    """Documents by their names."""

    files: FrozenDict[str, bytes]


@rule
async def describe(
    built: BuiltImage, strata: StrataSubsystem, debian: DebianSubsystem, standalone: StandaloneSubsystem
) -> Described:
    return Described(FrozenDict(await documents_of(built, TARGETS[IMAGE], strata, debian, standalone)))


def described(*names: Document, source: Source | None = None) -> dict[str, bytes]:
    source = source or Source("c0ffee", True)
    libc = DebianPackages((package("libc6"), package("base-files")), FrozenDict())
    python = DebianPackages((package("libc6"), package("python3.13"), package("python3-pip-whl")), FrozenDict())
    interpreter = Interpreter(CPYTHON, AMD64, "3.13.5", (2, 41), python, BASE)
    c_library = own_c_library(interpreter)
    installer = InstallerRequest(PIP, CPYTHON)

    def entries(asked: Digest) -> DigestEntries:
        names = ["pip-25.2-py3-none-any.whl"] if asked == digest_of("pip") else [CLICK.file, SDIST.file]
        return DigestEntries(FileEntry(each, Fingerprint(digest_of(each).fingerprint, 1)) for each in names)

    strata = create_subsystem(
        StrataSubsystem,
        attest=list(names),
        builder_id="https://ci.example",
        source_uri="",
        base="src:base",
        interpreter="src:cpython",
        installer="src:pip",
        venv=None,
        bytecode=True,
        test_bytecode=True,
        compression=Compression.gzip,
        layer_budget=100,
        layer_threshold=16384,
    )
    debian = create_subsystem(DebianSubsystem, release="trixie", gone=Gone.error)
    answers: Answers = {
        (WrappedTarget, WrappedTargetRequest): lambda request: WrappedTarget(TARGETS[request.address]),
        (Interpreter, InterpreterRequest): lambda _: interpreter,
        (DebianPackages, DebianPackagesRequest): lambda _: libc,
        (DigestEntries, Digest): entries,
    }

    def common(request: CommonMaterialsRequest) -> CommonMaterials:
        python_setup = create_subsystem(PythonSetup, enable_resolves=False)
        found: CommonMaterials = run_mocked(
            common_materials,
            [request, debian, python_setup, HostPlatform.linux_x86_64],
            {
                **answers,
                (LockedVenv, LockedVenvRequest): lambda _: LockedVenv(interpreter, installer, (), c_library, ()),
                (Installer, InstallerRequest): lambda _: Installer(PIP, "pip", "25.2", digest_of("pip"), ("pip",)),
                (Digest, PathGlobs): lambda globs: digest_of(",".join(globs.globs)),
                (DigestContents, Digest): lambda _: DigestContents(FileContent(*each) for each in LOCKS.items()),
            },
        )
        return found

    standalone = create_subsystem(StandaloneSubsystem, release="20260414")
    documents: Described = run_mocked(
        describe,
        [built(), strata, debian, standalone],
        {
            **answers,
            (CommonMaterials, CommonMaterialsRequest): common,
            (Digest, MergeDigests): lambda _: digest_of("wheels"),
            (Source, SourceRequest): lambda _: source,
        },
    )
    return dict(documents.files)


def test_only_what_is_chosen_is_written() -> None:
    assert described() == {}
    assert list(described(Document.installers)) == ["installers.json"]
    assert list(described(Document.provenance, Document.installers)) == ["provenance.json", "installers.json"]


def test_bills_of_materials() -> None:
    written = described(Document.cyclonedx, Document.spdx)
    components = {each["name"]: each for each in json.loads(written["sbom.cdx.json"])["components"]}
    assert {name: each.get("purl", "") for name, each in components.items()} == {
        # The interpreter's layer has no libc6: the base has it.
        "base-files": "pkg:deb/debian/base-files@1.0?arch=amd64&distro=debian-13",
        "click": "pkg:pypi/click@8.2.1",
        "docopt": "pkg:pypi/docopt@0.6.2",
        "libc6": "pkg:deb/debian/libc6@1.0?arch=amd64&distro=debian-13&upstream=glibc",
        "ours": "pkg:pypi/ours@1.0",
        "python3-pip-whl": "pkg:deb/debian/python3-pip-whl@1.0?arch=amd64&distro=debian-13&upstream=python-pip",
        "python3.13": "pkg:deb/debian/python3.13@1.0?arch=amd64&distro=debian-13",
        "src:image": "",
        "src:image /srv/www": "",
    }
    assert [each["name"] for each in components["python3-pip-whl"]["components"]] == ["pip"]
    assert [each["license"]["name"] for each in components["libc6"]["licenses"]] == ["GPL-2", "LGPL-2.1+"]
    needed = {each["ref"]: each["dependsOn"] for each in json.loads(written["sbom.cdx.json"])["dependencies"]}
    assert needed[components["python3.13"]["bom-ref"]] == [components["libc6"]["bom-ref"]]
    hashes = {name: [one["content"] for one in each.get("hashes", [])] for name, each in components.items()}
    # What was fetched: the source distribution, and not our own wheel.
    assert (hashes["docopt"], hashes["ours"]) == ([digest_of(SDIST.file).fingerprint], [])
    assert components["docopt"]["properties"][0] == {"name": "strata:file", "value": SDIST.file}
    packages = {each["name"] for each in json.loads(written["sbom.spdx.json"])["packages"]}
    assert packages == {*components, "pip"}


def test_materials() -> None:
    said = read_statement(described(Document.provenance)["provenance.json"])
    check_provenance(said["predicate"])
    (subject,) = said["subject"]
    assert f"sha256:{subject['digest']['sha256']}" == built().image.manifest_descriptor.digest
    found = said["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert {each["name"]: each["annotations"].get("usedFor") for each in found} == {
        "source": None,
        # What was fetched: the source distribution, and not the wheel that was built from it. Our own wheel was not.
        CLICK.file: ["dependencies"],
        SDIST.file: ["dependencies"],
        "pip-25.2-py3-none-any.whl": ["installer"],
        "base-files_1.0_amd64.deb": ["base"],
        "libc6_1.0_amd64.deb": ["base", "build", "interpreter"],
        "python3-pip-whl_1.0_amd64.deb": ["build", "interpreter"],
        "python3.13_1.0_amd64.deb": ["build", "interpreter"],
        "src/base.lock.json": ["lock"],
        "src/requirements.lock": ["lock"],
        "strata:CPython 3.13": ["lock"],
        "strata:pip": ["lock"],
    }
    days = {each["name"]: each["annotations"].get(DEBIAN_RELEASED) for each in found}
    assert {name: day for name, day in days.items() if day is not None} == {
        "src/base.lock.json": "2026-11-15",
        "strata:CPython 3.13": "",
    }
    digests = {each["name"]: each["digest"] for each in found}
    assert digests["src/requirements.lock"] == {"sha256": hashlib.sha256(b"click").hexdigest()}
    assert digests[SDIST.file] == {"sha256": digest_of(SDIST.file).fingerprint}


def test_parameters() -> None:
    said = read_statement(described(Document.provenance)["provenance.json"])
    definition: Any = said["predicate"]["buildDefinition"]
    parameters = definition["externalParameters"]
    # Where the image goes says nothing of its bytes.
    assert parameters["fields"] == {"entry_point": "main.py", "env": {"A": "1"}}
    assert (parameters["target"], parameters["platform"]) == ("src:image", "linux/amd64")
    assert parameters["targets"] == {
        "base": "src:base",
        "installer": "src:pip",
        "interpreter": "src:cpython",
        "venv": "src:venv",
    }
    assert parameters["options"]["strata-debian"] == {"gone": "error", "release": "trixie"}
    assert said["predicate"]["runDetails"]["builder"]["id"] == "https://ci.example"
    without = described(Document.provenance, source=Source())["provenance.json"]
    assert read_statement(without)["predicate"]["buildDefinition"]["internalParameters"] == {
        "source": {"versionControl": "none"}
    }


def test_what_the_audit_found_stands_with_its_layer() -> None:
    predicate = read_statement(described(Document.installers)["installers.json"])["predicate"]
    assert [(each["kind"], len(each["found"])) for each in predicate["layers"]] == [
        ("os-packages", 0),
        ("interpreter", 1),
        ("venv", 0),
        ("dependencies", 0),
        ("files", 0),
        ("app", 0),
    ]
    assert predicate["layers"][1]["found"] == [{**PIP_WHEEL.to_json(), "requestedBy": ENSUREPIP}]
    assert (predicate["found"], predicate["mayBeThere"]) == (1, [ENSUREPIP, LOCK])
    assert predicate["lookedFor"]["uv"]
