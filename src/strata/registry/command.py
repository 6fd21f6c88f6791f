"""This module has the commands that move images between layouts and registries.

Standard output has JSON, one value a line: what was pushed, pulled or copied, or which digest is there. Progress is on
standard error where that is a terminal. Credentials come from the files of strata.registry.credentials alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Callable, Optional

from strata.errors import registry as errors
from strata.layouts.layout import Layout, split_tag
from strata.registry.manifests import digest_at
from strata.registry.provider import Provider, Settings
from strata.registry.reference import Reference
from strata.registry.retries import Retries

# The rest is imported where it is needed: `publish` starts `digest` for each image, most of which are there already.
if TYPE_CHECKING:
    from strata.oci.descriptor import Descriptor
    from strata.registry.push import Progress, Pushed
    from strata.registry.source import Source, Tree

_SECONDS_BETWEEN_LINES = 0.5


def _push(arguments: argparse.Namespace) -> int:
    target = _Target.of(arguments)
    layout, root = _root_of(arguments.layout)
    found = target.found(root)
    if set(found.values()) == {root.digest}:
        return target.report(root.digest)
    from strata.registry.bases import LayoutOnBases, bases_of

    bases = bases_of(layout, root)
    arguments.mount_from[:0] = [base.repository for base in bases if base.registry == target.reference.registry]
    providers = [Provider(base, settings=_settings(arguments)) for base in bases]
    source = LayoutOnBases(layout, providers)
    folder = arguments.documents

    def attach(tree: Tree) -> int:
        from strata.registry.referrers.attach import attach_all
        from strata.registry.referrers.documents import read_folder

        wanted = read_folder(folder, source, tree)
        added = (attach_all(target.provider, subject, documents) for subject, documents in wanted)
        return sum(each.sent for some in added for each in some)

    done = target.publish(source, root, arguments.mount_from, attach if folder else None, found)
    return target.report(root.digest, done)


def _pull(arguments: argparse.Namespace) -> int:
    from strata.registry.pull import pull

    directory, tag = split_tag(arguments.layout)
    reference = Reference.parse(arguments.reference)
    provider = Provider(reference, settings=_settings(arguments))
    digest = pull(provider, directory, tag=tag)
    _print({"reference": str(reference), "layout": str(directory), "digest": digest})
    return 0


def _copy(arguments: argparse.Namespace) -> int:
    from strata.registry.referrers.copy import copy_referrers
    from strata.registry.remote import RemoteSource
    from strata.registry.source import read_tree

    target = _Target.of(arguments)
    reference = Reference.parse(arguments.source)
    provider = Provider(reference, settings=_settings(arguments))
    source = RemoteSource(provider)
    if target.reference.registry == reference.registry:
        arguments.mount_from.insert(0, reference.repository)

    def attach(tree: Tree) -> int:
        return copy_referrers(provider, target.provider, tree)

    root = source.resolve()
    done = target.publish(
        source, root, arguments.mount_from, attach if arguments.referrers else None, target.found(root)
    )
    if arguments.referrers and done.attached is None:
        # Documents and signatures come later than the image, so that they are copied also where the image is there.
        done = replace(done, attached=attach(read_tree(source, root, str(target.reference))))
    return target.report(root.digest, done)


def _digest(arguments: argparse.Namespace) -> int:
    retries = Retries(attempts=max(1, arguments.attempts))
    settings = Settings(plain_http=frozenset(arguments.plain_http), retries=retries)
    for reference in [Reference.parse(text) for text in arguments.references]:
        found = digest_at(Provider(reference, settings=settings), reference.digest or reference.tag or "latest")
        _print({"reference": str(reference), "digest": found or None})
    return 0


@dataclass(frozen=True)
class _Target:
    """Where an image goes: a repository, and tags there."""

    reference: Reference
    tags: tuple[str, ...]
    provider: Provider

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> _Target:
        """Return the target that the arguments name. Raise StrataError where they cannot be used."""
        reference = Reference.parse(arguments.reference)
        tags = dict.fromkeys([*([reference.tag] if reference.tag else []), *arguments.tag])
        for tag in tags:
            Reference.parse(f"{reference.name}:{tag}")
        return cls(reference, tuple(tags), Provider(reference, actions="pull,push", settings=_settings(arguments)))

    def found(self, root: Descriptor) -> Mapping[str, str]:
        """Return the digest that the registry has at each tag; at the image's own digest where there is no tag.

        Raise StrataError where the image is not the one that the reference names.
        """
        if self.reference.digest and self.reference.digest != root.digest:
            raise errors.digest_of_another(str(self.reference), root.digest)
        return {name: digest_at(self.provider, name) for name in self.tags or (root.digest,)}

    def publish(
        self,
        source: Source,
        root: Descriptor,
        mount_from: Sequence[str],
        attach: Optional[Callable[[Tree], int]],
        found: Mapping[str, str],
    ) -> Pushed:
        """Push an image; `found` is what the registry has at its names."""
        from strata.registry.push import push

        siblings = [Reference.parse(f"{self.reference.registry}/{text}") for text in mount_from]
        siblings = [each for each in siblings if each.repository != self.reference.repository]
        return push(
            source,
            root,
            self.provider,
            tags=self.tags,
            found=found,
            siblings=siblings,
            progress=_ProgressLine(),
            attach=attach,
        )

    def report(self, digest: str, done: Optional[Pushed] = None) -> int:
        """Print what was done; without a push the image was there."""
        place = {"registry": self.reference.registry, "repository": self.reference.repository}
        counts = dict.fromkeys(("uploaded", "mounted", "present", "bytes"), 0)
        if done:
            counts = {"uploaded": done.uploaded, "mounted": done.mounted, "present": done.present, "bytes": done.sent}
            counts.update({} if done.attached is None else {"attached": done.attached})
        _print({**place, "digest": digest, "tags": list(self.tags), **counts})
        return 0


def _root_of(text: str) -> tuple[Layout, Descriptor]:
    directory, tag = split_tag(text)
    layout = Layout.open(directory)
    roots = layout.roots(tag)
    if len({root.digest for root in roots}) != 1:
        raise errors.nothing_tagged(text, layout.tags())
    return layout, roots[0]


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings(plain_http=frozenset(arguments.plain_http), jobs=max(1, arguments.jobs))


def _print(value: dict[str, Any]) -> None:
    with suppress(BrokenPipeError):
        print(json.dumps(value, sort_keys=True), flush=True)


class _ProgressLine:
    """Bytes on standard error, where a person looks on."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if sys.stderr.isatty() and (now - self._last > _SECONDS_BETWEEN_LINES or progress.done == progress.total):
            self._last = now
            end = "\n" if progress.done == progress.total else ""
            print(f"\r{progress.done:,} of {progress.total:,} bytes, {progress.sent:,} sent", end=end, file=sys.stderr)


COMMANDS = {"push": _push, "pull": _pull, "copy": _copy, "digest": _digest}
