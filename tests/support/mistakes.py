"""Mistakes that a user can make, in a project that real Pants builds: the whole text that is read then."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Optional

from strata.debian.defaults import COMPONENTS, SUITES
from strata.debian.lock import DebianLock, LockedPackage, LockInputs, PlatformPackages, debian_lock_text
from support.nested_pants import NestedPants
from support.venvs.wheels import WheelFile

VENV = 'python_venv(name="venv")\n'
UNKNOWN = "0" * 64
_HEADING = "1 Exception encountered:\n\nEngine traceback:\n  in `package` goal\n\n"


@dataclass(frozen=True)
class Project:
    """`served` is a directory that a server on loopback shows at `url`: an index below `simple`, a mirror's `pool`."""

    pants: NestedPants
    served: Path
    url: str

    def error(self, address: str, files: Mapping[str, str], *options: str, index: Optional[str] = None) -> str:
        """All that `package ADDRESS` says, with https://index.example for the URL of the server.

        :param index: takes the place of all indexes of the machine.
        """
        self.pants.write(files)
        alone = {"PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_NO_INDEX": ""}
        ran = self.pants.package(address, *options, **({**alone, "PIP_INDEX_URL": index} if index else {}))
        assert ran.error.startswith(_HEADING), ran.stderr
        assert ran.stdout == ""
        return ran.error[len(_HEADING) :].rstrip("\n").replace(self.url, "https://index.example")

    def venv_error(self, folder: str, lock: str, **options: str) -> str:
        """The same for a venv with that lock, made from the server's index alone."""
        files = {f"{folder}/BUILD": VENV, f"{folder}/requirements.lock": lock}
        return self.error(f"{folder}:venv", files, **{"index": f"{self.url}/simple", **options})

    def offer(self, wheel: WheelFile) -> str:
        """Puts a wheel on the index; its sha256 in hex."""
        folder = self.served / "simple" / wheel.name
        folder.mkdir(parents=True, exist_ok=True)
        return sha256(wheel.write(folder).read_bytes()).hexdigest()


def locked(name: str, digest: str = UNKNOWN) -> str:
    return f"{name}==1.0 --hash=sha256:{digest}\n"


def debian_lock(packages: Sequence[LockedPackage], roots: Sequence[str]) -> str:
    """A lock for linux/amd64 that excludes nothing."""
    inputs = LockInputs.of(suites=SUITES, components=COMPONENTS, roots=tuple(roots), excluded=())
    return debian_lock_text(DebianLock(inputs, (PlatformPackages("linux/amd64", tuple(packages)),)))
