from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Callable

import pytest
from pants.core.target_types import FilesGeneratorTarget
from pants.core.util_rules.source_files import SourceFiles, SourceFilesRequest
from pants.engine.addresses import Address, Addresses, UnparsedAddressInputs
from pants.engine.fs import EMPTY_DIGEST
from pants.engine.rules import rule
from pants.engine.target import (
    DependenciesRequest,
    Target,
    TransitiveTargets,
    TransitiveTargetsRequest,
    WrappedTarget,
    WrappedTargetRequest,
)
from pants.util.ordered_set import FrozenOrderedSet

from pants_strata.artifacts.image import FilesLayer, FilesLayerRequest
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.target_types import ImageFilesTarget, PythonImageTarget
from pants_strata.util_rules.first_party.image_files import extra_layers, write_files_layer
from strata.errors import StrataError
from support.mocked_rules import run_mocked

IMAGE = Address("src/app", target_name="image")
STATIC, CONFIG, FILES = (Address("src/app", target_name=name) for name in ("static", "config", "files"))
INTERPRETER = BuildInterpreterRequest(Address("third", target_name="cpython"))


@dataclass(frozen=True)
class Layers:
    layers: tuple[FilesLayer, ...]


@rule
async def layers_of(image: PythonImageTarget) -> Layers:
    return Layers(await extra_layers(image, INTERPRETER, "gzip"))


@dataclass
class Engine:
    """:param files: what the `files` target has. `paths` are those that each target places."""

    files: tuple[str, ...] = ()
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(
        default_factory=lambda: {
            "src/app:static": ImageFilesTarget({"dependencies": [":files"], "path": "/srv"}, STATIC),
            "src/app:config": ImageFilesTarget({"dependencies": [":files"], "path": "/etc"}, CONFIG),
            "src/app:files": FilesGeneratorTarget({"sources": ["*"]}, FILES),
        }
    )

    def target(self, request: WrappedTargetRequest) -> WrappedTarget:
        return WrappedTarget(self.targets[request.address.spec])

    def layers(self, *names: str) -> Any:
        image = PythonImageTarget({"script": "x", "extra_files": names}, IMAGE)
        answers: dict[Any, Any] = {
            (WrappedTarget, WrappedTargetRequest): self.target,
            (Addresses, UnparsedAddressInputs): lambda it: Addresses([self.targets[f"src/app{it.values[0]}"].address]),
            (FilesLayer, FilesLayerRequest): lambda it: SimpleNamespace(
                request=it, paths=self.paths[it.address.target_name]
            ),
        }
        return run_mocked(layers_of, [image], answers).layers

    def write(self) -> Any:
        files = self.targets["src/app:files"]
        snapshot = SimpleNamespace(files=self.files, digest=EMPTY_DIGEST)
        answers: dict[Any, Any] = {
            (WrappedTarget, WrappedTargetRequest): self.target,
            (Addresses, DependenciesRequest): lambda _: Addresses([FILES]),
            (TransitiveTargets, TransitiveTargetsRequest): lambda _: TransitiveTargets((files,), FrozenOrderedSet()),
            (SourceFiles, SourceFilesRequest): lambda _: SimpleNamespace(snapshot=snapshot),
        }
        return run_mocked(write_files_layer, [FilesLayerRequest(STATIC, INTERPRETER, "gzip")], answers)


def error_of(action: Callable[..., Any], *names: str) -> str:
    with pytest.raises(StrataError) as caught:
        action(*names)
    return str(caught.value)


def test_layers_come_by_address_and_once() -> None:
    found = Engine(paths={"static": ("srv/a",), "config": ("etc/a",)}).layers(":static", ":config", ":static")
    assert [each.request.address for each in found] == [CONFIG, STATIC]


def test_an_image_without_files_asks_nothing() -> None:
    assert Engine(targets={"src/app:files": FilesGeneratorTarget({"sources": ["*"]}, FILES)}).layers() == ()


def test_a_path_that_two_targets_have() -> None:
    paths = {"static": ("srv/a", "srv/b"), "config": ("etc/a", "srv/b")}
    assert error_of(Engine(paths=paths).layers, ":static", ":config") == (
        "src/app:image: Several `image_files` targets place a file at the same path.\n"
        "Found:\n"
        "  /srv/b: src/app:config, src/app:static\n"
        "Fix: give one of them another `path` or `strip_prefix`, or leave the file out of its `dependencies`."
    )


def test_a_target_of_another_type() -> None:
    assert error_of(Engine().layers, ":files") == (
        "src/app:image: `extra_files` names :files, which does not say where its files are placed.\n"
        "Found:\n"
        "  :files is a `files` target\n"
        'Fix: name an `image_files` target, for instance `image_files(name="static", dependencies=[":files"], '
        'path="/srv/www")`.'
    )


def test_no_files() -> None:
    assert error_of(Engine().write) == (
        "src/app:static: There are no files to place in an image.\n"
        "Found:\n"
        "  depends on src/app:files\n"
        "Fix: name `files` targets in `dependencies`: sources and `resources` are the app's, and lie in /app."
    )


def test_files_elsewhere() -> None:
    others = tuple(f"assets/{number}" for number in range(12))
    shown = "".join(f"  assets/{number}\n" for number in range(10))
    assert error_of(Engine(files=("src/app/a", *others)).write) == (
        "src/app:static: Some files do not lie in src/app, the directory that is to be left out of their paths.\n"
        f"Found:\n{shown}"
        "  and 2 more\n"
        'Fix: set `strip_prefix` to a directory that all of them lie in: one below the BUILD file, as "static", or '
        'one from the root of the repository on, as "//assets".'
    )
