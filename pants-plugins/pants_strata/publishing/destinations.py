"""This module says where an image is pushed to: one place for each registry, with the names filled in and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pants_strata.publishing.names import fill
from pants_strata.publishing.registries import Registry
from strata.registry.reference import Reference

TARGET_REPOSITORY = "target_repository"


@dataclass(frozen=True)
class Destination:
    """A repository of a registry, and the tags that an image gets there, each once; without a tag it has its digest."""

    registry: Registry
    repository: str
    tags: tuple[str, ...]

    def description(self, digest: str) -> str:
        """Return what is published, as people read it: registry/repository:tag,tag@digest."""
        tags = f":{','.join(self.tags)}" if self.tags else ""
        return f"{self.registry.address}/{self.repository}{tags}@{digest}"

    def arguments(self, digest: str, siblings: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the arguments of `strata push` behind the layout. The digest lets it push this image and no other.

        :param siblings: `repository:tag` of images in the same registry that may have the same layers.
        """
        first = f":{self.tags[0]}" if self.tags else ""
        return (
            f"{self.registry.address}/{self.repository}{first}@{digest}",
            *(f"--tag={tag}" for tag in self.tags[1:]),
            *(f"--mount-from={sibling}" for sibling in siblings),
            *self._plain_http(),
        )

    def names(self, digest: str) -> tuple[str, ...]:
        """Return the references that an image has when it is there, and how they are asked for by `strata digest`."""
        name = f"{self.registry.address}/{self.repository}"
        tagged = tuple(f"{name}:{tag}" for tag in self.tags)
        return (*(tagged or [f"{name}@{digest}"]), *self._plain_http())

    def _plain_http(self) -> tuple[str, ...]:
        return (f"--plain-http={self.registry.address}",) if self.registry.plain_http else ()


def templates(repository: str, tags: Sequence[str], registries: Sequence[Registry]) -> Iterator[str]:
    """Yield each text whose names are filled in."""
    yield repository
    yield from tags
    for registry in registries:
        yield registry.repository
        yield from registry.extra_image_tags


def destination(repository: str, tags: Sequence[str], registry: Registry, values: Mapping[str, str]) -> Destination:
    """Return the place in a registry. Raise StrataError where a name is no name of a repository or tag.

    :param repository: of the target or the option; a registry with a template of its own may use it there as
        `{target_repository}`.
    """
    own = fill(repository, values)
    place = fill(registry.repository, {**values, TARGET_REPOSITORY: own}) if registry.repository else own
    filled = dict.fromkeys(fill(tag, values) for tag in (*tags, *registry.extra_image_tags))
    for tag in filled or [""]:
        Reference.parse(f"{registry.address}/{place}:{tag}" if filled else f"{registry.address}/{place}")
    return Destination(registry, place, tuple(filled))
