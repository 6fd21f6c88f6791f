"""The Pants that end-to-end tests build with: the pinned one, unless STRATA_TEST_PANTS names another.

STRATA_TEST_PANTS is the path of a Python that can import `pants` and what the plugin requires (cvss, python-debian, and
tomli below CPython 3.11). How that Pants was installed or built does not matter.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from support.environments import hashed_environment

VARIABLE = "STRATA_TEST_PANTS"
_SECOND = Path("3rdparty/tools/pants-2.18.0a0.txt")
_ASK = """
from pathlib import Path
import packaging
from pants import version
print(version.VERSION, *dict.fromkeys(Path(module.__file__).parents[1] for module in (packaging, version)), sep="\\n")
"""


@dataclass(frozen=True)
class Release:
    """A Pants: `python` runs it, `sites` are the directories that hold it and what it requires.

    They are one, unless it was built from a checkout.
    """

    version: str
    python: Path
    sites: tuple[Path, ...]

    @classmethod
    def of(cls, python: Path) -> Release:
        """Return the Pants that a Python can import."""
        found = subprocess.run([str(python), "-c", _ASK], capture_output=True, text=True, check=True).stdout
        version, *sites = found.splitlines()
        return cls(version, python, tuple(map(Path, sites)))

    @property
    def has_own_keys(self) -> bool:
        """Whether it shares no remote cache with the pinned release.

        From 2.33 on Pants names the outputs of a process in another field of the same protocol (`output_paths`).
        """
        major, minor = map(int, self.version.split(".")[:2])
        return (major, minor) >= (2, 33)

    def has(self, module: str) -> bool:
        """Return whether its Python can import a module."""
        return subprocess.run([str(self.python), "-c", f"import {module}"], capture_output=True).returncode == 0

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that let it build a project which pins another release, and names requirements of plugins."""
        return {"NO_SCIE_WARNING": "1", "PANTS_VERSION": self.version, "PANTS_PLUGINS": "[]"}


def chosen() -> Optional[Release]:
    """Return the release that STRATA_TEST_PANTS names, if it is set."""
    python = os.environ.get(VARIABLE)
    return Release.of(Path(python)) if python else None


def another() -> Release:
    """Return a release beside the pinned one: the chosen one, or the last that is on the Python index."""
    return chosen() or Release.of(hashed_environment("pants-2.18.0a0", sys.executable, _SECOND))
