"""The shared libraries that the wheels of an image need, and whether the image has them all.

The layers of wheels say which. What is missing is a warning, an error or nothing, as the image's field says.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Optional

from pants.engine.target import Target

from pants_strata.artifacts.image import ImageSystem
from pants_strata.artifacts.oci_base import OciBase
from pants_strata.artifacts.venv import Venv
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import MissingLibrariesField
from pants_strata.target_types.defaults import is_default
from pants_strata.target_types.oci_base import OciBaseLockfileField
from pants_strata.util_rules.lock_requests import release_of
from strata.debian.releases import release_of_distro
from strata.debian.shared_libraries import package_with
from strata.errors import StrataError
from strata.errors.contents import libraries as errors
from strata.libraries.loader import found_by_loader
from strata.oci.platform import Platform
from strata.plan.libraries import MissingLibrary, missing_libraries

_logger = logging.getLogger(__name__)


def check_libraries(
    image: Target,
    base: Target,
    system: ImageSystem,
    venv: Venv,
    placed: Iterable[str],
    platform: Platform,
    debian: DebianSubsystem,
) -> None:
    """Tell which shared libraries the wheels of an image need and nothing in it has.

    Raise StrataError for them where the image's field asks for that.

    :param placed: the paths of the image's `extra_files`, relative to its root.
    """
    wanted = image[MissingLibrariesField].value
    if wanted == MissingLibrariesField.ignore:
        return
    upon = system.oci_base
    provided = {name for layer in system.layers for name in layer.libraries}
    provided.update(found_by_loader(placed))
    provided.update((upon.findings.libraries or ()) if upon else ())
    missing = missing_libraries(venv.libraries, provided)
    if not missing:
        return
    if upon is None:
        told = errors.libraries_missing(
            str(platform),
            _with_packages(missing, release_of(base, debian)),
            None if is_default(base.address) else str(base.address),
        )
    else:
        told = _missing_upon(base, upon, platform, missing)
    if wanted == MissingLibrariesField.error:
        raise told.at(str(image.address))
    _logger.warning(str(told.at(str(image.address))))


def _missing_upon(base: Target, upon: OciBase, platform: Platform, missing: Sequence[MissingLibrary]) -> StrataError:
    found, address = upon.findings, str(base.address)
    if found.libraries is None:
        return errors.libraries_unknown(address)
    return errors.libraries_missing_upon(
        str(platform),
        _with_packages(missing, release_of_distro(found.system)),
        (upon.name, address),
        has_lock=bool(base[OciBaseLockfileField].value),
        is_musl=found.glibc is None and "musl" in found.c_libraries.values(),
    )


def _with_packages(missing: Iterable[MissingLibrary], release: str) -> list[tuple[str, str, str, Optional[str]]]:
    """Return wheel, file, library, and the package with it in a release of Debian; the release is empty elsewhere."""
    return [
        (each.wheel, each.file, each.library, package_with(each.library, release) if release else None)
        for each in missing
    ]
