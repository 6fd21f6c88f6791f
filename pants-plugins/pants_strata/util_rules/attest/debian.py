"""The locked Debian packages of an image, as bills of materials list them: by lock and layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackagesRequest
from pants_strata.artifacts.image import BuiltImage
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.subsystem import DebianSubsystem
from pants_strata.util_rules.debian.packages import get_debian_packages
from pants_strata.util_rules.lock_requests import base_lock, release_of
from strata.attest.components import Component
from strata.attest.debian_components import DebianPackage
from strata.debian.lock import LockedPackage
from strata.debian.releases import distro


async def packages_of_base(built: BuiltImage, debian: DebianSubsystem) -> Iterable[DebianPackage]:
    """Return the packages of a `debian_packages` that is the base of an image."""
    target = await engine.target(built.venv.base)
    request = DebianPackagesRequest(base_lock(target, debian), built.venv.platform)
    locked = (await get_debian_packages(request)).packages
    return _locked(built, "os-packages", locked, distro(release_of(target, debian)))


async def packages_of_interpreter(
    built: BuiltImage,
    interpreter: Interpreter,
    debian: DebianSubsystem,
    wheels: Iterable[Component],
) -> Iterable[DebianPackage]:
    """Return the packages of the interpreter's layer, which lacks those of the base.

    :param wheels: the wheels that ensurepip installs. Debian has each in a package of its own: python3-pip-whl.
    """
    release = release_of(await engine.target(built.venv.interpreter), debian)
    packages = _locked(built, "interpreter", interpreter.debian.packages, distro(release))
    return [
        replace(each, parts=tuple(part for part in wheels if each.package.name.endswith(f"-{part.name}-whl")))
        for each in packages
    ]


def _locked(
    built: BuiltImage, kind: str, locked: Iterable[LockedPackage], distribution: str
) -> Iterator[DebianPackage]:
    files = {each.name: {each.file_name: each.sha256} for each in locked}
    for layer in built.image.layers_of(kind):
        digest = layer.descriptor.digest
        said = built.parts[digest]
        for each in said.packages:
            yield DebianPackage(each, distribution, digest, files[each.name], said.licenses.get(each.name, ()))
