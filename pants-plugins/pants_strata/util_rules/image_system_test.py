from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, Digest
from pants.engine.rules import rule
from pants.engine.target import Target, WrappedTarget, WrappedTargetRequest
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.image import ImageSystem, ImageSystemRequest
from pants_strata.artifacts.interpreter import Interpreter, InterpreterLayerRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.layouts import LayoutsOnBases
from pants_strata.artifacts.oci_base import BaseLayerRequest, FetchedBaseLayer, OciBase, OciBaseRequest
from pants_strata.artifacts.os_packages import OsPackagesRequest
from pants_strata.target_types import DebianPackagesTarget, OciBaseTarget, PythonImageTarget
from pants_strata.util_rules.image_system import build_image_system, python_of_base
from strata.bases.findings import Findings
from strata.errors import StrataError
from strata.oci.descriptor import LAYER_GZIP, Descriptor
from strata.oci.layer import Layer
from strata.protocol.bases import fetch_base
from strata.protocol.bases.fetch_base import BaseLayer, BaseRuntime
from support.mocked_rules import run_mocked

IMAGE = Address("src", target_name="image")
BASE, DEBIAN = Address("third", target_name="base"), Address("third", target_name="debian")
INTERPRETER = Interpreter(IMAGE, PLATFORM, "3.13.5", (2, 41), DebianPackages((), FrozenDict()), DEBIAN)
PIP = {"path": "usr/lib/pip", "project": "pip", "kind": "package"}
NAME = f"registry.example/team/base:1@sha256:{'a' * 64}"
LAYERS = tuple(BaseLayer(LAYER_GZIP, f"sha256:{each * 64}", 5, f"sha256:{each * 64}") for each in "bc")
RUNTIME = BaseRuntime(user="7")
TARGETS: dict[Address, Target] = {
    BASE: OciBaseTarget({"image": NAME}, BASE),
    DEBIAN: DebianPackagesTarget({}, DEBIAN),
}


def base(*pythons: str) -> OciBase:
    image = fetch_base.Result(f"sha256:{'a' * 64}", f"sha256:{'d' * 64}", LAYERS, RUNTIME)
    findings = Findings(((PIP,), ()), {}, {}, {path: path.rpartition("python")[2] for path in pythons})
    return OciBase(NAME, "registry.example/team/base", image, findings, True)


def layer(kind: str) -> ArtifactLayer:
    described = Layer(Descriptor("application/x-tar", f"sha256:{'e' * 64}", 1), f"sha256:{'e' * 64}", {"kind": kind})
    return ArtifactLayer(described, Digest("e" * 64, 1), FrozenDict())


def fetched(request: BaseLayerRequest) -> FetchedBaseLayer:
    assert (request.owner, request.repository) == (BASE, "registry.example/team/base")
    return FetchedBaseLayer(Digest(request.layer.digest[-64:], request.layer.size))


def system(address: Address, *, python_of_base: bool = False, have_layers: bool = True) -> ImageSystem:
    found: ImageSystem = run_mocked(
        build_image_system,
        [
            ImageSystemRequest(address, INTERPRETER, python_of_base, "gzip"),
            LayoutsOnBases(have_layers),
        ],
        {
            (WrappedTarget, WrappedTargetRequest): lambda it: WrappedTarget(TARGETS[it.address]),
            (OciBase, OciBaseRequest): lambda _: base("usr/bin/python3.13"),
            (FetchedBaseLayer, BaseLayerRequest): fetched,
            (ArtifactLayer, OsPackagesRequest): lambda _: layer("os-packages"),
            (ArtifactLayer, InterpreterLayerRequest): lambda _: layer("interpreter"),
        },
    )
    return found


def kinds(found: ImageSystem) -> list[str]:
    return [each.layer.contents["kind"] for each in found.layers]


def test_debian_packages_and_an_interpreter() -> None:
    assert system(DEBIAN) == ImageSystem((layer("os-packages"), layer("interpreter")))


def test_layers_of_a_base_come_first_and_are_as_they_are() -> None:
    found = system(BASE)
    assert kinds(found) == ["base", "base", "interpreter"]
    assert [each.layer.descriptor.digest for each in found.layers[:2]] == [each.digest for each in LAYERS]
    assert [each.blob for each in found.layers[:2]] == [Digest(each.digest[-64:], 5) for each in LAYERS]
    assert [each.layer.contents["installers"] for each in found.layers[:2]] == [[PIP], []]
    assert (found.runtime, found.installers_allowed) == (RUNTIME, True)
    assert found.oci_base == base("usr/bin/python3.13")
    assert dict(found.annotations) == {
        "org.opencontainers.image.base.name": NAME,
        "org.opencontainers.image.base.digest": f"sha256:{'a' * 64}",
    }


def test_referenced_layers_are_not_fetched() -> None:
    found = system(BASE, have_layers=False)
    assert [each.blob for each in found.layers[:2]] == [EMPTY_DIGEST] * 2
    assert [each.layer for each in found.layers] == [each.layer for each in system(BASE).layers]


def test_image_on_the_python_of_its_base_has_no_interpreter() -> None:
    assert kinds(system(BASE, python_of_base=True)) == ["base", "base"]


# ---- the Python of the base -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Program:
    path: str


@rule
async def program(image: Target, base: Target, interpreter: Interpreter) -> Program:
    return Program(await python_of_base(image, base, interpreter))


def look_up(*pythons: str, interpreter: Optional[str] = "base", on: Address = BASE) -> str:
    image = PythonImageTarget({"script": "x", "interpreter": interpreter}, IMAGE)
    answers: dict[Any, Any] = {(OciBase, OciBaseRequest): lambda _: base(*pythons)}
    found: Program = run_mocked(program, [image, TARGETS[on], INTERPRETER], answers)
    return found.path


def message(*pythons: str, on: Address = BASE) -> str:
    with pytest.raises(StrataError) as caught:
        look_up(*pythons, on=on)
    return str(caught.value)


def test_program_of_the_base() -> None:
    assert look_up("usr/bin/python3.12", "usr/local/bin/python3.13") == "/usr/local/bin/python3.13"
    assert look_up("usr/bin/python3.13", interpreter=None) == ""


def test_base_without_python() -> None:
    assert message() == (
        f"src:image: The base {NAME} has no Python, and the image is to run on the base's.\n"
        'Fix: name a base with CPython 3.13, or leave out `interpreter="base"`.'
    )


def test_base_with_another_python() -> None:
    assert message("usr/bin/python3.11", "usr/local/bin/python3.12") == (
        f"src:image: The base {NAME} has another Python than the venv is for, CPython 3.13.\n"
        "Found:\n"
        "  /usr/bin/python3.11, CPython 3.11\n"
        "  /usr/local/bin/python3.12, CPython 3.12\n"
        "Fix: name a base with that version, or give the venv a `python_interpreter` of the base's version."
    )


def test_debian_packages_have_no_python_to_run_on() -> None:
    assert message(on=DEBIAN) == (
        'src:image: `interpreter="base"` takes Python from an `oci_base`, but the base is third:debian, a '
        "`debian_packages`.\n"
        'Fix: leave out `interpreter="base"`, or set `base` to the address of an `oci_base` with Python in it.'
    )
