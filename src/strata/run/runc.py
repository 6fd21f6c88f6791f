"""This module runs unpacked files with runc, by a runtime specification of the kind that engines write.

https://github.com/opencontainers/runtime-spec/blob/main/config.md
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from strata.run.options import Options
from strata.run.process import ContainerProcess
from strata.run.programs import is_root

# What engines leave to a root in a container. Another user has none of them.
_CAPABILITIES = (
    *("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE"),
    *("CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT"),
)
_MASKED = (
    *("/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list"),
    *("/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"),
)
_READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


def runc_command(
    program: str,
    bundle: Path,
    root: Path,
    process: ContainerProcess,
    binds: Sequence[tuple[str, str, bool]],
    options: Options,
) -> list[str]:
    """Write the bundle of a container; return the command that runs it.

    :param binds: path of this machine, path in the container, and whether it is read-only there.
    """
    spec = _specification(root, process, binds, options)
    (bundle / "config.json").write_text(json.dumps(spec), encoding="utf-8")
    return [program, "--root", str(bundle / "state"), "run", "--bundle", str(bundle), f"strata-{uuid.uuid4()}"]


def runc_removal(run: Sequence[str]) -> list[str]:
    """Return the command that ends the container of a command above, also where it still runs."""
    program, option, state, *_, name = run
    return [program, option, state, "delete", "--force", name]


def _specification(
    root: Path, process: ContainerProcess, binds: Sequence[tuple[str, str, bool]], options: Options
) -> dict[str, Any]:
    rootless = not is_root()
    # Without root there is one user in the container, whom runc wants to be root there.
    uid, gid = (0, 0) if rootless else (process.uid, process.gid)
    capabilities = list(_CAPABILITIES) if uid == 0 else []
    kinds = [
        "pid",
        "ipc",
        "uts",
        "mount",
        *(["user"] if rootless else []),
        *(["network"] if options.network == "none" else []),
    ]
    linux: dict[str, Any] = {
        "namespaces": [{"type": kind} for kind in kinds],
        "maskedPaths": list(_MASKED),
        "readonlyPaths": list(_READ_ONLY),
    }
    if rootless:
        linux["uidMappings"] = [{"containerID": 0, "hostID": os.geteuid(), "size": 1}]
        linux["gidMappings"] = [{"containerID": 0, "hostID": os.getegid(), "size": 1}]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": options.terminal,
            "user": {"uid": uid, "gid": gid},
            "args": list(process.command),
            "env": [f"{name}={value}" for name, value in process.env.items()],
            "cwd": process.workdir,
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), capabilities),
            "noNewPrivileges": True,
        },
        "root": {"path": str(root), "readonly": not options.writable},
        "hostname": "strata",
        "mounts": [*_system_mounts(rootless=rootless), *(_bind(*each) for each in binds)],
        "linux": linux,
    }


def _system_mounts(*, rootless: bool) -> list[dict[str, Any]]:
    quiet = ["nosuid", "noexec", "nodev"]
    # The group of terminals is not there where there is one user alone.
    terminals = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", *([] if rootless else ["gid=5"])]
    mounts = [
        _mount("proc", "/proc", "proc", []),
        _mount("tmpfs", "/dev", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        _mount("devpts", "/dev/pts", "devpts", terminals),
        _mount("tmpfs", "/dev/shm", "shm", [*quiet, "mode=1777", "size=65536k"]),
        _mount("tmpfs", "/tmp", "tmpfs", ["nosuid", "nodev", "mode=1777"]),
    ]
    # A namespace of users may mount no /sys beside a network that is not its own.
    return mounts if rootless else [*mounts, _mount("sysfs", "/sys", "sysfs", [*quiet, "ro"])]


def _mount(kind: str, path: str, source: str, options: list[str]) -> dict[str, Any]:
    return {"destination": path, "type": kind, "source": source, "options": options}


def _bind(source: str, target: str, read_only: bool) -> dict[str, Any]:
    return _mount("bind", target, source, ["rbind", "nosuid", "nodev", "ro" if read_only else "rw"])
