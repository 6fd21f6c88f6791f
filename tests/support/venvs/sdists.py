"""This module writes source distributions for tests that build them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# A build backend needs neither an index nor setuptools where the project brings it along (PEP 517).
OWN_BACKEND = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""

_BACKEND = """\
import os
import zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    files = {{
        "{name}-1.0.dist-info/METADATA": (
            "Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\nRequires-Dist: six; extra == 'old'\\n"
        ),
        "{name}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        "{name}-1.0.dist-info/RECORD": "",
        "{name}.py": module(),
    }}
    with zipfile.ZipFile(os.path.join(directory, "{name}-1.0-py3-none-any.whl"), "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return "{name}-1.0-py3-none-any.whl"

"""


@dataclass(frozen=True)
class SdistFile:
    """A source distribution to be written, of version 1.0.

    :param files: path below the directory at the archive's top → text.
    """

    name: str
    files: Mapping[str, str]

    @classmethod
    def with_backend(cls, name: str, module: str) -> SdistFile:
        """Return a project that has its build backend in itself.

        :param module: the body of a function that returns the text of the wheel's one module.
        """
        lines = "".join(f"    {line}\n" for line in module.splitlines())
        backend = f"{_BACKEND.format(name=name)}def module():\n{lines}"
        return cls(name, {"pyproject.toml": OWN_BACKEND, "backend.py": backend})

    def write(self, folder: Path) -> Path:
        path = folder / f"{self.name}-1.0.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for name, text in self.files.items():
                member = tarfile.TarInfo(f"{self.name}-1.0/{name}")
                member.size, member.mtime = len(text.encode()), 1700000000
                archive.addfile(member, io.BytesIO(text.encode()))
        return path
