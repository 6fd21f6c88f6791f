"""This module compares a layout with what its target builds without any cache: a gate before a release.

A worker of remote execution, and whoever may write to a shared cache, can make up the result of a step. A second build
that takes nothing from them shows it: all files are fetched again and all steps run on this machine, with a store of
its own. Only digests are compared, of the config and of each layer, for each platform.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from strata.errors import oci as errors
from strata.layouts.finding import Finding, Rule
from strata.layouts.layout import Layout, Manifest
from strata.oci.descriptor import INDEX_FILE, Descriptor

_NOTHING = "nothing"
_SHOWN_LINES = 20


@contextmanager
def rebuilt(pants: str, address: str) -> Iterator[Layout]:
    """Yield the layout that `pants package ADDRESS` writes without any cache. Raise StrataError where it fails.

    It lies in the working directory, the root of a repository, until the `with` block ends: Pants writes nowhere else.
    """
    with tempfile.TemporaryDirectory(prefix=".strata-rebuild-", dir=Path.cwd()) as folder:
        done = subprocess.run(
            [pants, "package", address],
            env={**os.environ, **_without_caches(Path(folder))},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        found = sorted(path.parent for path in Path(folder, "dist").rglob(INDEX_FILE))
        if done.returncode != 0 or len(found) != 1:
            raise errors.not_rebuilt(f"{pants} package {address}", done.stdout.strip().splitlines()[-_SHOWN_LINES:])
        yield Layout.open(found[0])


def _without_caches(folder: Path) -> Mapping[str, str]:
    """Return the variables that keep Pants from all that it has or may get from others."""
    return {
        "PANTS_PANTSD": "false",
        "PANTS_PANTS_DISTDIR": str(folder / "dist"),
        "PANTS_LOCAL_STORE_DIR": str(folder / "store"),
        "PANTS_NAMED_CACHES_DIR": str(folder / "named"),
        "PANTS_REMOTE_CACHE_READ": "false",
        "PANTS_REMOTE_CACHE_WRITE": "false",
        "PANTS_REMOTE_EXECUTION": "false",
    }


def differences(layout: Layout, again: Layout) -> list[Finding]:
    """Return what a layout has and its rebuild has not, or the other way round, by platform and place."""
    before, after = _parts(layout), _parts(again)
    return [
        Finding(before.get(part, part), f"({part}) is rebuilt as {after.get(part, _NOTHING)}", Rule.REBUILD)
        for part in sorted(before.keys() | after.keys())
        if before.get(part) != after.get(part)
    ]


def _parts(layout: Layout) -> dict[str, str]:
    """Return the digest of each config and layer by its platform and place: `linux/amd64, layer 03`."""
    parts: dict[str, str] = {}
    for manifest in layout.manifests():
        if manifest.is_attestation:
            continue
        for place, descriptor in _places(manifest):
            parts[f"{manifest.platform or 'any platform'}, {place}"] = descriptor.digest
    return parts


def _places(manifest: Manifest) -> Iterator[tuple[str, Descriptor]]:
    yield "config", manifest.config
    for number, layer in enumerate(manifest.layers, 1):
        yield f"layer {number:02}", layer
