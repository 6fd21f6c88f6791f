"""The verb `fetch-base` reads the manifest and the config of an image in a registry, and no layer.

https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional

from strata.bases.remote import open_repository
from strata.errors import oci_base as errors
from strata.errors import registry as registry_errors
from strata.oci.descriptor import CONFIG, LAYER_GZIP, LAYERS, Descriptor
from strata.oci.documents import NotJson, parse
from strata.oci.limits import DOCUMENT_BYTES
from strata.oci.platform import Platform
from strata.oci.shape import exactly, list_of, map_of, or_null, struct, text
from strata.oci.spec import digest
from strata.pieces import pieces
from strata.protocol.bases.fetch_base import BaseLayer, BaseRuntime, Request, Result
from strata.registry.manifests import INDEXES
from strata.registry.source import Source, children

_DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
# Docker's own media types, for the same bytes.
_DOCKER_LAYERS = {
    "application/vnd.docker.image.rootfs.diff.tar.gzip": LAYER_GZIP,
    "application/vnd.docker.image.rootfs.diff.tar": LAYERS[0],
    "application/vnd.docker.image.rootfs.diff.tar.zstd": LAYERS[2],
}
# Of a config only what is used: images of all ages and programs are bases.
_runtime = struct(
    {},
    {
        "User": or_null(text),
        "Env": or_null(list_of(text)),
        "Labels": or_null(map_of(text)),
        "ExposedPorts": or_null(map_of(struct({}))),
        "Volumes": or_null(map_of(struct({}))),
        "StopSignal": or_null(text),
    },
)
_config = struct(
    {
        "architecture": text,
        "os": text,
        "rootfs": struct({"type": exactly("layers"), "diff_ids": list_of(digest)}),
    },
    {"config": or_null(_runtime)},
)


def run(request: Request) -> Result:
    """Return the image for the platform. Raise StrataError where there is none, or none that can be a base."""
    source = open_repository(request.reference)
    root = source.resolve()
    return read_base(source, root, request)


def read_base(source: Source, root: Descriptor, request: Request) -> Result:
    """Return the image for the platform below a manifest or an index of a source."""
    place = request.reference
    manifest = _of_platform(source, root, request) if root.media_type in INDEXES else root
    config, *layers = children(manifest.media_type, source.read(manifest), place)
    if config.media_type not in (CONFIG, _DOCKER_CONFIG):
        raise errors.no_image(place, f"has a config of the media type {config.media_type}")
    fields = _read_config(source, config, place)
    found = f"{fields['os']}/{fields['architecture']}"
    if found != request.platform:
        raise errors.no_platform(place, request.platform, [found])
    diff_ids = fields["rootfs"]["diff_ids"]
    if len(diff_ids) != len(layers):
        raise errors.no_image(place, f"has {len(layers)} layers, and its config names {len(diff_ids)}")
    return Result(
        root.digest, manifest.digest, tuple(_layers(layers, diff_ids, place)), _inherited(fields.get("config") or {})
    )


def _of_platform(source: Source, index: Descriptor, request: Request) -> Descriptor:
    """Return the manifest for the platform. Of several, for variants of a processor, the most general one."""
    content = source.read(index)
    # It says what is wrong with an index that is none.
    descriptors = list(children(index.media_type, content, request.reference))
    wanted = Platform.parse(request.platform)
    variants = [(each.get("platform") or {}).get("variant", "") for each in parse(content)["manifests"]]
    fitting = [
        (0 if variant in ("", "v8") else 1, variant, number)
        for number, (each, variant) in enumerate(zip(descriptors, variants))
        if each.platform == wanted
    ]
    if not fitting:
        named = (each.platform for each in descriptors)
        found = sorted({str(each) for each in named if each and each.os != "unknown"})
        raise errors.no_platform(request.reference, request.platform, found)
    chosen = descriptors[min(fitting)[2]]
    if chosen.media_type in INDEXES:
        raise errors.no_image(request.reference, f"names an index for {request.platform} where a manifest belongs")
    return chosen


def _read_config(source: Source, config: Descriptor, place: str) -> Mapping[str, Any]:
    if config.size > DOCUMENT_BYTES:
        raise registry_errors.bad_document(place, f"names a config of {config.size} bytes")
    with source.open_blob(config) as blob:
        content = b"".join(pieces(blob))
    try:
        fields: Mapping[str, Any] = parse(content)
    except NotJson as reason:
        raise errors.no_image(place, f"has a config that {reason}") from None
    problem = next(_config(fields, ""), None)
    if problem:
        raise errors.no_image(place, f"has a config that is wrong: {problem}")
    return fields


def _layers(layers: Sequence[Descriptor], diff_ids: Sequence[str], place: str) -> Iterator[BaseLayer]:
    for layer, diff_id in zip(layers, diff_ids):
        media_type = _DOCKER_LAYERS.get(layer.media_type, layer.media_type)
        if media_type not in LAYERS:
            raise errors.no_image(place, f"has a layer of the media type {layer.media_type}")
        yield BaseLayer(media_type, layer.digest, layer.size, diff_id)


def _inherited(config: Mapping[str, Any]) -> BaseRuntime:
    def of(name: str, otherwise: Any) -> Any:
        value: Optional[Any] = config.get(name)
        return otherwise if value is None else value

    return BaseRuntime(
        user=of("User", ""),
        env=tuple(of("Env", ())),
        labels=of("Labels", {}),
        exposed_ports=tuple(sorted(of("ExposedPorts", {}))),
        volumes=tuple(sorted(of("Volumes", {}))),
        stop_signal=of("StopSignal", ""),
    )
