"""This module tests the config of an image: variables, labels, entry point, ports, volumes, user and directory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Optional

from strata.image_tests.outcome import Outcome
from strata.protocol.images.try_image import ConfigCase, Value


def config_outcome(case: ConfigCase, config: Mapping[str, Any]) -> Outcome:
    """Return the image's config, compared with what must be in it.

    :param config: the document: https://github.com/opencontainers/image-spec/blob/main/config.md
    """
    return Outcome(case.name, 0.0, list(_problems(case, config.get("config") or {})))


def image_env(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables of an image."""
    return dict(text.partition("=")[::2] for text in (config.get("config") or {}).get("Env") or ())


def _problems(case: ConfigCase, settings: Mapping[str, Any]) -> Iterator[str]:
    env = image_env({"config": settings})
    yield from _values("variable", case.env, env)
    for name in case.unset_env:
        if name in env:
            yield f"the variable {name} is set, to {env[name]!r}"
    yield from _values("label", case.labels, settings.get("Labels") or {})
    for what, wanted, found in (
        ("entry point", case.entrypoint, settings.get("Entrypoint")),
        ("arguments", case.cmd, settings.get("Cmd")),
    ):
        yield from _commands(what, wanted, found or [])
    for what, text, given in (
        ("working directory", case.workdir, settings.get("WorkingDir") or ""),
        ("user", case.user, settings.get("User") or ""),
    ):
        if text not in ("", given):
            yield f"the {what} is {given!r}, not {text!r}"
    ports = {port.partition("/")[0] for port in settings.get("ExposedPorts") or {}}
    yield from _members("port", case.ports, case.closed_ports, ports)
    yield from _members("volume", case.volumes, case.no_volumes, set(settings.get("Volumes") or {}))


def _values(what: str, wanted: Iterable[Value], found: Mapping[str, str]) -> Iterator[str]:
    for each in wanted:
        if each.key not in found:
            yield f"the {what} {each.key} is not set"
        elif not each.is_regex and found[each.key] != each.value:
            yield f"the {what} {each.key} is {found[each.key]!r}, not {each.value!r}"
        elif each.is_regex and not re.search(each.value, found[each.key]):
            yield f"the {what} {each.key} is {found[each.key]!r}, which does not match {each.value!r}"


def _commands(what: str, wanted: Optional[Sequence[str]], found: Sequence[str]) -> Iterator[str]:
    if wanted is not None and list(wanted) != list(found):
        yield f"the {what}: {list(found)}, not {list(wanted)}"


def _members(what: str, there: Iterable[str], away: Iterable[str], found: set[str]) -> Iterator[str]:
    yield from (f"the {what} {each} is not there, of {sorted(found)}" for each in there if each not in found)
    yield from (f"the {what} {each} is there" for each in away if each in found)
