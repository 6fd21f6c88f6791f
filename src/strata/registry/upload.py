"""This module brings one blob into a repository, and goes on where a cut connection ended.

https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Callable
from urllib.parse import urlencode

from strata.errors import StrataError
from strata.errors import registry as errors
from strata.oci.descriptor import Descriptor
from strata.registry.connections import Answer
from strata.registry.provider import Interrupted, Provider
from strata.registry.source import PIECE, Source
from strata.registry.untrusted import whole_number

# A larger blob is sent by PATCH, after which a registry knows how much has come; a smaller one is sent again.
_SMALL = 1 << 20
_CHUNK = 16 << 20
_CHUNK_HEADER = "OCI-Chunk-Min-Length"
_RANGE = re.compile(r"(?:bytes=)?0-(\d+)")
_OCTETS = {"Content-Type": "application/octet-stream"}
# Answers after which an upload begins anew: the registry forgot it, or what it has is damaged.
_LOST = (errors.NotInRegistry, errors.NotTaken)
# Gets the number of bytes that were handed to the connection; below 0 where they are sent again.
Report = Callable[[int], None]


class Outcome(Enum):
    """How a blob came to be in a repository."""

    PRESENT = "present"
    MOUNTED = "mounted"
    UPLOADED = "uploaded"


def has_blob(provider: Provider, descriptor: Descriptor) -> bool:
    """Return whether the repository has a blob."""
    url = provider.url(f"blobs/{descriptor.digest}")
    response = provider.send("HEAD", url, action="look for a blob", accept=(200, 404))
    response.close()
    return response.status_code == 200


class BlobUpload:
    """One blob on its way into the repository of `provider`."""

    def __init__(self, provider: Provider, source: Source, descriptor: Descriptor, report: Report) -> None:
        self._provider = provider
        self._source = source
        self._descriptor = descriptor
        self._report = report
        self._sent = 0
        self._location = ""
        # Bytes of a chunk, 0 where the registry asks for none.
        self._chunk = 0

    def run(self, siblings: Sequence[str]) -> Outcome:
        """Mount the blob from the first of the sibling repositories that has it, or send its bytes."""
        for sibling in siblings:
            if self._mount(sibling):
                return Outcome.MOUNTED
        restarts = 0
        while True:
            try:
                self._upload()
                return Outcome.UPLOADED
            except _UploadLost as lost:
                # The last answer was lost, perhaps, and not the upload.
                if has_blob(self._provider, self._descriptor):
                    return Outcome.UPLOADED
                restarts += 1
                if restarts >= self._provider.settings.retries.attempts:
                    raise lost.error from None
                self._provider.settings.retries.wait(restarts)
                self._location = ""

    def _mount(self, sibling: str) -> bool:
        """Return whether the registry took over the blob from a sibling; else it has begun an upload, mostly."""
        query = urlencode({"mount": self._descriptor.digest, "from": sibling})
        scopes = (*self._provider.scopes, f"repository:{sibling}:pull")
        try:
            response = self._provider.send(
                "POST", self._provider.url(f"blobs/uploads/?{query}"), action="mount a blob", scopes=scopes
            )
        except StrataError:
            # The upload that follows says what is wrong, if it is more than that sibling.
            return False
        response.close()
        if response.status_code == 201:
            return True
        self._begin(response)
        return False

    def _begin(self, response: Answer) -> None:
        minimum = whole_number(response.headers.get(_CHUNK_HEADER, ""))
        self._chunk = 0 if minimum is None else max(minimum, _CHUNK)
        self._location = self._provider.location(response)

    def _upload(self) -> None:
        if not self._location:
            url = self._provider.url("blobs/uploads/")
            response = self._provider.send("POST", url, action="begin an upload", headers=_OCTETS)
            response.close()
            self._begin(response)
        offset, failures, resumed = 0, 0, False
        while True:
            try:
                while offset < self._descriptor.size and (self._descriptor.size > _SMALL or self._chunk or offset):
                    offset = self._patch(offset, resumed)
                self._finish(offset)
                return
            except Interrupted as cut:
                failures += 1
                if failures >= self._provider.settings.retries.attempts:
                    raise cut.error from None
                self._provider.settings.retries.wait(failures, cut.retry_after)
                reached = self._reached(cut.error)
                failures = 0 if reached > offset else failures
                offset, resumed = reached, True

    def _patch(self, offset: int, resumed: bool) -> int:
        """Send the next chunk, or all that is left; return how many bytes the registry has then."""
        end = min(offset + self._chunk, self._descriptor.size) if self._chunk else self._descriptor.size
        headers = dict(_OCTETS)
        if self._chunk or resumed:
            headers["Content-Range"] = f"{offset}-{end - 1}"
        try:
            response = self._send("PATCH", self._location, headers, offset, end)
        except _LOST as error:
            raise _UploadLost(error) from None
        self._location = self._provider.location(response)
        return end

    def _finish(self, offset: int) -> None:
        """Close the upload, with the bytes that are left."""
        sign = "&" if "?" in self._location else "?"
        url = f"{self._location}{sign}{urlencode({'digest': self._descriptor.digest})}"
        try:
            response = self._send("PUT", url, _OCTETS, offset, self._descriptor.size)
        except _LOST as error:
            # After a cut, a registry may not have what was sent.
            raise _UploadLost(error) from None
        digest = response.headers.get("Docker-Content-Digest", self._descriptor.digest)
        if digest != self._descriptor.digest:
            raise errors.digest_mismatch(str(self._provider.reference), self._descriptor.digest, f"it says {digest}")

    def _send(self, method: str, url: str, headers: Mapping[str, str], start: int, end: int) -> Answer:
        response = self._provider.send(
            method,
            url,
            action="store a blob",
            headers={**headers, **({} if end > start else {"Content-Length": "0"})},
            body=(lambda: _Part(self, start, end)) if end > start else b"",
            once=True,
        )
        response.close()
        return response

    def _reached(self, error: StrataError) -> int:
        """Return how many bytes the registry has after a cut, from the address where the upload goes on."""
        try:
            response = self._provider.send("GET", self._location, action="tell how much of a blob it has")
        except _LOST:
            raise _UploadLost(error) from None
        response.close()
        if response.headers.get("Location"):
            self._location = self._provider.location(response)
        match = _RANGE.fullmatch(response.headers.get("Range", ""))
        # `0-0` is what registries say of an upload of no bytes.
        last = int(match[1]) if match else 0
        return min(last + 1, self._descriptor.size) if last else 0

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes of a part. All before it is read, too: the source compares the digest at the end."""
        self._report(start - self._sent)
        self._sent = start
        with self._source.open_blob(self._descriptor) as blob:
            position = 0
            while position < end:
                piece = blob.read(min(PIECE, (start if position < start else end) - position))
                if not piece:
                    raise errors.digest_mismatch(
                        str(self._provider.reference), self._descriptor.digest, f"it ends after {position} bytes"
                    )
                position += len(piece)
                if position > start:
                    yield piece
                    self._sent += len(piece)
                    self._report(len(piece))
            if position == self._descriptor.size:
                blob.read(1)


class _Part:
    """The body of a request: its length is known, its bytes are read while they are sent."""

    def __init__(self, upload: BlobUpload, start: int, end: int) -> None:
        self._upload, self._start, self._end = upload, start, end

    def __len__(self) -> int:
        return self._end - self._start

    def __iter__(self) -> Iterator[bytes]:
        return self._upload.read(self._start, self._end)


class _UploadLost(Exception):
    """The registry knows nothing of an upload any more, or does not take it: it has to begin anew."""

    def __init__(self, error: StrataError) -> None:
        super().__init__(str(error))
        self.error = error
