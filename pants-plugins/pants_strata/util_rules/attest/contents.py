"""What is in an image, as its bills of materials list it: Debian packages, CPython, wheels and the app's own code.

Inputs: the image, the locks of its base and its interpreter, what packages and wheels say of themselves. No process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pants.engine.fs import Digest
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.image import BuiltImage
from pants_strata.artifacts.interpreter import Interpreter, InterpreterRequest
from pants_strata.artifacts.oci_base import OciBaseRequest
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import OciBaseTarget
from pants_strata.util_rules.attest.base import components_of_base, packages_of_image
from pants_strata.util_rules.attest.debian import packages_of_base, packages_of_interpreter
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from pants_strata.util_rules.oci_base.base import get_oci_base
from pants_strata.util_rules.venvs.wheels import fetched_hashes
from strata.attest.components import Component, Contents
from strata.attest.debian_components import DebianPackage, debian_components
from strata.attest.purls import generic_purl, pypi_purl
from strata.audit.policy import ENSUREPIP
from strata.locks.environment import marker_environment
from strata.oci.image import Image
from strata.plan.needed import reached


async def contents_of(built: BuiltImage, image: Target, debian: DebianSubsystem) -> Contents:
    """Return all that is in an image."""
    interpreter = await get_interpreter(InterpreterRequest(built.venv.interpreter, built.venv.platform))
    base = await engine.target(built.venv.base)
    pieces: list[Component] = []
    packages: list[DebianPackage] = []
    if base.alias == OciBaseTarget.alias:
        found = await get_oci_base(OciBaseRequest(base.address, built.venv.platform))
        pieces += components_of_base(found)
        packages += packages_of_image(found, built.venv.platform)
    else:
        packages += await packages_of_base(built, debian)
    if built.image.layers_of("interpreter"):
        if interpreter.standalone is None:
            packages += await packages_of_interpreter(built, interpreter, debian, _ensured(built))
        else:
            pieces.append(await _standalone(built, interpreter, interpreter.standalone.digest))
    return Contents.of(
        str(image.address),
        built.image.manifest_descriptor.digest,
        str(built.venv.platform),
        [
            *pieces,
            *debian_components(packages),
            *await _wheels(built, interpreter),
            *_app(built.image, str(image.address)),
        ],
    )


def _ensured(built: BuiltImage) -> tuple[Component, ...]:
    """Return the wheels that ensurepip installs. They are parts of the interpreter: nothing has installed them yet."""
    found = [each.evidence for each in built.installers.found if each.request == ENSUREPIP]
    return tuple(
        Component("library", each.project, each.version, pypi_purl(each.project, each.version))
        for each in found
        if each.version
    )


async def _standalone(built: BuiltImage, interpreter: Interpreter, archive: Digest) -> Component:
    """Return a standalone CPython, with the libraries that are linked into it."""
    (layer,) = built.image.layers_of("interpreter")
    digest = layer.descriptor.digest
    linked = (Component("library", each.name, each.version, each.purl) for each in built.parts[digest].linked)
    return Component(
        *("application", "cpython", interpreter.version, generic_purl("cpython", interpreter.version), digest),
        sha256=await engine.file_hashes(archive),
        parts=(*_ensured(built), *linked),
    )


async def _wheels(built: BuiltImage, interpreter: Interpreter) -> Iterable[Component]:
    wheels = {wheel.name: wheel for wheel in (*built.locked, *built.distributions)}
    layers = {
        name: layer.descriptor.digest
        for layer in built.image.layers_of("dependencies")
        for name in layer.contents["packages"]
    }
    fetched = {name: (wheel.built_from or wheel).file for name, wheel in wheels.items()}
    hashes = await fetched_hashes(wheels.values())
    own = {wheel.name for wheel in built.distributions}
    found = {
        name: Component(
            "library",
            name,
            wheel.version,
            pypi_purl(name, wheel.version),
            layers[name],
            # A wheel of our own was not fetched.
            {} if name in own else {fetched[name]: hashes[fetched[name]]},
            wheel.license.expression,
            wheel.license.names,
            tuple(Component("library", each.name, each.version, each.purl) for each in wheel.bundled),
        )
        for name, wheel in wheels.items()
    }
    needs = _requirements(wheels, marker_environment(interpreter.version, built.venv.platform))
    return [replace(each, requires=tuple(found[other].ref for other in needs[name])) for name, each in found.items()]


def _requirements(wheels: Mapping[str, LockedWheel], environment: Mapping[str, str]) -> dict[str, Sequence[str]]:
    """Return the projects that each one requires itself, with the extras that others ask of it."""
    requires = {name: wheel.requires for name, wheel in wheels.items()}
    extras = reached(wheels, requires, wheels, environment)
    direct: dict[str, Sequence[str]] = {}
    for name in wheels:
        asked = f"{name}[{','.join(sorted(extras[name]))}]"
        direct[name] = sorted(reached([asked], {name: requires[name]}, wheels, environment).keys() - {name})
    return direct


def _app(image: Image, address: str) -> Iterator[Component]:
    for layer in image.layers_of("app"):
        yield Component("application", address, "", layer=layer.descriptor.digest)
    for layer in image.layers_of("files"):
        name = f"{address} /{layer.contents['path']}"
        yield Component("application", name, "", layer=layer.descriptor.digest)
