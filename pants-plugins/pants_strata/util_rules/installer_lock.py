"""What the user's indexes hold now of an installer and of all it needs, as a lock.

Never cached beyond a run of Pants. uv resolves, whichever tool is locked: the one whose lock Strata brings.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pants.engine.platform import Platform as HostPlatform
from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.unions import UnionRule
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.installer import InstallerLockRequest, ResolvedInstallerLock
from pants_strata.library_process import answer, on_host
from pants_strata.util_rules.host_platform import host_platform
from pants_strata.util_rules.installer import shipped_lock
from pants_strata.util_rules.venvs.wheels import fetch_wheels
from strata.locks.installers import default_lock, installer_tags
from strata.locks.requirements import read_requirements
from strata.protocol.installers import lock_installer

_UV = ".uv"
_OUTPUT = "locks"


@rule
async def resolve_installer_lock(
    request: InstallerLockRequest, machine: HostPlatform, host: HostPrepared
) -> ResolvedInstallerLock:
    """Return a new lock of an installer, from what the index has now."""
    platform = host_platform(machine)
    (uv,) = await fetch_wheels(
        read_requirements(shipped_lock("uv"), default_lock("uv")),
        installer_tags("uv", request.python, (0, 0), platform),
        python=request.python,
        platform=str(platform),
        where=request.address,
    )
    requirement = f"{request.tool}=={request.version}" if request.version else request.tool
    step = await on_host(
        host,
        lock_installer.Request(requirement=requirement, python=request.python, uv=Path(_UV, uv.file)),
        inputs=await engine.under(_UV, uv.digest),
        output_directories=(_OUTPUT,),
        description=f"Lock {requirement} and what it needs",
        level=LogLevel.INFO,
        cache_scope=ProcessCacheScope.PER_SESSION,
    )
    answered = await answer(step)
    answered.value_for(request.address)
    ((_, text),) = (await engine.contents(await engine.only(answered.files, [f"{_OUTPUT}/*"]))).items()
    return ResolvedInstallerLock(text.decode())


get_resolved_installer_lock = engine.asker(resolve_installer_lock)


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return collect_rules()
