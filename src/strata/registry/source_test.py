from __future__ import annotations

import json
from contextlib import nullcontext

import pytest

from strata.errors import StrataError
from strata.layouts.limits import DOCUMENTS
from strata.oci.descriptor import INDEX, Descriptor
from strata.registry.source import read_tree

DEEP = 3000


class Chain:
    """An index that names an index, and so on."""

    def __init__(self, levels: int) -> None:
        self.contents: dict[str, bytes] = {}
        named: list[Descriptor] = []
        for _ in range(levels):
            index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [each.to_json() for each in named]}
            content = json.dumps(index).encode()
            named = [Descriptor.of(INDEX, content)]
            self.contents[named[0].digest] = content
        (self.root,) = named

    def read(self, descriptor: Descriptor) -> bytes:
        return self.contents[descriptor.digest]

    def open_blob(self, descriptor: Descriptor) -> nullcontext[None]:
        raise AssertionError("an index has no blobs")


def test_indexes_in_indexes() -> None:
    chain = Chain(DEEP)
    tree = read_tree(chain, chain.root, "registry.example/app")  # type: ignore[arg-type]
    assert [descriptor.digest for descriptor, _ in tree.documents] == list(chain.contents)
    assert tree.blobs == ()


def test_more_documents_than_any_image_has() -> None:
    chain = Chain(DOCUMENTS + 1)
    with pytest.raises(StrataError, match=f"leads to more than {DOCUMENTS} documents or 268435456 bytes"):
        read_tree(chain, chain.root, "registry.example/app")  # type: ignore[arg-type]
