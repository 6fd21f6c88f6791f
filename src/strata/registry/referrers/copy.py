"""This module copies what is attached to an image from one repository into another, and what is attached to that."""

from __future__ import annotations

from strata.oci.descriptor import Descriptor
from strata.registry.manifests import INDEXES, MANIFESTS
from strata.registry.provider import Provider
from strata.registry.push import push
from strata.registry.referrers.attach import add_to_tag
from strata.registry.referrers.listing import attached_to, referrers
from strata.registry.remote import RemoteSource
from strata.registry.source import Tree

# A document, its signature, and what somebody says of that.
_DEPTH = 3


def copy_referrers(source: Provider, target: Provider, tree: Tree) -> int:
    """Copy the referrers of all manifests and indexes of an image; return how many are new."""
    return sum(_copy(source, target, each, _DEPTH) for each, _ in tree.documents)


def _copy(source: Provider, target: Provider, subject: Descriptor, depth: int) -> int:
    found = [each for each in referrers(source, subject.digest) if each.descriptor.media_type in (*MANIFESTS, *INDEXES)]
    if not found:
        return 0
    known, is_listed = attached_to(target, subject.digest)
    new = [each for each in found if each.descriptor.digest not in known]
    for each in new:
        push(RemoteSource(source), each.descriptor, target, tags=[])
    if new and not is_listed:
        add_to_tag(target, subject.digest, new)
    below = sum(_copy(source, target, each.descriptor, depth - 1) for each in found) if depth > 1 else 0
    return len(new) + below
