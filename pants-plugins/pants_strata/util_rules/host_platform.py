"""This module spells the platform of the machine that builds as OCI spells platforms."""

from __future__ import annotations

from pants.engine.platform import Platform as HostPlatform

from strata.oci.platform import Platform

_PLATFORMS = {
    HostPlatform.linux_x86_64: Platform("linux", "amd64"),
    HostPlatform.linux_arm64: Platform("linux", "arm64"),
    HostPlatform.macos_x86_64: Platform("darwin", "amd64"),
    HostPlatform.macos_arm64: Platform("darwin", "arm64"),
}


def host_platform(machine: HostPlatform) -> Platform:
    """Return the platform of the machine that builds: linux/amd64, say, or darwin/arm64."""
    return _PLATFORMS[machine]
