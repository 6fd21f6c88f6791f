"""This module reads images from a registry; what is read has the digest that was asked for.

https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pull
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Optional

from strata.errors import registry as errors
from strata.oci.descriptor import Descriptor
from strata.oci.limits import DOCUMENT_BYTES
from strata.registry.connections import FAILURES, Answer
from strata.registry.failures import connection_error
from strata.registry.manifests import ACCEPT, INDEXES, MANIFESTS
from strata.registry.provider import Provider
from strata.registry.source import media_type_of
from strata.registry.untrusted import whole_number

_IDENTITY = {"Accept-Encoding": "identity"}
_CUT = (*FAILURES, EOFError)


class RemoteSource:
    """The images of one repository."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def resolve(self) -> Descriptor:
        """Return the manifest or index that the reference names, by its digest, its tag, or the tag `latest`."""
        reference = self._provider.reference
        content, announced = self._document(reference.digest or reference.tag or "latest")
        media_type = media_type_of(content, announced)
        if media_type not in (*MANIFESTS, *INDEXES):
            raise errors.bad_document(str(reference), f"has the media type {media_type or 'of nothing'}")
        found = Descriptor.of(media_type, content)
        if reference.digest and _digest(reference.digest, content) != reference.digest:
            raise errors.digest_mismatch(str(reference), reference.digest, f"got {found.digest}")
        return found

    def read(self, descriptor: Descriptor) -> bytes:
        """Return a manifest or an index."""
        content, _ = self._document(descriptor.digest)
        found = _digest(descriptor.digest, content)
        if found != descriptor.digest:
            raise errors.digest_mismatch(str(self._provider.reference), descriptor.digest, f"got {found}")
        return content

    def open_blob(self, descriptor: Descriptor) -> RemoteBlob:
        """Return a blob to read piece by piece."""
        return RemoteBlob(self._provider, descriptor)

    def _document(self, name: str) -> tuple[bytes, str]:
        """Return a document and its media type as the registry announces it."""
        url = self._provider.url(f"manifests/{name}")
        content, answer = read_document(self._provider, url, action="read a manifest", headers=ACCEPT)
        return content, answer.headers.get("Content-Type", "")


def read_document(
    provider: Provider, url: str, *, action: str, headers: Mapping[str, str], accept: Sequence[int] = (200,)
) -> tuple[bytes, Answer]:
    """Return a document and the answer that it came in, for its status and headers. A cut answer is asked for again."""
    place, retries = str(provider.reference), provider.settings.retries
    for attempt in range(1, retries.attempts + 1):
        with provider.send("GET", url, action=action, headers={**headers, **_IDENTITY}, accept=accept) as response:
            try:
                content = response.read(DOCUMENT_BYTES + 1)
                expected = whole_number(response.headers.get("Content-Length", ""))
                if expected is None or len(content) in (expected, DOCUMENT_BYTES + 1):
                    break
                failure = connection_error(EOFError(), place, response.url, attempt)
            except _CUT as error:
                failure = connection_error(error, place, response.url, attempt)
        retries.wait(attempt)
    else:
        raise failure
    if len(content) > DOCUMENT_BYTES:
        raise errors.bad_document(place, f"has more than {DOCUMENT_BYTES} bytes")
    return content, response


class RemoteBlob:
    """A blob that comes over the network: after a cut from there on. At its end the digest is compared."""

    def __init__(self, provider: Provider, descriptor: Descriptor) -> None:
        self._provider = provider
        self._descriptor = descriptor
        self._hash = hashlib.new(descriptor.digest.partition(":")[0])
        self._taken = 0
        self._failures = 0
        self._response: Optional[Answer] = None

    def __enter__(self) -> RemoteBlob:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        if self._response is not None:
            self._response.close()

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end. Raise StrataError where the blob has another digest or size."""
        left = self._descriptor.size - self._taken
        if not left:
            self._compare()
            return b""
        data = self._piece(left if size < 0 else min(size, left))
        self._hash.update(data)
        self._taken += len(data)
        if self._taken == self._descriptor.size:
            self._compare()
        return data

    def _piece(self, size: int) -> bytes:
        while True:
            error: Exception = EOFError()
            try:
                if self._response is None:
                    self._response = self._ask()
                data: bytes = self._response.read(size)
                if data:
                    self._failures = 0
                    return data
            except _CUT as cut:
                error = cut
            # The registry, or a proxy, ended before all had come.
            if self._response is not None:
                self._response.close()
                self._response = None
            self._failures += 1
            place = str(self._provider.reference)
            if self._failures >= self._provider.settings.retries.attempts:
                raise connection_error(error, place, self._provider.reference.registry, self._failures)
            self._provider.settings.retries.wait(self._failures)

    def _ask(self) -> Answer:
        headers = {**_IDENTITY, **({"Range": f"bytes={self._taken}-"} if self._taken else {})}
        response = self._provider.send(
            "GET", self._provider.url(f"blobs/{self._descriptor.digest}"), action="read a blob", headers=headers
        )
        announced = whole_number(response.headers.get("Content-Length", ""))
        if not self._taken and announced not in (None, self._descriptor.size):
            response.close()
            found = f"got {announced} bytes instead of {self._descriptor.size}"
            raise errors.digest_mismatch(str(self._provider.reference), self._descriptor.digest, found)
        if self._taken and response.status_code != 206:
            passed = 0
            while passed < self._taken:
                data = response.read(min(1 << 20, self._taken - passed))
                if not data:
                    raise EOFError
                passed += len(data)
        return response

    def _compare(self) -> None:
        found = f"{self._descriptor.digest.partition(':')[0]}:{self._hash.hexdigest()}"
        if found != self._descriptor.digest:
            raise errors.digest_mismatch(str(self._provider.reference), self._descriptor.digest, f"got {found}")


def _digest(like: str, content: bytes) -> str:
    """Return the digest of bytes by the algorithm of another digest."""
    algorithm = like.partition(":")[0]
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"
