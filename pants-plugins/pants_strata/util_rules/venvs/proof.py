"""The proof that a venv's layers hold what its installer installs: it really installs, and every file is compared.

Inputs: some wheels of the lock, the installer, the interpreter. It makes no bytes of a layer, so another installer runs
these processes again and nothing else. Errors: those of the installer; a file that it left out or changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from pants_strata.artifacts.installer import PreparedInstallerRequest
from pants_strata.artifacts.venv import Proof, ProofRequest
from pants_strata.library_process import answer, on_interpreter, sandbox_installer, sandbox_interpreter
from pants_strata.progress import INSTALLED
from pants_strata.util_rules.installer import get_prepared_installer
from pants_strata.util_rules.interpreters.build_time import build_interpreter_for
from pants_strata.util_rules.venvs.locked_venv import get_locked_venv
from pants_strata.util_rules.venvs.wheels import merged, named
from strata.locks.environment import machine
from strata.protocol import proof

_INSTALLER = ".installer"
_WHEELS = "wheels"


@rule
async def prove(request: ProofRequest) -> Proof:
    """Return whether the installer installs wheels as their layers have them."""
    locked = await get_locked_venv(request.venv)
    prepared = await get_prepared_installer(PreparedInstallerRequest(locked.installer))
    installer = prepared.installer
    interpreter = await build_interpreter_for(locked.interpreter)
    with INSTALLED.step() as counted:
        wheels = _counted(len(request.wheels))
        step = await on_interpreter(
            interpreter,
            proof.Request(
                interpreter=sandbox_interpreter(interpreter),
                installer=sandbox_installer(prepared, _INSTALLER),
                machine=machine(locked.interpreter.platform),
                wheels=named(request.wheels, _WHEELS),
            ),
            large_inputs={_INSTALLER: prepared.digest, _WHEELS: await merged(request.wheels)},
            outputs=None,
            description=f"Install {wheels} with {installer.tool} {installer.version}",
            counted=counted,
        )
        answered = await answer(step)
        answered.count(counted)
    return Proof(installer, answered.error)


get_proof = engine.asker(prove)


def _counted(count: int) -> str:
    return "1 wheel" if count == 1 else f"{count} wheels"


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
