"""This module writes the provenance of an image: who built it from what, as a SLSA v1 predicate.

It names no time and no run of a build, so that two builds of one commit have the same provenance.
https://slsa.dev/spec/v1.0/provenance
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from strata.attest.documents import DEBIAN_RELEASED, PROVENANCE
from strata.attest.statement import statement

BUILD_TYPE = "urn:strata:python-image:v1"
"""What the parameters mean. docs/attestations.md describes them."""


@dataclass(frozen=True)
class Source:
    """The state of the repository.

    :param commit: in hexadecimal digits; empty where no commit is checked out, or there is no Git.
    :param clean: whether all files are those of the commit, and there are no others but ignored ones.
    :param uri: of the repository, for those who look for the commit; may be empty.
    """

    commit: str = ""
    clean: bool = False
    uri: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what is known, as JSON values: also that nothing is."""
        if not self.commit:
            return {"versionControl": "none"}
        return {"versionControl": "git", "commit": self.commit, "clean": self.clean}

    def materials(self) -> list[dict[str, Any]]:
        """Return the commit as a dependency that was resolved; nothing where there is none."""
        if not self.commit:
            return []
        fields = {"name": "source", "digest": {"gitCommit": self.commit}, "annotations": {"clean": self.clean}}
        return [{**fields, "uri": self.uri} if self.uri else fields]


@dataclass(frozen=True)
class Material:
    """A file or an image that the build took from elsewhere, or a lock that names such.

    :param name: of the file; the path in the repository for a lock.
    :param sha256: in hexadecimal digits.
    :param used_for: `base`, `interpreter`, `dependencies`, `installer`, `build` or `lock`.
    :param uri: a package URL, where it is a package.
    :param released: the day of a lock of Debian packages, `2026-11-15`, empty where it has none; None for all else.
    """

    name: str
    sha256: str
    used_for: str
    uri: str = ""
    released: Optional[str] = None


def materials_json(materials: Iterable[Material]) -> list[dict[str, Any]]:
    """Return resource descriptors, sorted by name; a file that serves several purposes comes once.

    https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md
    """
    found: dict[tuple[str, str, str], list[Material]] = {}
    for each in materials:
        found.setdefault((each.name, each.sha256, each.uri), []).append(each)
    return [
        {
            "name": name,
            "digest": {"sha256": sha256},
            **({"uri": uri} if uri else {}),
            "annotations": {
                "usedFor": sorted({each.used_for for each in same}),
                **({} if same[0].released is None else {DEBIAN_RELEASED: same[0].released}),
            },
        }
        for (name, sha256, uri), same in sorted(found.items())
    ]


@dataclass(frozen=True)
class Build:
    """How an image was built.

    :param builder: the id of who built it, a URI.
    :param versions: of the programs that built it, by name.
    :param parameters: what the user decided: the target, its fields, options, addresses.
    :param materials: in any order.
    """

    builder: str
    versions: Mapping[str, str] = field(hash=False)
    parameters: Mapping[str, Any] = field(hash=False)
    source: Source
    materials: tuple[Material, ...]

    def predicate(self) -> dict[str, Any]:
        """Return the predicate."""
        return {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": dict(self.parameters),
                "internalParameters": {"source": self.source.to_json()},
                "resolvedDependencies": [*self.source.materials(), *materials_json(self.materials)],
            },
            "runDetails": {"builder": {"id": self.builder, "version": dict(self.versions)}},
        }

    def to_bytes(self, digest: str, name: str) -> bytes:
        """Return the statement about an image: `name` is for people, `digest` that of its manifest."""
        return statement(digest, PROVENANCE.predicate_type, self.predicate(), name)
