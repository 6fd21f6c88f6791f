"""What the user's indexes hold now of an installer and of all it needs, as a lock.

Never cached beyond a run of Pants. uv resolves, whichever tool is locked: the one whose lock Strata brings.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.artifacts import PLATFORM, InstallerLockRequest, ResolvedInstallerLock
from pants_strata.library_process import canonical, failure, on_host
from pants_strata.util_rules.installer import shipped_lock
from pants_strata.util_rules.wheels import fetch_wheels
from strata.locks.installers import default_lock, installer_tags
from strata.locks.requirements import read_requirements

_UV = ".uv"
_OUTPUT = "locks"


@rule
async def resolve_installer_lock(request: InstallerLockRequest) -> ResolvedInstallerLock:
    where = str(request.address)
    (uv,) = await fetch_wheels(
        read_requirements(shipped_lock("uv"), default_lock("uv")),
        installer_tags("uv", request.python, (0, 0), PLATFORM),
        python=request.python,
        platform=str(PLATFORM),
        where=where,
    )
    requirement = f"{request.tool}=={request.version}" if request.version else request.tool
    process = await on_host(
        "lock-installer",
        canonical({"requirement": requirement, "python": request.python, "uv": f"{_UV}/{uv.file}"}),
        inputs=await engine.under(_UV, uv.digest),
        output_directories=(_OUTPUT,),
        description=f"Lock {requirement} and what it needs",
        cache_scope=ProcessCacheScope.PER_SESSION,
    )
    result = await engine.execute(process)
    error = failure(result, process.description)
    if error is not None:
        raise error.at(where)
    ((_, text),) = (await engine.contents(await engine.only(result.output_digest, [f"{_OUTPUT}/*"]))).items()
    return ResolvedInstallerLock(text.decode())


def rules() -> Iterable[Rule | UnionRule]:
    return collect_rules()
