"""The verb `files-layer` writes files of a repository at a path of their own as a layer (strata.layers.files)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Optional

from strata.protocol import message
from strata.protocol.layer import Compression, LayerResult


@dataclass(frozen=True)
class Result(LayerResult):
    """The layer, and the paths of its files, without the leading slash."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The inputs of the layer.

    :param root: the directory of the files, relative to the sandbox.
    :param path: the directory in the image, without the leading slash; empty for the root of the image.
    :param mode: of each file; None for that of the repository: 0644, or 0755 for what can be executed.
    :param uid: the owner of the files; `gid` is the group.
    """

    verb: ClassVar[str] = "files-layer"

    root: Path
    path: str
    mode: Optional[int]
    uid: int
    gid: int
    compression: Compression
