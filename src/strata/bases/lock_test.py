from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Callable

import pytest

from strata.bases.findings import Findings
from strata.bases.lock import BaseLock, LockedBase, base_lock_text, read_base_lock
from strata.errors import StrataError
from strata.protocol.bases.fetch_base import BaseLayer

PIP = {"path": "usr/lib/pip", "project": "pip", "kind": "package", "version": "25.1"}
LOCK = BaseLock(
    "registry.example/team/base:1",
    f"sha256:{'a' * 64}",
    {
        "linux/amd64": LockedBase(
            f"sha256:{'b' * 64}",
            (BaseLayer("application/vnd.oci.image.layer.v1.tar+gzip", f"sha256:{'c' * 64}", 5, f"sha256:{'d' * 64}"),),
            Findings(
                ((PIP,),),
                {"libc6": "2.41-12"},
                {"usr/lib/x86_64-linux-gnu/libc.so.6": "2.41"},
                {"usr/local/bin/python3.13": "3.13.5"},
                "debian-13",
                {"libc6": {"source": "glibc"}},
                {"click": ("8.1", "8.2")},
                ("libc.so.6", "libz.so.1"),
            ),
        )
    },
)


def test_lock_is_read_as_it_was_written() -> None:
    text = base_lock_text(LOCK)
    assert read_base_lock(text.encode(), "base.oci.json") == LOCK
    assert text.endswith("}\n")
    assert '\n   "packages": {\n    "libc6": "2.41-12"\n   },\n' in text


@pytest.mark.parametrize(
    "change, problem",
    [
        (lambda text: "<<<<<<< HEAD\n", "is not JSON: line 1, column 1"),
        (lambda text: "[]", "is wrong: the document is a list, not an object"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "is wrong: format is 2, not 1"),
        (
            lambda text: text.replace('"size": 5', '"size": -5'),
            'is wrong: platforms["linux/amd64"].layers[0].size is -5, not a whole number from 0',
        ),
        (
            lambda text: text.replace("2.41-12", "1 2"),
            'is wrong: platforms["linux/amd64"].packages["libc6"] is "1 2", not a version of a Debian package',
        ),
        (
            lambda text: text.replace('"8.2"', "8"),
            'is wrong: platforms["linux/amd64"].distributions["click"][1] is 8, not a text',
        ),
        (
            lambda text: text.replace('"libz.so.1"', "1"),
            'is wrong: platforms["linux/amd64"].libraries[1] is 1, not a text',
        ),
        (
            lambda text: text.replace("bin/python3.13", "bin/perl"),
            'is wrong: a name in platforms["linux/amd64"].pythons is "usr/local/bin/perl", not a path of CPython',
        ),
    ],
)
def test_lock_is_damaged(change: Callable[[str], str], problem: str) -> None:
    with pytest.raises(StrataError) as caught:
        read_base_lock(change(base_lock_text(LOCK)).encode(), "src/base.oci.json")
    assert str(caught.value.at("src:base")) == (
        f"src:base: The lock file src/base.oci.json cannot be read: it {problem}.\n"
        "Fix: restore it from version control, or make it again with `./pants generate-lockfiles --resolve=src:base`."
    )


def test_lock_of_an_earlier_version_of_strata() -> None:
    fields: dict[str, Any] = json.loads(base_lock_text(LOCK))
    for name in ("system", "details", "distributions", "libraries"):
        del fields["platforms"]["linux/amd64"][name]
    found = read_base_lock(json.dumps(fields).encode(), "base.oci.json").platforms["linux/amd64"].findings
    assert (found.system, found.details, found.distributions, found.libraries) == ("", {}, None, None)
    again = BaseLock(LOCK.image, LOCK.digest, {"linux/amd64": replace(LOCK.platforms["linux/amd64"], findings=found)})
    assert json.loads(base_lock_text(again)) == fields


def test_lock_names_what_a_layout_needs() -> None:
    fields: dict[str, Any] = json.loads(base_lock_text(LOCK))
    assert fields["platforms"]["linux/amd64"]["layers"][0] == {
        "media_type": "application/vnd.oci.image.layer.v1.tar+gzip",
        "digest": f"sha256:{'c' * 64}",
        "size": 5,
        "diff_id": f"sha256:{'d' * 64}",
        "installers": [PIP],
    }
