"""This module compares an image with the rules of a policy. Signatures, also those of documents, are checked before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Optional

from strata.attest.documents import DEBIAN_RELEASED, PROVENANCE
from strata.audit.policy import ANNOTATION as INSTALLERS
from strata.audit.policy import ENSUREPIP
from strata.oci.annotations import BASE_DIGEST
from strata.oci.documents import NotJson, parse
from strata.oci.layer import CONTENTS_ANNOTATION
from strata.sign.documents import REQUIRED
from strata.sign.formats.claims import Claim
from strata.sign.policy import Policy


@dataclass(frozen=True)
class SignedImage:
    """An image for one platform, below a digest that is signed.

    :param name: for messages: its platform, or its digest.
    :param manifest: the JSON value, in the shape of strata.oci.spec.manifest.
    :param documents: what is said of it, each signed by a key of the policy.
    """

    name: str
    digest: str
    manifest: Mapping[str, Any] = field(hash=False)
    documents: Sequence[Claim] = ()


def problems(policy: Policy, image: SignedImage, today: date) -> Iterator[str]:
    """Yield one line for each rule that the image does not meet.

    :param today: in UTC.
    """
    annotations = image.manifest.get("annotations", {})
    rules = (
        *_installers(policy.installers, annotations.get(INSTALLERS)),
        *_base(policy.base_digests, annotations, image.manifest["layers"]),
        *_documents(policy.documents, image.documents),
        *_builder(policy.builders, image.documents),
        *_age(policy.debian_max_age_days, image.documents, today),
    )
    for problem in rules:
        yield f"{image.name}: {problem}"


def _installers(allowed: str, annotation: Any) -> Iterator[str]:
    if not allowed:
        return
    value = _json(annotation)
    found = value.get("found") if isinstance(value, dict) else None
    if not isinstance(found, list):
        yield f"whether it holds an installer is not known: it has no annotation {INSTALLERS}"
        return
    for each in found:
        request = each.get("requestedBy", "") if isinstance(each, dict) else ""
        if not request or allowed == "none" or (allowed == "ensurepip" and request != ENSUREPIP):
            what = f"{each.get('project')} at /{each.get('path')}" if isinstance(each, dict) else "something"
            yield f"it holds an installer, {what} ({request or 'nobody asked for it'}); allowed: {allowed}"


def _base(allowed: Sequence[str], annotations: Mapping[str, str], layers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a problem with the base: one from a registry has its own digest, one of Debian packages its layer's."""
    if not allowed:
        return
    found = [annotations[BASE_DIGEST]] if BASE_DIGEST in annotations else []
    for layer in layers:
        contents = _json(layer.get("annotations", {}).get(CONTENTS_ANNOTATION))
        if isinstance(contents, dict) and contents.get("kind") == "os-packages":
            found.append(layer["digest"])
    if not found:
        yield "its base is not known: no annotation of its manifest or its layers names one"
    elif not set(found) & set(allowed):
        yield f"its base is {', '.join(found)}, which `base_digests` does not list"


def _documents(required: Sequence[str], documents: Sequence[Claim]) -> Iterator[str]:
    there = {each.predicate_type for each in documents}
    for name in required:
        if not there & set(REQUIRED[name]):
            yield f"it has no {name} that one of the keys signed ({' or '.join(REQUIRED[name])})"


def _builder(allowed: Sequence[str], documents: Sequence[Claim]) -> Iterator[str]:
    if not allowed:
        return
    found = [_builder_of(each.predicate) for each in documents if each.predicate_type == PROVENANCE.predicate_type]
    if not found:
        yield "its builder is not known: it has no provenance that one of the keys signed"
    elif not set(found) & set(allowed):
        yield f"its builder is {', '.join(found)}, which `builders` does not list"


def _builder_of(predicate: Mapping[str, Any]) -> str:
    """Return the id of the builder in a SLSA v1 predicate.

    https://slsa.dev/spec/v1.0/provenance#builder.id
    """
    details = predicate.get("runDetails")
    builder = details.get("builder") if isinstance(details, dict) else None
    name = builder.get("id") if isinstance(builder, dict) else None
    return name if isinstance(name, str) else "(none)"


def _age(most: Optional[int], documents: Sequence[Claim], today: date) -> Iterator[str]:
    """Yield a problem where a lock of Debian packages in the provenance is too old, or has no day."""
    if most is None:
        return
    provenance = [each.predicate for each in documents if each.predicate_type == PROVENANCE.predicate_type]
    days = [day for each in provenance for day in _days(each)]
    if not days:
        yield "the age of its Debian packages is not known: no signed provenance has the day of their lock"
    for name, day in days:
        if day is None:
            yield f"the age of its {name} is not known: their lock has no day (`generate-lockfiles` writes it)"
        elif (today - day).days > most:
            yield f"its {name} are of {day}, {(today - day).days} days ago; allowed: {most}"


def _days(predicate: Mapping[str, Any]) -> Iterator[tuple[str, Optional[date]]]:
    """Yield the names and the days of the locks of Debian packages among the materials of a SLSA v1 predicate.

    https://slsa.dev/spec/v1.0/provenance#resolvedDependencies
    """
    definition = predicate.get("buildDefinition")
    materials = definition.get("resolvedDependencies") if isinstance(definition, dict) else None
    for material in materials if isinstance(materials, list) else ():
        annotations = material.get("annotations") if isinstance(material, dict) else None
        if isinstance(annotations, dict) and DEBIAN_RELEASED in annotations:
            yield f"Debian packages ({material.get('name', 'no name')})", _day(annotations[DEBIAN_RELEASED])


def _day(value: Any) -> Optional[date]:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _json(text: Any) -> Any:
    if not isinstance(text, str):
        return None
    try:
        return parse(text.encode())
    except NotJson:
        return None
