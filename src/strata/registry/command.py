"""This module has the commands that move images between layouts and registries.

Standard output has one line of JSON: what was pushed, pulled or copied. Progress is on standard error where that is a
terminal. Credentials come from the files of strata.registry.credentials alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Callable, Optional

from strata.errors import registry as errors
from strata.layouts.layout import Layout, split_tag
from strata.oci.descriptor import Descriptor
from strata.registry.bases import LayoutOnBases, bases_of
from strata.registry.provider import Provider, Settings
from strata.registry.push import Progress, Pushed, push
from strata.registry.reference import Reference
from strata.registry.referrers.attach import attach_all
from strata.registry.referrers.copy import copy_referrers
from strata.registry.referrers.documents import read_folder
from strata.registry.remote import RemoteSource
from strata.registry.source import Tree, read_tree

_SECONDS_BETWEEN_LINES = 0.5


def _push(arguments: argparse.Namespace) -> int:
    layout, root = _root_of(arguments.layout)
    bases = bases_of(layout, root)
    target = Reference.parse(arguments.reference)
    arguments.mount_from[:0] = [base.repository for base in bases if base.registry == target.registry]
    providers = [Provider(base, settings=_settings(arguments)) for base in bases]
    source = LayoutOnBases(layout, providers)
    folder = arguments.documents

    def attach(provider: Provider, tree: Tree) -> int:
        wanted = read_folder(folder, source, tree)
        return sum(each.sent for subject, documents in wanted for each in attach_all(provider, subject, documents))

    return _publish(source, root, arguments, attach if folder else None)


def _pull(arguments: argparse.Namespace) -> int:
    from strata.registry.pull import pull

    directory, tag = split_tag(arguments.layout)
    reference = Reference.parse(arguments.reference)
    provider = Provider(reference, settings=_settings(arguments))
    digest = pull(provider, directory, tag=tag)
    _print({"reference": str(reference), "layout": str(directory), "digest": digest})
    return 0


def _copy(arguments: argparse.Namespace) -> int:
    reference = Reference.parse(arguments.source)
    provider = Provider(reference, settings=_settings(arguments))
    source = RemoteSource(provider)
    if Reference.parse(arguments.reference).registry == reference.registry:
        arguments.mount_from.insert(0, reference.repository)

    def attach(target: Provider, tree: Tree) -> int:
        return copy_referrers(provider, target, tree)

    # Documents and signatures come later than the image, so that they are copied also where the image is there.
    return _publish(source, source.resolve(), arguments, attach if arguments.referrers else None, always=True)


def _publish(
    source: Any,
    root: Descriptor,
    arguments: argparse.Namespace,
    attach: Optional[Callable[[Provider, Tree], int]],
    *,
    always: bool = False,
) -> int:
    reference = Reference.parse(arguments.reference)
    if reference.digest and reference.digest != root.digest:
        raise errors.digest_of_another(str(reference), root.digest)
    tags = list(dict.fromkeys([*([reference.tag] if reference.tag else []), *arguments.tag]))
    for tag in tags:
        Reference.parse(f"{reference.name}:{tag}")
    provider = Provider(reference, actions="pull,push", settings=_settings(arguments))
    siblings = [Reference.parse(f"{reference.registry}/{text}") for text in arguments.mount_from]
    siblings = [each for each in siblings if each.repository != reference.repository]
    add = partial(attach, provider) if attach else None
    done = push(source, root, provider, tags=tags, siblings=siblings, progress=_ProgressLine(), attach=add)
    if add and always and done.attached is None:
        done = replace(done, attached=add(read_tree(source, root, str(reference))))
    _print({"registry": reference.registry, "repository": reference.repository, **_fields(done)})
    return 0


def _fields(done: Pushed) -> dict[str, Any]:
    return {
        "digest": done.digest,
        "tags": list(done.tags),
        "uploaded": done.uploaded,
        "mounted": done.mounted,
        "present": done.present,
        "bytes": done.sent,
        **({} if done.attached is None else {"attached": done.attached}),
    }


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


COMMANDS = {"push": _push, "pull": _pull, "copy": _copy}
