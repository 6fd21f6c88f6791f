"""What is in an image, as its bills of materials list it: Debian packages, CPython, wheels and the app's own code.

Inputs: the image, the locks of its base and its interpreter, what its wheels say of themselves. No process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from packaging.requirements import Requirement
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackagesRequest
from pants_strata.artifacts.image import BuiltImage
from pants_strata.artifacts.interpreter import Interpreter, InterpreterRequest
from pants_strata.artifacts.oci_base import OciBase, OciBaseRequest
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import OciBaseTarget
from pants_strata.util_rules.debian.packages import get_debian_packages
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from pants_strata.util_rules.lock_requests import base_lock
from pants_strata.util_rules.oci_base.base import get_oci_base
from pants_strata.util_rules.venvs.wheels import fetched_hashes
from strata.attest.components import Component, Contents
from strata.attest.purls import debian_purl, generic_purl, oci_purl, pypi_purl
from strata.audit.policy import ENSUREPIP
from strata.debian.lock import LockedPackage
from strata.debian.platform import debian_platform
from strata.locks.environment import marker_environment
from strata.oci.image import Image
from strata.plan.needed import reached


async def contents_of(built: BuiltImage, image: Target, debian: DebianSubsystem) -> Contents:
    """Return all that is in an image."""
    interpreter = await get_interpreter(InterpreterRequest(built.venv.interpreter, built.venv.platform))
    return Contents.of(
        str(image.address),
        built.image.manifest_descriptor.digest,
        str(built.venv.platform),
        [
            *await _base(built, debian),
            *(await _interpreter(built, interpreter)),
            *await _wheels(built, interpreter),
            *_app(built.image, str(image.address)),
        ],
    )


async def _base(built: BuiltImage, debian: DebianSubsystem) -> Iterable[Component]:
    target = await engine.target(built.venv.base)
    if target.alias == OciBaseTarget.alias:
        return _of_image(await get_oci_base(OciBaseRequest(target.address, built.venv.platform)), built)
    request = DebianPackagesRequest(base_lock(target, debian), built.venv.platform)
    return _packages(built.image, "os-packages", (await get_debian_packages(request)).packages)


def _of_image(base: OciBase, built: BuiltImage) -> Iterator[Component]:
    """Yield the image that is the base, and the Debian packages in it."""
    digest = base.image.manifest
    yield Component("container", base.name, digest, oci_purl(base.repository, digest))
    architecture = debian_platform(str(built.venv.platform)).architecture
    for name, version in base.findings.packages.items():
        yield Component("library", name, version, debian_purl(name, version, architecture))


def _packages(image: Image, kind: str, packages: Iterable[LockedPackage]) -> Iterator[Component]:
    """Yield the packages that a layer of a kind holds: those of the base are not in the layer of the interpreter."""
    for layer in image.layers_of(kind):
        for each in packages:
            if each.name in layer.contents["packages"]:
                yield Component(
                    "library",
                    each.name,
                    each.version,
                    debian_purl(each.name, each.version, each.architecture),
                    layer.descriptor.digest,
                    {each.file_name: each.sha256},
                )


async def _interpreter(built: BuiltImage, interpreter: Interpreter) -> Iterable[Component]:
    """Return CPython, or its Debian packages. The wheel that ensurepip installs is a part: it is no package yet."""
    layers = built.image.layers_of("interpreter")
    if not layers:
        return ()
    found = [each.evidence for each in built.installers.found if each.request == ENSUREPIP]
    parts = tuple(
        Component("library", each.project, each.version, pypi_purl(each.project, each.version))
        for each in found
        if each.version
    )
    if interpreter.standalone is None:
        packages = _packages(built.image, "interpreter", interpreter.debian.packages)
        # Debian has each of these wheels in a package of its own: python3-pip-whl.
        return [
            replace(each, parts=tuple(part for part in parts if each.name.endswith(f"-{part.name}-whl")))
            for each in packages
        ]
    hashes = await engine.file_hashes(interpreter.standalone.digest)
    purl = generic_purl("cpython", interpreter.version)
    layer = layers[0].descriptor.digest
    return [Component("application", "cpython", interpreter.version, purl, layer, hashes, parts=parts)]


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
    extras = reached([Requirement(name) for name in wheels], requires, wheels, environment)
    direct: dict[str, Sequence[str]] = {}
    for name in wheels:
        asked = Requirement(f"{name}[{','.join(sorted(extras[name]))}]")
        direct[name] = sorted(reached([asked], {name: requires[name]}, wheels, environment).keys() - {name})
    return direct


def _app(image: Image, address: str) -> Iterator[Component]:
    for layer in image.layers_of("app"):
        yield Component("application", address, "", layer=layer.descriptor.digest)
