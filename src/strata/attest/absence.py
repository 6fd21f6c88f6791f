"""This module attests which installers of Python packages were looked for in each layer of an image, and found.

    {"table": 1, "lookedFor": {"pip": ["**/pip/_internal/__init__.py[c]", …], …},
     "mayBeThere": ["the lock of the dependencies", …],
     "layers": [{"digest": "sha256:…", "kind": "app", "found": []}, …],
     "found": 0}

An image with an installer that nobody asked for is not built, and has no such document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strata.attest.documents import INSTALLERS
from strata.attest.statement import statement


@dataclass(frozen=True)
class AuditedLayer:
    """A layer that was looked into.

    :param kind: `base`, `os-packages`, `interpreter`, `venv`, `dependencies` or `app`.
    :param found: what shows an installer, and `requestedBy`, who asked for it, as JSON values.
    """

    digest: str
    kind: str
    found: Sequence[Mapping[str, Any]] = field(hash=False)

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {"digest": self.digest, "kind": self.kind, "found": [dict(each) for each in self.found]}


@dataclass(frozen=True)
class InstallerAudit:
    """What was looked for, and found.

    :param table: the version of the list of what is looked for.
    :param looked_for: the name of a project → patterns of paths, and words.
    :param may_be_there: the requests on which an installer may be in the image.
    :param layers: all of the image, the lowest first.
    """

    table: int
    looked_for: Mapping[str, Sequence[str]] = field(hash=False)
    may_be_there: Sequence[str] = field(hash=False)
    layers: Sequence[AuditedLayer] = field(hash=False)

    def to_bytes(self, digest: str, name: str) -> bytes:
        """Return the statement about an image: `name` is for people, `digest` that of its manifest."""
        predicate = {
            "table": self.table,
            "lookedFor": {project: list(signs) for project, signs in self.looked_for.items()},
            "mayBeThere": list(self.may_be_there),
            "layers": [each.to_json() for each in self.layers],
            "found": sum(len(each.found) for each in self.layers),
        }
        return statement(digest, INSTALLERS.predicate_type, predicate, name)
