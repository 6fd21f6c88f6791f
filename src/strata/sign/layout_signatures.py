"""This module finds and stores signatures beside a layout, in the folders with the documents about its images.

    image.attest/linux-amd64/sbom.cdx.json
    image.attest/linux-amd64/sbom.cdx.KEY.sigstore.json    a bundle around that document
    image.attest/index/signature.KEY.sigstore.json         a bundle over the index

KEY is the beginning of the SHA-256 of the key, or of the identity. Nothing may lie in the layout itself beside what the
specification names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from strata.attest.documents import BUNDLE_SUFFIX, documents_path
from strata.errors.signatures import keys as errors
from strata.layouts.finding import printable
from strata.oci.descriptor import Descriptor
from strata.sign import limits
from strata.sign.formats import bundle
from strata.sign.formats.bundle import Bundle, BundleMaker
from strata.sign.formats.claims import Claim, Unreadable
from strata.sign.verify import Found

_KEY_DIGITS = 12


@dataclass(frozen=True)
class LayoutSignatures:
    """The signatures beside a layout.

    :param folder: of strata.attest.documents.
    """

    folder: Path

    @classmethod
    def beside(cls, layout: Path) -> LayoutSignatures:
        """Return those of a layout."""
        return cls(Path(documents_path(str(layout))))

    def found(self, subjects: Sequence[Descriptor]) -> Found:
        """Return all claims about manifests and indexes."""
        claims, unreadable, wanted = [], [], {each.digest for each in subjects}
        for path in islice(sorted(self.folder.glob(f"*/*{BUNDLE_SUFFIX}")), limits.SIGNATURES):
            place = printable(str(path))
            try:
                claim = Bundle.from_bytes(read_bytes(path)).claim(place)
            except Unreadable as reason:
                unreadable.append(f"{place} {reason}")
                continue
            if claim.subjects & wanted or not claim.subjects:
                claims.append(claim)
        return Found(tuple(claims), tuple(unreadable), (printable(f"{self.folder}/*/*{BUNDLE_SUFFIX}"),))

    def add_bundle(self, folder: str, name: str, payload: bytes, maker: BundleMaker) -> bool:
        """Write a bundle with a signed statement. Return whether there was none of this signer over the same before.

        :param name: what the statement is: `signature`, or the name of the document without `.json`.
        """
        message = bundle.signed_bytes(payload)
        path = self.folder / folder / f"{name}.{maker.id[:_KEY_DIGITS]}{BUNDLE_SUFFIX}"
        if any(each.message == message and maker.made(each) for each in _claims(path)):
            return False
        made = maker.bundle(payload)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made)
        except OSError as error:
            raise errors.unwritable_file(printable(str(path)), error.strerror or "unknown reason") from None
        return True


def _claims(path: Path) -> Iterator[Claim]:
    """Yield what a bundle says; nothing where there is none that can be read."""
    try:
        yield Bundle.from_bytes(read_bytes(path)).claim(str(path))
    except Unreadable:
        return


def read_bytes(path: Path) -> bytes:
    """Return a signature or a document. Raise Unreadable where it cannot be read, or is too long."""
    try:
        with path.open("rb") as stream:
            content = stream.read(limits.BUNDLE_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    if len(content) > limits.BUNDLE_BYTES:
        raise Unreadable(f"has more than {limits.BUNDLE_BYTES} bytes")
    return content
