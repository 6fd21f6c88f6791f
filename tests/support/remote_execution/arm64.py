"""A kernel that executes programs for arm64, on a machine with another processor: Linux' own by means of an emulator.

binfmt_misc is mounted and filled in a user namespace, so that nothing outside changes, and root is not needed. The
kernel keeps the emulator open: no root file system below needs it, and programs start others as always.
"""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence

from support.programs import refuse, require

# <elf.h>: a program or shared object for EM_AARCH64, whatever system it names.
_MAGIC = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
_MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
_FOLDER = "/proc/sys/fs/binfmt_misc"
_SCRIPT = f"""\
mount -t binfmt_misc none {_FOLDER} && printf %s "$1" > {_FOLDER}/register || exit 1
shift
exec "$@"
"""


def on_arm64(command: Sequence[str]) -> list[str]:
    """Return the command that runs another one where programs for arm64 can be executed."""
    if platform.machine() == "aarch64":
        return list(command)
    emulator = require("qemu-aarch64-static", "qemu-user-static")
    rule = f":arm64:M::{_MAGIC}:{_MASK}:{emulator}:F"
    started = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _SCRIPT, "sh", rule]
    tried = subprocess.run([*started, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        refuse(f"No emulator can be registered in a user namespace, as Linux 6.7 allows it: {tried.stderr}")
    return [*started, *command]
