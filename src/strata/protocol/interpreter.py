"""This module says where the interpreter artifact lies in a sandbox, and how it is started there."""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from strata.protocol.message import Message


@dataclass(frozen=True)
class SandboxInterpreter(Message):
    """CPython and the loader that starts it.

    :param loader: the dynamic loader; this and the other paths are relative to the sandbox.
    :param library_path: the directory of the C library and of all others that CPython needs.
    :param python: the program.
    :param version: in full, 3.13.5.
    """

    loader: str
    library_path: str
    python: str
    version: str

    def command(self, root: Union[str, Path] = "") -> list[str]:
        """Return the command that starts the interpreter, from any directory where `root` is absolute.

        The loader keeps away from the machine's cache of libraries, so no library of the machine takes part.
        """
        loader, library_path, python = (
            os.path.join(root, path) for path in (self.loader, self.library_path, self.python)
        )
        return [loader, "--inhibit-cache", "--library-path", library_path, python]

    @property
    def feature_version(self) -> str:
        """Return the feature version, 3.13."""
        return feature_version(self.version)


def feature_version(version: str) -> str:
    """Return the first two numbers of a version of CPython, as in the names of directories: 3.13 for 3.13.5."""
    return ".".join(version.split(".")[:2])
