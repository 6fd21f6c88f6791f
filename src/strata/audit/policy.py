"""This module judges which installers an image may hold: what the lock asked for, and what a kept `ensurepip` needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from strata.audit.evidence import ARCHIVE, PACKAGE, WHEEL, Evidence
from strata.audit.projects import PROJECTS, TABLE_VERSION
from strata.errors import audit as errors
from strata.oci.documents import canonical_json
from strata.oci.layer import Layer

ANNOTATION = "vnd.strata.installers"
"""Stands in the manifest of an image: `Verdict.to_annotation`."""

LOCK = "the lock of the dependencies"
ENSUREPIP = 'ensurepip="keep"'
BASE = "allow_installers=True"

_VENV = "opt/venv/"
# Debian has the wheel in a directory of its own, CPython in the package.
# setuptools until CPython 3.11; in Debian 11 also what pip itself needs, each as a wheel.
_ENSUREPIP_PROJECTS = ("distlib", "pip", "setuptools", "wheel")
_ENSUREPIP_WHEELS = ("usr/share/python-wheels", "ensurepip/_bundled")


@dataclass(frozen=True)
class Found:
    """One piece of evidence in an image.

    :param layer: the kind of the layer.
    :param request: who asked for the installer; empty where nobody did.
    """

    evidence: Evidence
    layer: str
    request: str

    def to_json(self) -> dict[str, Any]:
        """Return the evidence with its layer and request, as JSON values."""
        return {**self.evidence.to_json(), "layer": self.layer, "requestedBy": self.request}


@dataclass(frozen=True)
class Verdict:
    """All that was found in the layers of an image, lowest first, and that somebody wants it there."""

    ensurepip: str
    found: tuple[Found, ...]

    def to_annotation(self) -> str:
        """Return canonical JSON: what was looked for, what was found, and on whose request it is there."""
        return canonical_json(
            {
                "version": TABLE_VERSION,
                "ensurepip": self.ensurepip,
                "lookedFor": {project.name: project.looked_for() for project in PROJECTS},
                "found": [each.to_json() for each in self.found],
            }
        ).decode()

    def summary(self) -> str:
        """Return one line: `none`, or `none but ensurepip, pip 25.1.1 (ensurepip="keep")`."""
        requests: dict[str, dict[str, str]] = {}
        for each in sorted(self.found, key=lambda each: each.evidence.project):
            versions = requests.setdefault(each.request, {})
            versions[each.evidence.project] = versions.get(each.evidence.project) or each.evidence.version
        parts = []
        for request, versions in sorted(requests.items()):
            names = [f"{project} {version}".rstrip() for project, version in versions.items()]
            parts.append(f"{', '.join(names)} ({request})")
        return f"none but {'; '.join(parts)}" if parts else "none"


def judge(layers: Iterable[Layer], *, ensurepip: str, allow_in_base: bool = False) -> Verdict:
    """Return the verdict on layers. Raises StrataError where one holds an installer that nobody asked for.

    :param ensurepip: `keep` or `remove`.
    :param allow_in_base: whether the layers of a base from a registry may hold installers.
    """
    described = [layer.contents for layer in layers]
    locked = {
        name: version
        for each in described
        if each["kind"] == "dependencies"
        for name, version in each["packages"].items()
    }
    evidence = [(each["kind"], Evidence.from_json(item)) for each in described for item in each["installers"]]
    asked = [item.path for kind, item in evidence if item.kind == PACKAGE and _locked(item, kind, locked)]
    found = [
        Found(
            item,
            kind,
            BASE if kind == "base" and allow_in_base else _request(item, kind, locked, asked, ensurepip),
        )
        for kind, item in evidence
    ]
    refused = [each for each in found if not each.request]
    if refused:
        raise errors.installers_found([(each.layer, str(each.evidence)) for each in refused])
    return Verdict(ensurepip, tuple(found))


def _request(item: Evidence, kind: str, locked: Mapping[str, str], asked: Sequence[str], ensurepip: str) -> str:
    if _locked(item, kind, locked) or (
        kind == "dependencies" and any(item.path.startswith(f"{path}/") for path in asked)
    ):
        return LOCK
    if ensurepip == "keep" and kind == "interpreter" and _serves_ensurepip(item):
        return ENSUREPIP
    return ""


def _locked(item: Evidence, kind: str, locked: Mapping[str, str]) -> bool:
    """Return whether a project of the lock brought the thing, in the version of the lock where the thing tells one."""
    version = locked.get(item.project)
    return (
        kind == "dependencies" and item.path.startswith(_VENV) and version is not None and item.version in ("", version)
    )


def _serves_ensurepip(item: Evidence) -> bool:
    if item.project == "ensurepip":
        return item.kind == PACKAGE
    directory = item.path.rpartition("/")[0]
    is_wheel = item.kind in (WHEEL, ARCHIVE) and item.path.endswith(".whl")
    return item.project in _ENSUREPIP_PROJECTS and is_wheel and directory.endswith(_ENSUREPIP_WHEELS)
