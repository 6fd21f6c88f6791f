"""This module has the requests and results of installers, and of new locks of them."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.addresses import Address
from pants.engine.fs import Digest


@dataclass(frozen=True)
class InstallerRequest:
    """`interpreter` is the `python_interpreter` that the tool runs on, which is the build-time one of that target."""

    address: Address
    interpreter: Address


@dataclass(frozen=True)
class Installer:
    """The tool that installs: `digest` holds its wheels and those of what it needs; its own is the first of `files`."""

    address: Address
    tool: str
    version: str
    digest: Digest
    files: tuple[str, ...]


@dataclass(frozen=True)
class PreparedInstallerRequest:
    """The same installer, ready to start on its interpreter."""

    installer: InstallerRequest


@dataclass(frozen=True)
class PreparedInstaller:
    """An installer, and its program in one file: `digest` holds that."""

    installer: Installer
    digest: Digest


@dataclass(frozen=True)
class InstallerLockRequest:
    """The lock of a `python_installer`, to be made: of `version`, or of the newest where that is empty.

    `python` is the feature version of the interpreter that the tool will run on, as 3.13.
    """

    address: Address
    lockfile: str
    tool: str
    version: str
    python: str


@dataclass(frozen=True)
class ResolvedInstallerLock:
    """A hashed requirements file."""

    text: str
