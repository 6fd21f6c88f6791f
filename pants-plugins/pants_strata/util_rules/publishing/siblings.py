"""The images of the repository as siblings: layers that one of them has in a registry need not be sent for another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePath

from pants.engine.addresses import Address
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import AllTargets

from pants_strata import engine
from pants_strata.publishing.destinations import Destination, destination, templates
from pants_strata.publishing.names import asks_for_commit, values_of, variables_in
from pants_strata.publishing.registries import chosen_registries, read_registries
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types.publishing import ImageTagsField, RegistriesField, RepositoryField
from strata.errors import StrataError

# More would make a command line that nobody reads; the nearest come first.
_MOST = 100


@dataclass(frozen=True)
class PublishedImages:
    """Where each image of the repository goes, as far as that is known without building it."""

    places: tuple[tuple[Address, Destination], ...]

    def siblings(self, address: Address, place: Destination) -> tuple[str, ...]:
        """Return `repository:tag` of the other images in a registry, those of near directories first."""
        found = [
            (_distance(address, other), other.spec, f"{each.repository}:{each.tags[0]}")
            for other, each in self.places
            if each.registry.address == place.registry.address and each.repository != place.repository and each.tags
        ]
        return tuple(dict.fromkeys(name for _, _, name in sorted(found)))[:_MOST]


@rule
async def published_images(all_targets: AllTargets, strata: StrataSubsystem) -> PublishedImages:
    """Return the places of all images; those whose names need a digest, or cannot be filled in, are left out."""
    images = [target for target in all_targets if target.has_field(ImageTagsField) and target[RepositoryField].value]
    places: list[tuple[Address, Destination]] = []
    for image in images:
        try:
            registries = chosen_registries(image[RegistriesField].value, read_registries(strata.registries))
        except StrataError:
            # Whoever publishes that image reads what is wrong.
            continue
        repository, tags = image[RepositoryField].value or "", image[ImageTagsField].value
        texts = [*templates(repository, tags, registries)]
        commit = await engine.git_commit() if asks_for_commit(texts) else ""
        values = values_of(image.address, "", commit, await engine.environment_variables(variables_in(texts)))
        del values["digest"]
        for registry in registries:
            try:
                places.append((image.address, destination(repository, tags, registry, values)))
            except StrataError:
                continue
    return PublishedImages(tuple(places))


def _distance(one: Address, other: Address) -> int:
    """Return how many folders lie on the way from one target to another."""
    own, others = (PurePath(address.spec_path).parts for address in (one, other))
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(own, others)))
    return len(own) + len(others) - 2 * common


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
