"""The verb `fetch-base` reads the manifest and the config of an image in a registry (strata.bases.fetch)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from strata.protocol import message


@dataclass(frozen=True)
class BaseLayer(message.Message):
    """A layer in the registry: its blob, by `digest` and `size` in bytes, and the digest of the tar in it."""

    media_type: str
    digest: str
    size: int
    diff_id: str


@dataclass(frozen=True)
class BaseRuntime(message.Message):
    """Those fields of an image's config that an image upon it may inherit.

    :param env: `NAME=VALUE` each.
    """

    user: str = ""
    env: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    stop_signal: str = ""


@dataclass(frozen=True)
class Result(message.Message):
    """The image for the platform.

    :param root: the digest of what the reference names: an index, or the manifest itself.
    :param manifest: the digest of the platform's manifest; `layers` are its layers, the lowest first.
    """

    root: str
    manifest: str
    layers: tuple[BaseLayer, ...]
    runtime: BaseRuntime


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The wanted image: `registry.example/team/base@sha256:…`, for the platform `linux/amd64`."""

    verb: ClassVar[str] = "fetch-base"

    reference: str
    platform: str
