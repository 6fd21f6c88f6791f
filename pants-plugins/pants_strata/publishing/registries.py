"""This module reads the option `[strata].registries`, and chooses the registries that an image goes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pants_strata.target_types.publishing import ALL_DEFAULT_REGISTRIES
from strata.errors import publish as errors

_KINDS = {"bool": (bool, "true or false"), "str": (str, "text"), "tuple[str, ...]": (tuple, "a list of texts")}


@dataclass(frozen=True)
class Registry:
    """A registry, as pants.toml or a BUILD file names it.

    :param address: host, with the port if there is one.
    :param alias: its key in the option; empty for an address in a BUILD file.
    :param default: whether images that name no registry go there.
    :param repository: comes in the place of the repository of each image; may be empty.
    :param extra_image_tags: follow the tags of each image.
    :param skip_push: whether nothing is pushed there.
    :param sign: whether images are signed there, where a key is set to sign with.
    :param plain_http: whether it is asked without TLS. The own machine is, without being told.
    """

    address: str
    alias: str = ""
    default: bool = False
    repository: str = ""
    extra_image_tags: tuple[str, ...] = ()
    skip_push: bool = False
    plain_http: bool = False
    sign: bool = True

    @classmethod
    def from_option(cls, alias: str, option: object) -> Registry:
        """Return the registry that an entry of the option describes. Raise StrataError where it does not."""
        if not isinstance(option, Mapping):
            raise errors.bad_registry(alias, f"{option!r}, which is no table")
        known = {field.name: _KINDS[str(field.type)] for field in fields(cls) if field.name != "alias"}
        values: dict[str, Any] = {"default": alias == "default"}
        for key, value in option.items():
            if key not in known:
                raise errors.bad_registry(alias, f"{key}, which is no setting of a registry")
            kind, wanted = known[key]
            given = tuple(value) if isinstance(value, (list, tuple)) else value
            if not isinstance(given, kind) or (
                isinstance(given, tuple) and not all(isinstance(each, str) for each in given)
            ):
                raise errors.bad_registry(alias, f"{key} = {value!r}, which is not {wanted}")
            values[key] = given
        if not values.get("address"):
            raise errors.bad_registry(alias, "no address")
        return cls(alias=alias, **values)


def read_registries(option: Mapping[str, object]) -> tuple[Registry, ...]:
    """Return the registries of the option `[strata].registries`. Raise StrataError where it has another form."""
    return tuple(Registry.from_option(alias, entry) for alias, entry in option.items())


def chosen_registries(names: Iterable[str], registries: Sequence[Registry]) -> tuple[Registry, ...]:
    """Return the registries that a field `registries` names, each once. Raise StrataError for an unknown alias."""
    by_alias = {f"@{registry.alias}": registry for registry in registries}
    by_address = {registry.address: registry for registry in registries}
    chosen: list[Registry] = []
    for name in names:
        if name == ALL_DEFAULT_REGISTRIES:
            chosen += [registry for registry in registries if registry.default]
        elif name.startswith("@"):
            if name not in by_alias:
                raise errors.unknown_alias(name, by_alias)
            chosen.append(by_alias[name])
        else:
            chosen.append(by_address.get(name) or Registry(name))
    return tuple(dict.fromkeys(chosen))
