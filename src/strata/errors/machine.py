"""This module words the errors of the machines that run steps: this one, and the workers of remote execution."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def no_room(verb: str, detail: str) -> StrataError:
    """Return the error for a step that cannot write its files.

    :param detail: what the system says, for one line.
    """
    return StrataError(
        f"The step {verb} cannot write its files: there is no room left.",
        found=[detail],
        fix="make room where Pants runs steps (`[GLOBAL].local_execution_root_dir`) and keeps its caches "
        "(`~/.cache/pants`), and build again: nothing that was written in part is used.",
    )


def remote_execution_of_everything() -> StrataError:
    """Return the error for `--remote-execution` without environments: Pants then sends every step to the workers."""
    return StrataError(
        "Remote execution is on, and no environment is named: Pants would run every step on a worker, also those that "
        "fetch files and unpack the interpreter, which need this machine's Python and configuration.",
        fix="declare a `remote_environment` target, name its address in `[environments-preview].names`, and that name "
        "in `[strata].remote_environment`; docs/remote-execution.md shows it.",
    )


def unknown_environment(name: str, names: Sequence[str]) -> StrataError:
    """Return the error for a `[strata].remote_environment` that Pants does not know.

    :param names: the names that it knows.
    """
    return StrataError(
        f"`[strata].remote_environment` names {name!r}, which is no environment.",
        found=[f"`[environments-preview].names`: {', '.join(names)}"],
        fix="take one of these names, or add it there with the address of a `remote_environment` target.",
    )


def environment_without_workers(name: str, address: str) -> StrataError:
    """Return the error for a `[strata].remote_environment` that is the environment of no workers.

    :param address: the target that the name stands for.
    """
    return StrataError(
        f"`[strata].remote_environment` names {name!r}, where processes run on no worker.",
        found=[f"{address}, which is no `remote_environment` target"],
        fix="name an environment whose target is a `remote_environment`; without workers, leave the option out.",
    )


def wrong_result(step: str, said: str, found: Sequence[str]) -> StrataError:
    """Return the error for a layer whose blob is another one than the step says: a worker or a cache lies.

    :param said: the digest in the result of the step.
    :param found: the SHA-256 of each blob that came with it.
    """
    return StrataError(
        f"The step {step!r} has a wrong result: its layer is not the blob that came with it.",
        found=[f"the layer {said}", *(f"the blob sha256:{fingerprint}" for fingerprint in found)],
        fix="trust neither the worker nor the cache that it comes from until you know why; build without both: "
        "`./pants --no-remote-execution --no-remote-cache-read --no-local-cache package {address}`.",
    )


def wrong_file(name: str, found: Sequence[str]) -> StrataError:
    """Return the error for a file that a cache holds as the one that a lock names, and whose hash is another.

    :param found: its SHA-256.
    """
    return StrataError(
        f"The result of fetching {name} is a file that the lock does not name.",
        found=[f"sha256 {fingerprint}" for fingerprint in found],
        fix="trust the cache that it comes from no more until you know why; build without it: "
        "`./pants --no-remote-cache-read --no-local-cache package ::`.",
    )


def workers_failed(step: str, environment: str, told: Sequence[str]) -> StrataError:
    """Return the error for a step that no worker ended: the server is away, refuses, has no room or no such worker.

    :param told: what Pants says of it, a line each.
    """
    return StrataError(
        f"The workers of the environment {environment!r} did not do the step {step!r}.",
        found=told,
        fix="see that the server of `[GLOBAL].remote_execution_address` runs, takes the token or password that you "
        "give it, has room in its store, and has workers with the `extra_platform_properties` of the environment; then "
        "build again: what was made already is kept. "
        "Or build here: `./pants --no-remote-execution package ::`.",
    )
