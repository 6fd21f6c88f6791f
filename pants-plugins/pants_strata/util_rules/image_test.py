from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Optional

import pytest
from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.addresses import Address, Addresses, UnparsedAddressInputs
from pants.engine.fs import EMPTY_DIGEST, Digest, DigestContents, MergeDigests, PathGlobs
from pants.engine.target import (
    DependenciesRequest,
    Target,
    WrappedTarget,
    WrappedTargetRequest,
)
from pants.testutil.option_util import create_subsystem
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.image import (
    AppLayer,
    AppLayerRequest,
    BuiltImage,
    FilesLayer,
    FilesLayerRequest,
    ImageClosure,
    ImageClosureRequest,
    ImageRequest,
    ImageSystem,
    ImageSystemRequest,
)
from pants_strata.artifacts.interpreter import BuildInterpreterRequest, Interpreter, InterpreterRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.python_version import Today
from pants_strata.artifacts.venv import LockedVenvRequest, Venv, VenvRequest
from pants_strata.subsystem import Compression, DebianSubsystem, StrataSubsystem
from pants_strata.target_types import (
    DebianPackagesTarget,
    ImageFilesTarget,
    PythonImageTarget,
    PythonInterpreterTarget,
    PythonVenvTarget,
)
from pants_strata.util_rules.image import build_image
from strata.attest.build_inputs import Input
from strata.audit.policy import ANNOTATION
from strata.errors import StrataError
from strata.oci.descriptor import Descriptor
from strata.oci.layer import Layer
from support.mocked_rules import run_mocked

IMAGE, STATIC = (Address("src/app", target_name=name) for name in ("image", "static"))
VENV, CPYTHON, BASE, OTHER = (Address("third", target_name=name) for name in ("venv", "cpython", "base", "other"))
DEBIAN, TODAY = create_subsystem(DebianSubsystem, release="trixie"), Today(date(2026, 11, 25))
PYTHON = create_subsystem(PythonSetup, enable_resolves=False, resolves={}, default_resolve="python-default")
PIP = {"path": "opt/venv/lib/python3.13/site-packages/pip", "project": "pip", "kind": "package", "version": "25.1"}


def layer_of(kind: str, *installers: Mapping[str, str], packages: Optional[Mapping[str, str]] = None) -> ArtifactLayer:
    contents = {"kind": kind, "installers": list(installers), "packages": dict(packages or {})}
    hexadecimal = kind.encode().hex().rjust(64, "0")
    layer = Layer(Descriptor("application/x-tar", f"sha256:{hexadecimal}", 1), f"sha256:{hexadecimal}", contents)
    return ArtifactLayer(layer, Digest(hexadecimal, 1), FrozenDict({"files": Input("", hexadecimal)}))


