"""`./pants publish`: each image into the repository that its target names, in each of its registries.

The push is a process beside the build, which is never cached. It reads the credentials that a login left on this
machine; no argument has them. It runs on the Python of Pants, which has the library.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pants.base.build_root import BuildRoot
from pants.core.goals.package import BuiltPackage
from pants.core.goals.publish import (
    PublishFieldSet,
    PublishOutputData,
    PublishPackages,
    PublishProcesses,
    PublishRequest,
)
from pants.engine.process import InteractiveProcess
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import Target
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.library_command import PUSH, STRATA
from pants_strata.publishing.destinations import Destination
from pants_strata.publishing.registries import chosen_registries, read_registries
from pants_strata.publishing.signing import SignSubsystem, key_arguments, signing_arguments
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import EntryPointField, ScriptField
from pants_strata.target_types.publishing import RegistriesField, RepositoryField, SkipPushField
from pants_strata.util_rules.publishing.destinations import destinations
from pants_strata.util_rules.publishing.published import PublishedRequest, get_published
from pants_strata.util_rules.publishing.siblings import PublishedImages
from strata.attest.documents import documents_path
from strata.errors import StrataError
from strata.errors import publish as errors
from strata.oci.descriptor import INDEX_FILE

# Where the files of logins, credential helpers, certificates and proxies are found; see docs/registry.md. What a helper
# needs beside these is in `[strata].publish_env_vars`.
_ENVIRONMENT = (
    "DOCKER_CONFIG",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LC_ALL",
    "NO_PROXY",
    "PATH",
    "REGISTRY_AUTH_FILE",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)


class PublishImageRequest(PublishRequest):  # type: ignore[type-arg]
    """The request to publish an image."""


@dataclass(frozen=True)
class PublishImageFieldSet(PublishFieldSet):  # type: ignore[type-arg]
    """The fields of an image that `publish` reads."""

    publish_request_type = PublishImageRequest
    required_fields = (EntryPointField, ScriptField, RepositoryField)

    skip_push: SkipPushField

    @classmethod
    def opt_out(cls, tgt: Target) -> bool:
        """Return whether an image has no repository: it is then not even built."""
        return not tgt[RepositoryField].value


class _AlreadyThere(PublishPackages):
    """An image that a registry has at all its names. People read that its push is skipped."""

    def get_output_data(self, **_: object) -> PublishOutputData:
        """Return what `--publish-output` has of an image that was pushed: those who deploy it see no difference."""
        return super().get_output_data(exit_code=0, published=True)


class _Unshown(str):
    """A value of the environment, which may be a secret: Pants logs what it starts."""

    def __repr__(self) -> str:
        return "'…'"


def _skipped(name: str, reason: str) -> PublishPackages:
    return PublishPackages((name,), description=f"({reason})")


async def _digest(package: BuiltPackage, layout: str) -> str:
    """Return the digest of the image in a layout."""
    files = await engine.contents(await engine.only(package.digest, [f"{layout}/{INDEX_FILE}"]))
    (manifest,) = json.loads(files[f"{layout}/{INDEX_FILE}"])["manifests"]
    return str(manifest["digest"])


async def _destinations(image: Target, option: Mapping[str, object], digest: str) -> list[Destination]:
    """Return the places that an image goes to. Raise StrataError where a name cannot be used."""
    repository = image[RepositoryField].value or ""
    registries = chosen_registries(image[RegistriesField].value, read_registries(option))
    if not registries and image[RegistriesField].value:
        raise errors.no_registry(repository)
    return await destinations(image, repository, registries, digest)


@rule
async def publish_image(
    request: PublishImageRequest,
    strata: StrataSubsystem,
    sign: SignSubsystem,
    images: PublishedImages,
    build_root: BuildRoot,
) -> PublishProcesses:
    """Return a push for each registry, and a signature where there is a key to sign with.

    Raise StrataError where it cannot be said where an image goes, or with what it is signed.
    """
    fields = request.field_set
    name = str(fields.address)
    if fields.skip_push.value:
        return PublishProcesses([_skipped(name, "by its field `skip_push`")])
    (package,) = request.packages
    layout = str(package.artifacts[0].relpath)
    digest = await _digest(package, layout)
    try:
        places = await _destinations(await engine.target(fields.address), strata.registries, digest)
        key = key_arguments(sign, build_root.pathlib_path)
    except StrataError as refusal:
        raise refusal.at(name) from None
    variables = await engine.environment_variables((*_ENVIRONMENT, *strata.publish_env_vars))
    environment = {name: _Unshown(value) for name, value in variables.items()}
    documents = documents_path(layout)
    attached = any(artifact.relpath == documents for artifact in package.artifacts)
    # Without the archive, and whatever else lies beside the layout.
    pushed = await engine.only(package.digest, [f"{layout}/**", f"{documents}/**"])
    asked = [place for place in places if not place.registry.skip_push]
    answers = await engine.concurrently(get_published(PublishedRequest(place, digest)) for place in asked)
    there = {place for place, answer in zip(asked, answers) if answer.is_there}
    pushes = []
    for place in places:
        if place.registry.skip_push:
            pushes.append(_skipped(name, f"by `skip_push` of {place.registry.address}"))
            continue
        data = {
            "registry": place.registry.address,
            "repository": place.repository,
            "tags": place.tags,
            "digest": digest,
        }
        if place in there:
            where = place.description(digest)
            data["status"] = f"published to {where}"
            pushes.append(_AlreadyThere((name,), None, f"({where} is there already)", PublishOutputData(data)))
        else:
            arguments = (
                layout,
                *place.arguments(digest, images.siblings(fields.address, place)),
                *([f"--documents={documents}"] if attached else []),
            )
            process = InteractiveProcess([*PUSH, *arguments], env=environment, input_digest=pushed)
            pushes.append(PublishPackages((name,), process, place.description(digest), PublishOutputData(data)))
        if key and place.registry.sign:
            process = InteractiveProcess([*STRATA, *signing_arguments(key, place, digest)], env=environment)
            described = f"signature of {place.description(digest)}"
            pushes.append(PublishPackages((name,), process, described, PublishOutputData({**data, "signed": True})))
    return PublishProcesses(pushes)


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), *PublishImageFieldSet.rules())
