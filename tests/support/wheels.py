"""This module writes small wheels for unit tests, and installs them as an installer would."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Union

from strata.installers.sandbox_venv import SandboxVenv
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.wheel import Wheel
from strata.wheels.archive import WheelArchive

Content = Union[str, bytes]

INFO = "demo-1.0.dist-info"
SITE = "lib/python3.13/site-packages"
METADATA = {
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: Demo\nVersion: 1.0\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\n",
    f"{INFO}/RECORD": "",
}


def write_wheel(
    folder: Path, members: Mapping[str, Content], *, modes: Mapping[str, int] | None = None, name: str = "demo"
) -> Wheel:
    """Write a wheel with these members, in this order.

    :param modes: by the name of the member, with the type of the file: 0o100755.
    """
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            info = zipfile.ZipInfo(member)
            info.external_attr = (modes or {}).get(member, 0o100644) << 16
            archive.writestr(info, content)
    return Wheel(name, "1.0", path)


def install(folder: Path, archive: WheelArchive) -> SandboxVenv:
    """Install a wheel into the venv in `folder`, which is made if it is not there, with metadata of an installer."""
    loader = folder / "ld.so"
    loader.write_text("takes --argv0\n")
    interpreter = SandboxInterpreter(str(loader), "lib", "bin/python3.13", "3.13.5")
    venv = SandboxVenv(folder / "opt/venv", interpreter)
    if not venv.prefix.exists():
        SandboxVenv.create(venv.prefix, interpreter)
    for path, member in archive.files.items():
        file = venv.prefix / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(member.source.read_bytes())
    info = venv.prefix / archive.info
    for name, text in {"INSTALLER": "pip\n", "REQUESTED": "", "direct_url.json": "{}", "RECORD": "theirs\n"}.items():
        (info / name).write_text(text)
    return venv
