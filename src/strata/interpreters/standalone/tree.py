"""The verb `standalone-tree` unpacks a standalone build to `python/`, an interpreter that runs from any directory.

It is the tree that `interpreter-tree` makes of Debian's packages (strata.interpreters.tree), with the same paths. A
standalone build needs nothing but the C library: the one of the base lies beside it, and its loader starts the program,
so that no C library of the machine takes part.

This step runs on any Python that the machine has, so it only unpacks.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from strata.debian.packages.package_set import merge, unpacked
from strata.interpreters.standalone.reduction import kept_entries
from strata.interpreters.tree import write_tree
from strata.protocol.standalone.standalone_tree import Request, Result


def run(request: Request) -> Result:
    """Write the tree. Raise StrataError for a damaged archive or package, and for an archive of another CPython."""
    with unpacked(request.packages) as packages, tempfile.TemporaryDirectory(dir=".", prefix="archive-") as scratch:
        c_library = merge(packages)
        python = kept_entries(
            request.archive, Path(scratch), platform=request.platform, version=request.version, ensurepip=False
        )
        write_tree({**c_library, **python}, request.platform, request.version, request.compiler)
    return Result()
