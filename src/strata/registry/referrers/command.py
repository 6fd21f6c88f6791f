"""This module has the commands `strata referrers` and `strata attach`.

`referrers` prints what is attached to an image in a registry: for people, or with --json as one line. `attach` prints
one line of JSON: what was attached, and whether it is new.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from strata.errors.attest import referrers as errors
from strata.layouts.finding import printable
from strata.oci.descriptor import Descriptor
from strata.oci.platform import Platform
from strata.registry.manifests import INDEXES
from strata.registry.provider import Provider, Settings
from strata.registry.reference import Reference
from strata.registry.referrers.attach import attach_all
from strata.registry.referrers.documents import Attachments, platform_of, read_document, read_folder
from strata.registry.referrers.listing import Referrer, referrers
from strata.registry.remote import RemoteSource
from strata.registry.source import Tree, read_tree


@dataclass(frozen=True)
class _Subject:
    """An image for one platform, or an index of images, and what is attached to it."""

    descriptor: Descriptor
    platform: Optional[Platform]
    attached: Sequence[Referrer]

    def lines(self) -> Iterator[str]:
        """Yield the lines for people."""
        what = "index" if self.descriptor.media_type in INDEXES else self.platform or "manifest"
        yield f"{what} {self.descriptor.digest}{'' if self.attached else ': nothing is attached'}"
        for each in self.attached:
            notes = "".join(f", {name}={value}" for name, value in sorted(each.descriptor.annotations.items()))
            yield f"  {each.artifact_type or 'no type'} {each.descriptor.digest}{notes}"

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {
            "digest": self.descriptor.digest,
            "mediaType": self.descriptor.media_type,
            **({"platform": str(self.platform)} if self.platform else {}),
            "referrers": [{**each.descriptor.to_json(), "artifactType": each.artifact_type} for each in self.attached],
        }


def _referrers(arguments: argparse.Namespace) -> int:
    provider, source, tree = _image(arguments, "pull")
    subjects = [
        _Subject(
            each,
            platform_of(source, each, content),
            referrers(provider, each.digest, arguments.artifact_type),
        )
        for each, content in reversed(tree.documents)
    ]
    with suppress(BrokenPipeError):
        if arguments.json:
            fields = {"reference": arguments.reference, "subjects": [each.to_json() for each in subjects]}
            print(json.dumps(fields, sort_keys=True))
        else:
            print("\n".join(printable(line) for each in subjects for line in each.lines()))
    return 0


def _attach(arguments: argparse.Namespace) -> int:
    provider, source, tree = _image(arguments, "pull,push")
    path: Path = arguments.document
    if path.is_dir():
        if arguments.platform or arguments.artifact_type:
            raise errors.folder_tells(str(path))
        wanted: Attachments = read_folder(path, source, tree)
    else:
        subject = _chosen(arguments, source, tree)
        wanted = [(subject, [read_document(path, subject, arguments.artifact_type)])]
    done = [
        {"subject": subject.digest, "artifactType": document.artifact_type, "digest": each.digest, "new": each.sent}
        for subject, documents in wanted
        for document, each in zip(documents, attach_all(provider, subject, documents))
    ]
    with suppress(BrokenPipeError):
        print(json.dumps({"reference": arguments.reference, "attached": done}, sort_keys=True))
    return 0


def _chosen(arguments: argparse.Namespace, source: RemoteSource, tree: Tree) -> Descriptor:
    """Return the manifest or the index that a document is about: what the reference names, or a platform's image."""
    if not arguments.platform:
        return tree.documents[-1][0]
    images = {str(platform_of(source, each, content)): each for each, content in tree.documents}
    images.pop(str(None), None)
    if arguments.platform not in images:
        raise errors.platform_missing(arguments.reference, arguments.platform, sorted(images))
    return images[arguments.platform]


def _image(arguments: argparse.Namespace, actions: str) -> tuple[Provider, RemoteSource, Tree]:
    settings = Settings(plain_http=frozenset(arguments.plain_http), jobs=max(1, arguments.jobs))
    provider = Provider(Reference.parse(arguments.reference), actions=actions, settings=settings)
    source = RemoteSource(provider)
    return provider, source, read_tree(source, source.resolve(), arguments.reference)


COMMANDS = {"referrers": _referrers, "attach": _attach}