@dataclass
class Engine:
    """The rest of the build: artifacts of the same names for everyone, and notes of the requests for them."""

    dependencies: ArtifactLayer = field(default_factory=lambda: layer_of("dependencies"))
    below: ImageSystem = field(default_factory=lambda: ImageSystem((layer_of("os-packages"), layer_of("interpreter"))))
    asked: dict[type[Any], Any] = field(default_factory=dict)

    def layer(self, kind: str) -> Any:
        def answer(request: Any) -> ArtifactLayer:
            self.asked[type(request)] = request
            return layer_of(kind)

        return answer

    def system(self, request: ImageSystemRequest) -> ImageSystem:
        self.asked[ImageSystemRequest] = request
        return self.below

    def interpreter(self, request: InterpreterRequest) -> Interpreter:
        assert (request.address, request.platform) == (CPYTHON, PLATFORM)
        debian = DebianPackages((), FrozenDict())
        return Interpreter(CPYTHON, PLATFORM, "3.13.5", (2, 41), debian, BASE)

    def venv(self, request: VenvRequest) -> Venv:
        self.asked[VenvRequest] = request
        layers = (layer_of("venv"), self.dependencies)
        return Venv(layers, frozenset(["uvicorn"]), frozenset(["uvicorn"]), frozenset(["json"]))

    def merge(self, request: MergeDigests) -> Digest:
        self.asked[MergeDigests] = request
        return Digest("e" * 64, 1)

    def build(self, *, options: Optional[Mapping[str, Any]] = None, **fields: Any) -> BuiltImage:
        # The whole lock, so that no code is asked what it needs (needed_test.py).
        targets: dict[str, Target] = {
            "src/app:image": PythonImageTarget({"script": "uvicorn", "whole_lock": True, **fields}, IMAGE),
            "third:venv": PythonVenvTarget({}, VENV),
            "third:cpython": PythonInterpreterTarget({}, CPYTHON),
            "third:base": DebianPackagesTarget({}, BASE),
            "third:other": DebianPackagesTarget({}, OTHER),
            ":static": ImageFilesTarget({"dependencies": [], "path": "/srv"}, STATIC),
            STATIC.spec: ImageFilesTarget({"dependencies": [], "path": "/srv"}, STATIC),
        }
        strata = {
            "venv": "third:venv",
            "interpreter": "third:cpython",
            "base": "third:base",
            "bytecode": True,
            "test_bytecode": False,
            "compression": Compression.gzip,
            **(options or {}),
        }
        built: BuiltImage = run_mocked(
            build_image,
            [ImageRequest(IMAGE, PLATFORM), create_subsystem(StrataSubsystem, **strata), DEBIAN, PYTHON, TODAY],
            {
                (WrappedTarget, WrappedTargetRequest): lambda it: WrappedTarget(targets[it.address.spec]),
                (Addresses, UnparsedAddressInputs): lambda it: Addresses([targets[it.values[0]].address]),
                (Addresses, DependenciesRequest): lambda _: Addresses(),
                (ImageClosure, ImageClosureRequest): lambda _: ImageClosure(()),
                (Digest, PathGlobs): lambda _: EMPTY_DIGEST,
                (DigestContents, Digest): lambda _: DigestContents([]),
                (Interpreter, InterpreterRequest): self.interpreter,
                (ImageSystem, ImageSystemRequest): self.system,
                (AppLayer, AppLayerRequest): lambda it: AppLayer(self.layer("app")(it), imports=()),
                (FilesLayer, FilesLayerRequest): lambda it: FilesLayer(self.layer("files")(it), paths=()),
                (Venv, VenvRequest): self.venv,
                (Digest, MergeDigests): self.merge,
            },
        )
        return built


def test_layers_lie_from_the_base_up_to_the_app() -> None:
    engine = Engine()
    built = engine.build()
    kinds = [layer.contents["kind"] for layer in built.image.layers]
    assert kinds == ["os-packages", "interpreter", "venv", "dependencies", "app"]
    assert engine.asked[MergeDigests] == MergeDigests([layer_of(kind).blob for kind in kinds])
    assert built.build_inputs.images == (built.image.manifest_descriptor.digest,)
    assert set(built.build_inputs.layers) == {layer.descriptor.digest for layer in built.image.layers}


def test_placed_files_lie_between_the_dependencies_and_the_app() -> None:
    engine = Engine()
    built = engine.build(extra_files=[":static"], compression="zstd")
    assert [layer.contents["kind"] for layer in built.image.layers][-3:] == ["dependencies", "files", "app"]
    assert engine.asked[FilesLayerRequest] == FilesLayerRequest(STATIC, BuildInterpreterRequest(CPYTHON), "zstd")


def test_what_targets_leave_out_is_taken_from_options() -> None:
    engine = Engine()
    engine.build(options={"bytecode": False, "compression": Compression.zstd})
    system = engine.asked[ImageSystemRequest]
    assert (system.base, system.interpreter.address, system.compression) == (BASE, CPYTHON, "zstd")
    assert engine.asked[VenvRequest] == VenvRequest(
        LockedVenvRequest(VENV, PLATFORM, BASE, CPYTHON), None, "none", "zstd"
    )
    assert (engine.asked[AppLayerRequest].bytecode, engine.asked[AppLayerRequest].compression) == (False, "zstd")


