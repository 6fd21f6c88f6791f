"""This module says where a Debian package lies in a sandbox, and what an installed one says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strata.protocol.message import Message


@dataclass(frozen=True)
class Package(Message):
    """A Debian package, which was checked against its hash when it was fetched.

    :param file: the `.deb` file, relative to the sandbox.
    """

    name: str
    version: str
    file: Path


@dataclass(frozen=True)
class InstalledPackage(Message):
    """A package in dpkg's list, as its control paragraph describes it.

    :param architecture: `amd64`, or `all`; empty where the paragraph does not say it.
    :param source: the source package that it was built from, and `source_version` the version of that.
    :param depends: the values of Pre-Depends and Depends, with a comma between them.
    :param provides: the value of Provides.
    """

    name: str
    version: str
    architecture: str = ""
    source: str = ""
    source_version: str = ""
    depends: str = ""
    provides: str = ""
