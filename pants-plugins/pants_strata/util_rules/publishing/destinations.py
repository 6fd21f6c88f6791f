"""This module says where an image goes, and under which names: the fields and options of publishing, filled in."""

from __future__ import annotations

import re

from pants.engine.addresses import Address
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.publishing.destinations import Destination, destination, templates
from pants_strata.publishing.names import asks_for_commit, values_of, variables_in
from pants_strata.publishing.registries import Registry, chosen_registries, read_registries
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types.publishing import ImageTagsField, RegistriesField, RepositoryField

LOCAL = Registry("localhost")
"""Comes before the names of images that go to no registry, so that nobody takes them for those of a public one."""


async def destinations(
    image: Target, repository: str, registries: tuple[Registry, ...], digest: str
) -> list[Destination]:
    """Return a place in each of some registries. Raise StrataError where a name cannot be used.

    :param repository: the text of the field, with names in braces.
    :param digest: of the image, with its algorithm.
    """
    tags = image[ImageTagsField].value
    texts = [*templates(repository, tags, registries)]
    values = values_of(
        image.address,
        digest,
        await engine.git_commit() if asks_for_commit(texts) else "",
        await engine.environment_variables(variables_in(texts)),
    )
    return [destination(repository, tags, registry, values) for registry in registries]


async def names(image: Target, strata: StrataSubsystem, digest: str) -> tuple[str, ...]:
    """Return the names that an image has outside a registry: those under which it is published, tags included.

    An image without a registry is at `localhost`, one without a repository is named after its target, and one without
    tags has the tag `latest`.
    """
    repository = image[RepositoryField].value
    registries = chosen_registries(image[RegistriesField].value, read_registries(strata.registries))
    if not repository or not registries:
        repository, registries = repository or _own_name(image.address), (LOCAL,)
    places = await destinations(image, repository, registries, digest)
    return tuple(
        f"{place.registry.address}/{place.repository}:{tag}" for place in places for tag in place.tags or ("latest",)
    )


def _own_name(address: Address) -> str:
    """Return a repository named after a target: its directory and its name, as far as repositories may be so named."""
    parts = (re.sub("[^a-z0-9]+", "-", part.lower()).strip("-") for part in (address.spec_path, address.target_name))
    return "/".join(part for part in parts if part) or "image"
