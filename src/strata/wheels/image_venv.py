"""This module makes the venv of an image (PEP 405), without packages, and knows its paths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from strata.oci.entry import Directory, Entry, File, Symlink

IMAGE_PREFIX = "opt/venv"
"""Where the venv lies in an image, without the leading slash."""

IMAGE_PYTHON = f"/{IMAGE_PREFIX}/bin/python"
"""The path of the venv's Python in an image."""


def default_program(feature_version: str) -> str:
    """Return where CPython from Debian's packages lies in an image: /usr/bin/python3.13."""
    return f"/usr/bin/python{feature_version}"


def venv_entries(feature_version: str, program: str) -> Iterator[Entry]:
    """Yield the entries of a venv without packages in an image, for the CPython whose path is `program`."""
    python = f"python{feature_version}"
    yield File(f"{IMAGE_PREFIX}/pyvenv.cfg", configuration(Path(program).parent, feature_version).encode())
    yield Symlink(f"{IMAGE_PREFIX}/bin/python", program)
    yield Symlink(f"{IMAGE_PREFIX}/bin/python3", "python")
    yield Symlink(f"{IMAGE_PREFIX}/bin/{python}", "python")
    yield Symlink(f"{IMAGE_PREFIX}/lib64", "lib")
    yield Directory(image_site_packages(feature_version))


def image_site_packages(feature_version: str) -> str:
    """Return the directory of installed packages in an image, without the leading slash."""
    return f"{IMAGE_PREFIX}/lib/python{feature_version}/site-packages"


def configuration(home: Path, version: str) -> str:
    """Return the text of pyvenv.cfg.

    :param home: the directory of the interpreter's program.
    :param version: the feature version of CPython. Only people read it, so a patch release need not change it.
    """
    return f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\n"
