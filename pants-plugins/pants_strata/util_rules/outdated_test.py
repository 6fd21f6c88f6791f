"""Which lock renews a package that several have."""

from __future__ import annotations

from pants.engine.addresses import Address

from pants_strata.artifacts.debian_lock import DebianLockRequest
from pants_strata.util_rules.outdated import LockOfImage, packages_by_lock
from strata.check.inventory import Inventory
from strata.debian.lock import LockedPackage, LockInputs
from strata.protocol.package import InstalledPackage


def lock(name: str, *packages: tuple[str, str]) -> LockOfImage:
    inputs = LockInputs((), (), (), ())
    request = DebianLockRequest(Address("", target_name=name), f"{name}.lock", inputs, "trixie")
    locked = (LockedPackage(each, version, "amd64", "x.deb", 1, "0" * 64, "debian") for each, version in packages)
    return LockOfImage(request, tuple(locked), f"renew {name}")


def test_a_package_of_two_locks_counts_for_the_base() -> None:
    base = lock("base", ("libc6", "2.41"), ("tzdata", "1"))
    cpython = lock("cpython", ("libc6", "2.41"), ("libssl3t64", "3.5"), ("zlib1g", "1.3"))
    installed = [InstalledPackage(*each) for each in (("libc6", "2.41"), ("libssl3t64", "3.5"), ("zlib1g", "1.2"))]
    found = packages_by_lock([base, cpython], Inventory("linux/amd64", "", (), tuple(installed), "trixie"))
    # The image has another version of zlib1g than the lock: from an oci_base.
    assert [(each.fix, [package.name for package in packages]) for each, packages in found] == [
        ("renew base", ["libc6"]),
        ("renew cpython", ["libssl3t64"]),
    ]
