"""This module publishes an image: blobs first, then manifests, then the tag, so that no tag names an incomplete image.

HEAD  manifests/TAG        an image that is there already takes this request alone
HEAD  manifests/DIGEST     an image that is there under another tag is only tagged; at the same time
GET   manifests/TAG        the blobs of the image that the tag has now need not be looked for
HEAD                       the other blobs, several at a time
GET   manifests/TAG        of siblings, where much is missing: which of them have it
mount or upload            what is missing, several at a time
PUT   manifests/DIGEST     of each platform, then
                           documents about them (strata.registry.referrers), where there are any, then
PUT   manifests/TAG        the image
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Callable, Optional

from strata.errors import registry as errors
from strata.oci.descriptor import Descriptor
from strata.parallel import for_each
from strata.registry.connections import Answer
from strata.registry.manifests import DIGEST_HEADER, digest_at
from strata.registry.provider import Provider
from strata.registry.reference import Reference
from strata.registry.siblings import blobs_at, mount_sources
from strata.registry.source import Source, Tree, read_tree
from strata.registry.upload import BlobUpload, Outcome, has_blob


@dataclass(frozen=True)
class Progress:
    """Bytes of blobs: those that are in the repository by now, those of them that were sent, and all."""

    done: int
    sent: int
    total: int


@dataclass(frozen=True)
class Pushed:
    """What a push did.

    `uploaded`, `mounted` and `present` count blobs, `sent` the bytes of those uploaded, `attached` new documents; it is
    None where nothing was to be attached.
    """

    digest: str
    tags: tuple[str, ...]
    uploaded: int = 0
    mounted: int = 0
    present: int = 0
    sent: int = 0
    attached: Optional[int] = None


def push(
    source: Source,
    root: Descriptor,
    provider: Provider,
    *,
    tags: Sequence[str],
    found: Optional[Mapping[str, str]] = None,
    siblings: Sequence[Reference] = (),
    progress: Callable[[Progress], None] = lambda _: None,
    attach: Optional[Callable[[Tree], int]] = None,
) -> Pushed:
    """Publish the manifest or index `root` of a source under each tag, or by its digest alone where there is no tag.

    :param found: the digests that the registry has at these names, where they were asked for already.
    :param siblings: images, or whole repositories, of the registry that may have the same blobs: these are mounted
        from there (strata.registry.siblings).
    :param progress: called from several threads, but not by two at once.
    :param attach: attaches documents and returns how many are new. It is called when the manifests are there, and no
        tag names them yet; so an image that all tags name already has its documents, and it is not called.
    """
    names = list(tags) or [root.digest]
    found = {name: digest_at(provider, name) for name in names} if found is None else found
    missing = [name for name in names if found[name] != root.digest]
    if not missing:
        return Pushed(root.digest, tuple(tags))
    tree = read_tree(source, root, str(provider.reference))
    older = next((name for name in missing if found[name]), "")
    questions: list[Callable[[], frozenset[str]]] = [
        lambda: frozenset([digest_at(provider, root.digest)] if tags else []),
        lambda: blobs_at(provider, provider.reference.tagged(older)) if older else frozenset(),
    ]
    there, known = for_each(lambda ask: ask(), questions, provider.settings.jobs if older else 1)
    if root.digest in there:
        attached = attach(tree) if attach else None
        _tag(provider, tree, missing)
        return Pushed(root.digest, tuple(tags), present=len(tree.blobs), attached=attached)
    blobs = _Blobs(source, provider, siblings, progress)
    try:
        blobs.bring(tree, known)
        attached = _put_manifests(provider, tree, missing, attach)
    except errors.BlobUnknown:
        # The registry has lost what another manifest names, or removed it meanwhile: nothing is taken for granted now.
        blobs.bring(tree, frozenset())
        attached = _put_manifests(provider, tree, missing, attach)
    counts = {outcome: list(blobs.outcomes.values()).count(outcome) for outcome in Outcome}
    return Pushed(
        root.digest,
        tuple(tags),
        counts[Outcome.UPLOADED],
        counts[Outcome.MOUNTED],
        counts[Outcome.PRESENT],
        blobs.sent,
        attached,
    )


class _Blobs:
    """The blobs of one push. `outcomes` is by digest."""

    def __init__(
        self, source: Source, provider: Provider, siblings: Sequence[Reference], progress: Callable[[Progress], None]
    ) -> None:
        self._source = source
        self._provider = provider
        self._siblings = siblings
        self._progress = progress
        self._lock = Lock()
        self._done = self._total = 0
        self.sent = 0
        self.outcomes: dict[str, Outcome] = {}

    def bring(self, tree: Tree, known: frozenset[str]) -> None:
        """Bring all blobs into the repository but the known ones."""
        self._done, self._total = 0, sum(blob.size for blob in tree.blobs)
        # Large ones begin first, so that none is waited for at the end.
        order = sorted(tree.blobs, key=lambda blob: -blob.size)
        asked = [blob for blob in order if blob.digest not in known]
        jobs = self._provider.settings.jobs
        there = for_each(lambda blob: has_blob(self._provider, blob), asked, jobs)
        missing = [blob for blob, is_there in zip(asked, there) if not is_there]
        lacking = {blob.digest for blob in missing}
        for blob in order:
            if blob.digest not in lacking:
                self._note(blob, Outcome.PRESENT)
        sources = mount_sources(self._provider, self._siblings, missing)
        for_each(lambda blob: self._bring_one(blob, sources), missing, jobs)

    def _bring_one(self, blob: Descriptor, sources: Mapping[str, Sequence[str]]) -> None:
        upload = BlobUpload(self._provider, self._source, blob, self._report)
        self._note(blob, upload.run(sources[blob.digest]))

    def _note(self, blob: Descriptor, outcome: Outcome) -> None:
        if outcome is not Outcome.UPLOADED:
            self._report(blob.size, sent=0)
        with self._lock:
            # What was brought before an error is present later on; how it came counts.
            self.outcomes.setdefault(blob.digest, outcome)

    def _report(self, size: int, sent: int = -1) -> None:
        with self._lock:
            self._done += size
            self.sent += size if sent < 0 else sent
            self._progress(Progress(self._done, self.sent, self._total))


def _put_manifests(
    provider: Provider, tree: Tree, names: Sequence[str], attach: Optional[Callable[[Tree], int]]
) -> Optional[int]:
    """Store the manifests, attach documents, and set the tags; return how many documents are new."""
    root = tree.documents[-1][0].digest
    for descriptor, content in tree.documents if attach or root in names else tree.documents[:-1]:
        put_manifest(provider, descriptor, content, descriptor.digest)
    attached = attach(tree) if attach else None
    _tag(provider, tree, [name for name in names if name != root])
    return attached


def _tag(provider: Provider, tree: Tree, names: Sequence[str]) -> None:
    descriptor, content = tree.documents[-1]
    for name in names:
        put_manifest(provider, descriptor, content, name)


def put_manifest(provider: Provider, descriptor: Descriptor, content: bytes, name: str) -> Answer:
    """Store the exact bytes of a manifest, and return the answer. Raise StrataError where it has another digest."""
    place = f"{provider.reference.name}{'@' if ':' in name else ':'}{name}"
    response = provider.send(
        "PUT",
        provider.url(f"manifests/{name}"),
        action="store a manifest",
        place=place,
        headers={"Content-Type": descriptor.media_type},
        body=content,
        media_type=descriptor.media_type,
    )
    response.close()
    found = response.headers.get(DIGEST_HEADER, descriptor.digest)
    if found != descriptor.digest:
        raise errors.digest_mismatch(place, descriptor.digest, f"the registry has {found}")
    return response
