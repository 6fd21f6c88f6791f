"""This module says where the parts of CPython from Debian packages lie.

An image and the tree that build processes run have the same layout; only the root differs. Processes start through the
tree's own loader, so that neither the machine's loader nor its C library takes part.
"""

from __future__ import annotations

import os.path
from dataclasses import dataclass

from strata.debian.platform import debian_platform
from strata.protocol.interpreter import SandboxInterpreter, feature_version


@dataclass(frozen=True)
class InterpreterPaths:
    """Paths relative to the root, without a leading slash.

    :param loader: the dynamic loader (SandboxInterpreter.command).
    :param library_path: the directory of the C library and of all other shared libraries.
    :param python: the program.
    :param standard_library: the directory of the modules.
    :param zipped_library: the archive of modules that CPython has on its path by default.
    """

    loader: str
    library_path: str
    python: str
    standard_library: str
    zipped_library: str


def interpreter_paths(platform: str, version: str) -> InterpreterPaths:
    """Return the paths. Raise StrataError for a platform that is not supported.

    :param platform: of the interpreter, `linux/amd64`.
    :param version: of CPython, full or feature: 3.13.5 or 3.13.
    """
    debian = debian_platform(platform)
    feature = feature_version(version)
    libraries = f"usr/lib/{debian.triplet}"
    return InterpreterPaths(
        loader=f"{libraries}/{debian.loader}",
        library_path=libraries,
        python=f"usr/bin/python{feature}",
        standard_library=f"usr/lib/python{feature}",
        zipped_library=f"usr/lib/python{feature.replace('.', '')}.zip",
    )


def interpreter_below(root: str, platform: str, version: str) -> SandboxInterpreter:
    """Return the interpreter for a platform whose tree, or image, lies in the directory `root` of a sandbox."""
    paths = interpreter_paths(platform, version)
    return SandboxInterpreter(
        loader=os.path.join(root, paths.loader),
        library_path=os.path.join(root, paths.library_path),
        python=os.path.join(root, paths.python),
        version=version,
    )
