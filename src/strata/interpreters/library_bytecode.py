"""This module compiles the standard library for the layer of an interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from strata.interpreters.bytecode import cache_path, compiled_modules
from strata.interpreters.standard_library import module_sources
from strata.oci.entry import Entry, File
from strata.protocol.interpreter import SandboxInterpreter


def library_bytecode(
    entries: Mapping[str, Entry], interpreter: SandboxInterpreter, standard_library: str, scratch: Path
) -> list[Entry]:
    """Return the bytecode of each module of the standard library.

    :param entries: of the layer, by path; their files exist.
    :param interpreter: of the same version, compiles.
    :param standard_library: the path of its directory in an image, without the leading slash.
    :param scratch: an empty directory, which must live as long as the bytecode.
    """
    sources = module_sources(entries, standard_library)
    command = interpreter.command(Path.cwd())
    return [
        File(cache_path(f"{standard_library}/{name}", interpreter.feature_version), code)
        for name, code in compiled_modules(sources, command, f"/{standard_library}", scratch, which="all").items()
    ]
