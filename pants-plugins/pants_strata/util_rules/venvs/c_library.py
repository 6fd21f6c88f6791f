"""The C library that an image's wheels run with: the base's, which a lock names before anything is fetched.

The layer of an interpreter leaves out what the base has. So the interpreter's own C library is in an image only where
its base has none. Errors: a lock of the base that is missing, or made from something else; a wheel that asks for more.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.addresses import Address

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackagesRequest
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.artifacts.oci_base import OciBaseRequest
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import OciBaseTarget
from pants_strata.util_rules.debian.packages import locked_packages
from pants_strata.util_rules.lock_requests import base_lock
from pants_strata.util_rules.oci_base.base import get_oci_base
from strata.errors import StrataError
from strata.errors.pythons import base_is_older
from strata.errors.wheels import needs_other_c_library
from strata.interpreters.debian_versions import LIBC, glibc_version
from strata.locks.c_library import CLibrary, misfits


async def c_library_of(base: Address, interpreter: Interpreter, debian: DebianSubsystem) -> CLibrary:
    """Return the C library of an image. Raise StrataError for Debian packages too old for the interpreter."""
    target = await engine.target(base)
    if target.alias == OciBaseTarget.alias:
        glibc = (await get_oci_base(OciBaseRequest(base, interpreter.platform))).findings.glibc
    else:
        packages = await locked_packages(DebianPackagesRequest(base_lock(target, debian), interpreter.platform))
        try:
            glibc = glibc_version(packages) if any(package.name == LIBC for package in packages) else None
            if glibc is not None and glibc < interpreter.glibc:
                raise base_is_older(str(base), glibc, str(interpreter.address), interpreter.version, interpreter.glibc)
        except StrataError as error:
            raise error.at(str(base)) from None
    # A newer one than the interpreter's does not help: wheels are installed on the interpreter, too.
    if glibc is None or glibc > interpreter.glibc:
        return own_c_library(interpreter)
    return CLibrary(f"the base {base}", glibc)


def own_c_library(interpreter: Interpreter) -> CLibrary:
    """Return the C library with which an interpreter runs while an image is built."""
    return CLibrary(f"the interpreter {interpreter.address}", interpreter.glibc)


def check_c_library(release: str, files: Iterable[str], tags: tuple[str, ...], c_library: CLibrary) -> None:
    """Raise StrataError where only the C library keeps the wheels of a release from being installed.

    :param release: name and version, for messages.
    :param files: the names of all of its files that are known.
    """
    names = sorted(files)
    refused = misfits(names, frozenset(tags))
    if refused:
        sdist = next((name for name in names if not name.endswith(".whl")), "")
        wheels = [(misfit.file, misfit.tag, misfit.glibc) for misfit in refused]
        raise needs_other_c_library(release, wheels, c_library.owner, c_library.glibc, sdist)
