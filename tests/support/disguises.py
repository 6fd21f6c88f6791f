"""A project whose parts are tampered with, one after the other: real Pants builds it or refuses to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from strata.debian.lock import LockedPackage
from strata.debian.lock_reader import read_debian_lock
from support.nested_pants import NestedPants


@dataclass(frozen=True)
class Project:
    """`served` is a directory that a server on loopback shows at `url`."""

    pants: NestedPants
    served: Path
    url: str

    def image(self, folder: str, fields: str, files: Mapping[str, str], *options: str) -> tuple[Path, str]:
        """The layout of an image with these fields, and what `package` says of it."""
        ran = self.pants.package(self._write(folder, fields, files), *options).succeeded()
        return self.pants.root / "dist" / folder / "image", ran.stderr

    def refusal(self, folder: str, fields: str, files: Mapping[str, str], *options: str) -> str:
        """The whole error without the address of the image."""
        ran = self.pants.package(self._write(folder, fields, files), *options)
        before, _, error = ran.error.partition(f"StrataError: {folder}:image: ")
        assert "Engine traceback" in before, ran.stderr
        return error.rstrip("\n")

    def _write(self, folder: str, fields: str, files: Mapping[str, str]) -> str:
        build = f'python_sources()\n\npython_image(name="image", entry_point="main.py", {fields})\n'
        image = {f"{folder}/BUILD": build + files.get("BUILD", ""), f"{folder}/main.py": "print('works')\n"}
        own = {f"{folder}/{name}": text for name, text in files.items() if name != "BUILD"}
        self.pants.write({**image, **own})
        return f"{folder}:image"

    def lock(self, name: str) -> tuple[LockedPackage, ...]:
        return read_debian_lock((self.pants.root / name).read_text(), "").packages("linux/amd64")
