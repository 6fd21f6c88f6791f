"""The proof that a venv's layers hold what its installer installs: it really installs, and every file is compared.

Inputs: some wheels of the lock, the installer, the interpreter. It makes no bytes of a layer, so another installer runs
these processes again and nothing else. Errors: those of the installer; a file that it left out or changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts import Installed, InstallRequest
from pants_strata.library_process import failure, on_interpreter, sandbox_installer, sandbox_interpreter
from pants_strata.util_rules.wheels import merged, named

_INSTALLER = ".installer"
_WHEELS = "wheels"


@rule
async def install(request: InstallRequest) -> Installed:
    venv = await engine.locked_venv(request.venv)
    installer = await engine.installer(venv.installer)
    process = await on_interpreter(
        venv.interpreter,
        "install",
        {
            "interpreter": sandbox_interpreter(venv.interpreter),
            "installer": sandbox_installer(installer, _INSTALLER),
            "wheels": named(request.wheels, _WHEELS),
        },
        large_inputs={_INSTALLER: installer.digest, _WHEELS: await merged(request.wheels)},
        outputs=None,
        description=f"Install {_told(len(request.wheels))} with {installer.tool} {installer.version}",
    )
    error = failure(await engine.execute(process), process.description)
    if error is not None:
        raise error.at(str(request.venv.address))
    return Installed(installer)


def _told(count: int) -> str:
    return "1 wheel" if count == 1 else f"{count} wheels"


def rules() -> Iterable[Rule]:
    return collect_rules()
