"""This module says where the venv of dependencies lies in an image, and what makes its directory a venv (PEP 405)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from strata.oci.entry import Directory, Entry, File, Symlink

IMAGE_PREFIX = "opt/venv"
"""Where the venv lies in an image, without the leading slash."""

IMAGE_PYTHON = f"/{IMAGE_PREFIX}/bin/python"


def venv_entries(feature_version: str) -> Iterator[Entry]:
    """What makes an image's directory a venv, without what is installed."""
    python = f"python{feature_version}"
    yield File(f"{IMAGE_PREFIX}/pyvenv.cfg", configuration(Path("/usr/bin"), feature_version).encode())
    yield Symlink(f"{IMAGE_PREFIX}/bin/python", f"/usr/bin/{python}")
    yield Symlink(f"{IMAGE_PREFIX}/bin/python3", "python")
    yield Symlink(f"{IMAGE_PREFIX}/bin/{python}", "python")
    yield Symlink(f"{IMAGE_PREFIX}/lib64", "lib")
    yield Directory(image_site_packages(feature_version))


def image_site_packages(feature_version: str) -> str:
    """The directory of installed packages in an image, without the leading slash."""
    return f"{IMAGE_PREFIX}/lib/python{feature_version}/site-packages"


def configuration(home: Path, version: str) -> str:
    """pyvenv.cfg. `home` is the directory of the interpreter that the venv is made of; `version` is for people, so a
    patch release of CPython does not change it.
    """
    return f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\n"
