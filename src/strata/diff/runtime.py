"""This module compares images besides their layers: config and annotations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from strata.diff.cause import Cause, Subject, setting_change
from strata.diff.view import ImageView
from strata.oci.documents import canonical_json


def runtime_causes(before: Optional[ImageView], after: Optional[ImageView]) -> list[Cause]:
    """Return the differences by the names that OCI gives the settings: `Env GREETING: hello → hi`.

    Where an image is missing, the list is empty.
    """
    if not (before and after):
        return []
    return [
        *_differences(Subject.CONFIG, _settings(before.config), _settings(after.config)),
        *_differences(
            Subject.ANNOTATION, _named("annotation", before.annotations), _named("annotation", after.annotations)
        ),
    ]


def _settings(config: Mapping[str, Any]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for name, value in config.items():
        if name != "config":
            settings[name] = _shown(value)
    for name, value in (config.get("config") or {}).items():
        if name == "Env":
            pairs = (variable.partition("=") for variable in value or ())
            settings.update(_named(name, {variable: value for variable, _, value in pairs}))
        elif name == "ExposedPorts":
            settings.update(_named(name, dict.fromkeys(value or (), "exposed")))
        elif isinstance(value, dict):
            settings.update(_named(name, {key: _shown(item) for key, item in value.items()}))
        elif value is not None:
            settings[name] = _shown(value)
    return settings


def _named(group: str, values: Mapping[str, str]) -> dict[str, str]:
    return {f"{group} {name}": value for name, value in values.items()}


def _differences(subject: Subject, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Cause]:
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield setting_change(subject, name, before.get(name), after.get(name))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else canonical_json(value).decode()
