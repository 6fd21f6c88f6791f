"""This module decides what Pants is asked for the sources of targets."""

from __future__ import annotations

from collections.abc import Collection

from pants.backend.python.target_types import PythonSourceField
from pants.core.target_types import ResourceSourceField
from pants.core.util_rules.source_files import SourceFilesRequest
from pants.engine.target import SourcesField, Target


def python_sources(targets: Collection[Target]) -> list[SourceFilesRequest]:
    """Return one request for each Python source, as Pants makes it to read the imports, and one for all else.

    So the engine has a step for each source, and not more for each image that has it.
    """
    alone = [item[PythonSourceField] for item in targets if item.has_field(PythonSourceField)]
    others = [item for item in targets if item.has_field(SourcesField) and not item.has_field(PythonSourceField)]
    of_others = SourceFilesRequest(
        [item[SourcesField] for item in sorted(others, key=lambda item: item.address)],
        for_sources_types=(PythonSourceField, ResourceSourceField),
        enable_codegen=True,
    )
    return [*(SourceFilesRequest([source]) for source in alone), of_others]
