"""What an image holds, as checks compare it with what is known: by descriptions of layers, and by the lock of a base.

No layer is read for this: the steps that wrote them told what is in them.
"""

from __future__ import annotations

from pants_strata import engine
from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.artifacts.oci_base import OciBase, OciBaseRequest
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import OciBaseTarget
from pants_strata.util_rules.attest.base import packages_of_image
from pants_strata.util_rules.lock_requests import release_of
from pants_strata.util_rules.oci_base.base import get_oci_base
from strata.check.inventory import Inventory
from strata.debian.releases import release_of_distro
from strata.protocol.package import InstalledPackage
from strata.protocol.system_layer import Parts


async def inventory_of(request: ImageRequest, built: BuiltImage, debian: DebianSubsystem) -> Inventory:
    """Return what an image holds."""
    target = await engine.target(built.venv.base)
    base = None
    if target.alias == OciBaseTarget.alias:
        base = await get_oci_base(OciBaseRequest(target.address, request.platform))
    packages: dict[str, InstalledPackage] = {}
    if base:
        packages.update((each.package.name, each.package) for each in packages_of_image(base, request.platform))
    # The interpreter's layer is above the base: it may have a newer version of a package.
    for layer in built.image.layers:
        said = built.parts.get(layer.descriptor.digest, Parts())
        packages.update((each.name, each) for each in said.packages)
    wheels = {
        (name, version)
        for layer in built.image.layers_of("dependencies")
        for name, version in layer.contents["packages"].items()
    }
    wheels.update((name, each) for name, versions in _projects(base).items() for each in versions)
    return Inventory(
        str(request.platform),
        _python(built, base),
        tuple(sorted(wheels)),
        tuple(packages[name] for name in sorted(packages)),
        release_of_distro(base.findings.system) if base else release_of(target, debian),
        _notes(base, str(target.address)),
    )


def _projects(base: OciBase | None) -> dict[str, tuple[str, ...]]:
    return dict(base.findings.distributions or {}) if base else {}


def _python(built: BuiltImage, base: OciBase | None) -> str:
    """Return the version of CPython that an image runs on: the one of its own layer, else the newest of its base."""
    versions = [layer.contents["version"] for layer in built.image.layers_of("interpreter")]
    return str((versions or sorted(base.findings.pythons.values() if base else ()) or [""])[-1])


def _notes(base: OciBase | None, address: str) -> tuple[str, ...]:
    if base is None or base.findings.distributions is not None:
        return ()
    return (
        f"the lock of {address} does not say which Python projects, source packages and distribution the base has: "
        f"renew it with ./pants generate-lockfiles --resolve={address}",
    )
