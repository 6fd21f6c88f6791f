"""The Pants engine as plain functions: the only place that knows Pants' rule API.

Rules call these functions and never `Get` or `MultiGet`, which Pants 2.32 does not have. Each generation of that API
has a module of its own here, with the same functions.
"""

from __future__ import annotations

from pants_strata.engine.get_api import (
    all_requirements,
    asker,
    concurrently,
    contents,
    create,
    dependency_closure,
    environment_variables,
    execute,
    execute_all,
    file_owners,
    merge,
    module_owners,
    only,
    python_files,
    python_targets,
    repository_files,
    repository_paths,
    requirements_of,
    snapshot,
    source_paths,
    source_root,
    target,
    target_at,
    under,
    without_prefix,
)

__all__ = [
    "all_requirements",
    "asker",
    "concurrently",
    "contents",
    "create",
    "dependency_closure",
    "environment_variables",
    "execute",
    "execute_all",
    "file_owners",
    "merge",
    "module_owners",
    "only",
    "python_files",
    "python_targets",
    "repository_files",
    "repository_paths",
    "requirements_of",
    "snapshot",
    "source_paths",
    "source_root",
    "target",
    "target_at",
    "under",
    "without_prefix",
]
