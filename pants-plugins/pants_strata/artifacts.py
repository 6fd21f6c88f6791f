"""Requests and results of the rules: frozen values, one pair per artifact.

A request names what is wanted by address and platform; a result holds digests. Addresses serve messages only: no
process sees one, so that two targets that want the same bytes share one cache entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, Digest
from pants.util.frozendict import FrozenDict

from strata.attest.build_inputs import BuildInputs, Input
from strata.audit.policy import Verdict
from strata.debian.index import PackageIndex
from strata.debian.lock import DebianLock, LockedPackage, LockInputs
from strata.errors import StrataError
from strata.locks.requirements import LockedRequirement
from strata.oci.image import Image
from strata.oci.layer import Layer
from strata.oci.platform import Platform
from strata.plan.overlaps import Distribution

PLATFORM = Platform("linux", "amd64")
"""What is built where nothing names a platform. Every artifact is asked for with one."""


@dataclass(frozen=True)
class HostPrepared:
    """The settings of this machine lie where fetching processes read them (see util_rules/host.py)."""


@dataclass(frozen=True)
class LibrarySliceRequest:
    """The modules of the library that a verb needs (see library_process.py)."""

    verb: str


@dataclass(frozen=True)
class LibrarySlice:
    digest: Digest


@dataclass(frozen=True)
class FetchRequest:
    """One file from outside, said without a host: `request` is the canonical JSON that `verb` of the library reads."""

    verb: str
    request: str
    # Counts files, and another app counts others: it is still the same request.
    description: str = field(compare=False)


@dataclass(frozen=True)
class FetchResult:
    """`digest` holds exactly one file, `name`; with an `error` it is empty. `told` is what the verb tells of it."""

    digest: Digest = EMPTY_DIGEST
    name: str = ""
    told: Mapping[str, Any] = field(default_factory=dict, hash=False)
    error: StrataError | None = None


@dataclass(frozen=True)
class DebianLockRequest:
    """The lock of a target: the file in the repository, and what it has to be made from.

    `python` is the version of CPython that it is to hold, as 3.13; empty for the lock of something else.
    """

    address: Address
    lockfile: str
    inputs: LockInputs
    python: str = ""


@dataclass(frozen=True)
class DebianIndexRequest:
    """The signed package index of suites, as the mirror has it now."""

    suites: tuple[str, ...]
    components: tuple[str, ...]
    architecture: str


@dataclass(frozen=True)
class DebianIndex:
    """Either the index or the error of reading it."""

    index: PackageIndex | None = None
    error: StrataError | None = None


@dataclass(frozen=True)
class InstallerLockRequest:
    """The lock of a `python_installer`, to be made: of `version`, or of the newest where that is empty.

    `python` is the feature version of the interpreter that the tool will run on, as 3.13.
    """

    address: Address
    lockfile: str
    tool: str
    version: str
    python: str


@dataclass(frozen=True)
class ResolvedInstallerLock:
    """A hashed requirements file."""

    text: str


@dataclass(frozen=True)
class ResolvedDebianLock:
    """What the signed index of the mirror holds now for the inputs of a lock."""

    lock: DebianLock


@dataclass(frozen=True)
class DebianPackagesRequest:
    lock: DebianLockRequest
    platform: Platform


@dataclass(frozen=True)
class DebianPackages:
    """Packages for one platform; `debs` maps the name of each to the digest that holds its file."""

    packages: tuple[LockedPackage, ...]
    debs: FrozenDict[str, Digest]


@dataclass(frozen=True)
class ArtifactLayer:
    """A layer, the digest that holds its blob at `blobs/sha256/`, and what it was made from."""

    layer: Layer
    blob: Digest
    inputs: FrozenDict[str, Input]


@dataclass(frozen=True)
class OsPackagesRequest:
    """The layer of a `debian_packages` target; `interpreter` is the `python_interpreter` that writes it."""

    address: Address
    platform: Platform
    interpreter: Address
    compression: str


@dataclass(frozen=True)
class InterpreterRequest:
    address: Address
    platform: Platform


@dataclass(frozen=True)
class Interpreter:
    """`tree` runs where it lies through its own loader: the Python of every process that makes bytes.

    `version` is full (3.13.5); `glibc` decides which wheels run; `base` has packages that the layer leaves out.
    """

    address: Address
    platform: Platform
    version: str
    glibc: tuple[int, int]
    tree: Digest
    debian: DebianPackages
    base: Address


@dataclass(frozen=True)
class InterpreterLayerRequest:
    """The layer of an interpreter: its packages less what the base at `base` has."""

    interpreter: Interpreter
    base: Address
    compression: str


@dataclass(frozen=True)
class InstallerRequest:
    """`interpreter` is the `python_interpreter` that the tool runs on."""

    address: Address
    interpreter: Address
    platform: Platform


@dataclass(frozen=True)
class Installer:
    """The tool that installs: `digest` holds its wheels and those of what it needs; its own is the first of `files`."""

    address: Address
    tool: str
    version: str
    digest: Digest
    files: tuple[str, ...]


@dataclass(frozen=True)
class Wheel:
    """A wheel of the lock, fetched or built: `digest` holds its `file`, of `size` bytes.

    `requires` are the values of Requires-Dist in its metadata. Where a source distribution was fetched and not built
    yet, the file is that.
    """

    name: str
    version: str
    file: str
    size: int
    requires: tuple[str, ...]
    digest: Digest

    @property
    def is_sdist(self) -> bool:
        return not self.file.endswith(".whl")


@dataclass(frozen=True)
class LockedVenvRequest:
    address: Address
    platform: Platform


@dataclass(frozen=True)
class LockedVenv:
    """A `python_venv` as its lock has it: what installs on the platform, on which interpreter and with which tool."""

    interpreter: Interpreter
    installer: InstallerRequest
    requirements: tuple[LockedRequirement, ...]


@dataclass(frozen=True)
class VenvRequest:
    """The venv of an app: what `roots` require, as PEP 508 requirements, of the lock; None is all of the lock."""

    address: Address
    platform: Platform
    roots: tuple[str, ...] | None
    bytecode: bool
    compression: str


@dataclass(frozen=True)
class DependenciesLayerRequest:
    """The layer of some wheels, mostly one; `venv` is for messages."""

    venv: Address
    interpreter: InterpreterRequest
    wheels: tuple[Wheel, ...]
    bytecode: bool
    compression: str


@dataclass(frozen=True)
class DependenciesLayer:
    """`distributions` tells what each wheel installs, by its name."""

    layer: ArtifactLayer
    distributions: Mapping[str, Distribution] = field(hash=False)


@dataclass(frozen=True)
class InstallRequest:
    """Wheels that the installer of a venv installs, as a proof that their layers hold what it installs."""

    venv: LockedVenvRequest
    wheels: tuple[Wheel, ...]


@dataclass(frozen=True)
class Installed:
    """The installer installed each wheel as it is. `installer` and its version are for records and messages."""

    installer: Installer


@dataclass(frozen=True)
class VenvLayerRequest:
    """The venv itself, without what is installed."""

    interpreter: InterpreterRequest
    compression: str


@dataclass(frozen=True)
class VenvLayer:
    """`standard_library` are the top-level modules of the interpreter."""

    layer: ArtifactLayer
    standard_library: frozenset[str]


@dataclass(frozen=True)
class Venv:
    """What an entry point can name stands beside the layers: importable modules, and the commands in bin."""

    layers: tuple[ArtifactLayer, ...]
    modules: frozenset[str]
    scripts: frozenset[str]
    standard_library: frozenset[str]


@dataclass(frozen=True)
class AppLayerRequest:
    """The first-party sources and resources in the closure of `address`, for an interpreter."""

    address: Address
    interpreter: Interpreter
    bytecode: bool
    compression: str


@dataclass(frozen=True)
class ImageRequest:
    address: Address
    platform: Platform


@dataclass(frozen=True)
class BuiltImage:
    """An image for one platform, and the digest that holds the blobs of its layers at `blobs/sha256/`.

    `record` tells what each layer was made from; it stands outside the image. `installers` are those in the image.
    """

    image: Image
    blobs: Digest
    record: BuildInputs
    installers: Verdict