@pytest.mark.parametrize(
    "options, fields, bytecode",
    [
        ({}, {}, "without tests"),
        ({"test_bytecode": True}, {}, "all"),
        ({}, {"test_bytecode": True}, "all"),
        ({"test_bytecode": True}, {"test_bytecode": False}, "without tests"),
        ({"test_bytecode": True, "bytecode": False}, {}, "none"),
        ({"bytecode": False}, {"bytecode": True, "test_bytecode": True}, "all"),
    ],
)
def test_bytecode_of_wheels(options: dict[str, bool], fields: dict[str, bool], bytecode: str) -> None:
    engine = Engine()
    engine.build(options=options, **fields)
    assert engine.asked[VenvRequest].bytecode == bytecode
    assert engine.asked[AppLayerRequest].bytecode is (bytecode != "none")


def test_fields_come_before_options() -> None:
    engine = Engine()
    engine.build(base="third:other", bytecode=False, compression="zstd")
    assert (engine.asked[ImageSystemRequest].base, engine.asked[VenvRequest].bytecode) == (OTHER, "none")
    assert engine.asked[VenvRequest].compression == "zstd"


def test_the_config_of_the_runtime() -> None:
    built = Engine().build(args=["app:app"], env={"LANG": "C", "MODE": "x"}, labels={"a": "b"}, exposed_ports=["80"])
    config = json.loads(built.image.config)["config"]
    assert config == {
        "Entrypoint": ["/opt/venv/bin/python", "-P", "/opt/venv/bin/uvicorn"],
        "Cmd": ["app:app"],
        "Env": ["LANG=C", "MODE=x", "PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"],
        "User": "65532",
        "WorkingDir": "/app",
        "Labels": {"a": "b"},
        "ExposedPorts": {"80": {}},
    }


def test_annotations_and_the_verdict_on_installers_stand_in_the_manifest() -> None:
    built = Engine(layer_of("dependencies", PIP, packages={"pip": "25.1"})).build(annotations={"x": "y"})
    annotations = json.loads(built.image.manifest)["annotations"]
    assert annotations["x"] == "y"
    (found,) = json.loads(annotations[ANNOTATION])["found"]
    assert (found["project"], found["requestedBy"]) == ("pip", "the lock of the dependencies")
    assert built.installers.summary() == "none but pip 25.1 (the lock of the dependencies)"


def test_an_installer_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(StrataError) as caught:
        Engine(layer_of("dependencies", PIP)).build()
    assert str(caught.value).startswith("src/app:image: ")
    assert "pip 25.1" in str(caught.value)


def test_no_venv_is_named() -> None:
    with pytest.raises(StrataError) as caught:
        Engine().build(options={"venv": None})
    assert str(caught.value) == (
        "src/app:image: The image names no venv, and the repository has no resolves that could give its wheels.\n"
        "Found:\n"
        "  `[python].enable_resolves` is false\n"
        "Fix: set `[python].enable_resolves = true` and `[python].resolves` in pants.toml, or name a `python_venv` in "
        "the `venv` field or in `[strata].venv`."
    )


def test_a_health_check_is_in_the_config() -> None:
    built = Engine().build(healthcheck=["probe"], healthcheck_options={"timeout": "2s"})
    assert json.loads(built.image.config)["config"]["Healthcheck"] == {"Test": ["CMD", "probe"], "Timeout": 2 * 10**9}


def test_options_of_a_health_check_without_a_command() -> None:
    with pytest.raises(StrataError) as caught:
        Engine().build(healthcheck_options={"timeout": "2s", "retries": "4"})
    assert str(caught.value) == (
        "src/app:image: `healthcheck_options` says how to use a health check, and the image has none.\n"
        "Found:\n"
        "  retries: 4\n"
        "  timeout: 2s\n"
        'Fix: set `healthcheck` to the command that checks the app, for instance `["python", "-m", "app.health"]`, or '
        "remove the options."
    )
