"""This module has the requests and results of images, and of the layer of their first-party code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.fs import Digest
from pants.engine.process import ProcessResultMetadata
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts.interpreter import BuildInterpreterRequest, Interpreter
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.oci_base import OciBase
from pants_strata.artifacts.venv import LockedVenvRequest
from pants_strata.artifacts.wheel import LockedWheel
from strata.attest.build_inputs import BuildInputs
from strata.audit.policy import Verdict
from strata.oci.image import Image
from strata.oci.platform import Platform
from strata.plan.policy import Notices
from strata.protocol.app_layer import Import
from strata.protocol.bases.fetch_base import BaseRuntime
from strata.protocol.layer import Compression
from strata.protocol.system_layer import Parts


@dataclass(frozen=True)
class ImageClosureRequest:
    """The targets that an image depends on, through any number of steps."""

    address: Address


@dataclass(frozen=True)
class ImageClosure:
    """These targets, without the image."""

    targets: tuple[Target, ...]


@dataclass(frozen=True)
class AppLayerRequest:
    """The first-party sources and resources in the closure of `address`. `interpreter` compiles them.

    `installed` are paths that a wheel in the venv has already, relative to site-packages.
    """

    address: Address
    interpreter: BuildInterpreterRequest
    bytecode: bool
    compression: Compression
    installed: tuple[str, ...] = ()


@dataclass(frozen=True)
class AppLayer:
    """The layer, and what its code imports from elsewhere."""

    layer: ArtifactLayer
    imports: tuple[Import, ...]


@dataclass(frozen=True)
class FilesLayerRequest:
    """The files of the `image_files` target at `address`, placed in images."""

    address: Address
    interpreter: BuildInterpreterRequest
    compression: Compression


@dataclass(frozen=True)
class FilesLayer:
    """The layer, and the paths of its files in an image, without the leading slash."""

    layer: ArtifactLayer
    paths: tuple[str, ...]


@dataclass(frozen=True)
class ImageSystemRequest:
    """What lies below the venv of an image: a base and, unless the base's Python serves, an interpreter's layer.

    :param base: the address of a `debian_packages` or an `oci_base`.
    """

    base: Address
    interpreter: Interpreter
    python_of_base: bool
    compression: Compression


@dataclass(frozen=True)
class ImageSystem:
    """The layers below a venv, the lowest first, and what an image inherits from its base.

    :param annotations: of the image's manifest: where the base is.
    :param installers_allowed: whether the base's layers may hold installers of Python packages.
    :param oci_base: the base, where it is an image of a registry.
    """

    layers: tuple[ArtifactLayer, ...]
    runtime: BaseRuntime = field(default_factory=BaseRuntime)
    annotations: FrozenDict[str, str] = field(default_factory=FrozenDict)
    installers_allowed: bool = False
    oci_base: Optional[OciBase] = None


@dataclass(frozen=True)
class ImageRequest:
    """The image of a `python_image`, for one platform."""

    address: Address
    platform: Platform


@dataclass(frozen=True)
class BuiltImage:
    """An image for one platform, and the digest that holds the blobs of its layers at `blobs/sha256/`.

    `build_inputs` tell what each layer was made from, and `parts` what the packages in layers of base and interpreter
    say of themselves, by the digests of the layers; they stand outside the image. `installers` are those in the image.
    `venv` is the request for the lock of its venv, which names the base and the interpreter, too; `locked` are the
    wheels of that lock that the image holds, `distributions` those of first-party distributions.

    `declared` are the requirements that the image's code depends on, with the addresses of their targets; None for all
    of the lock. `imports` are those of its code, of what it does not hold itself. `origins` are those of the layers,
    the lowest first (ArtifactLayer). `notices` are those of the venv.
    """

    image: Image
    blobs: Digest
    build_inputs: BuildInputs
    installers: Verdict
    venv: LockedVenvRequest
    locked: tuple[LockedWheel, ...] = ()
    distributions: tuple[LockedWheel, ...] = ()
    declared: Optional[FrozenDict[str, str]] = None
    imports: tuple[Import, ...] = ()
    origins: tuple[Optional[ProcessResultMetadata], ...] = field(default=(), compare=False)
    notices: Notices = field(default_factory=Notices)
    parts: FrozenDict[str, Parts] = field(default_factory=FrozenDict)
