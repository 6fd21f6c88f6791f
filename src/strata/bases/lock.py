"""This module has the lock of a base: the image that a tag named when the lock was made, and what it holds.

It is a JSON file, sorted and with one value a line, so that a renewal shows what changed:

    {"format": 1,
     "image": "registry.example/team/base:1",
     "digest": "sha256:…",
     "platforms": {"linux/amd64": {
        "manifest": "sha256:…",
        "layers": [{"media_type": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:…", "size": 30000000,
                    "diff_id": "sha256:…", "installers": []}],
        "packages": {"libc6": "2.41-12"},
        "c_libraries": {"usr/lib/x86_64-linux-gnu/libc.so.6": "2.41"},
        "pythons": {"usr/local/bin/python3.13": "3.13.5"},
        "system": "debian-13",
        "details": {"libc6": {"source": "glibc"}, "tzdata": {"architecture": "all"}},
        "distributions": {"click": ["8.2.1"]},
        "libraries": ["libc.so.6"]}}}

Locks that were made by earlier versions of Strata lack the last four. Three of these are for bills of materials alone;
`libraries` are those that wheels may need.
What the layers hold is found once, when the lock is made. So a build knows it without fetching a layer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from strata.bases.findings import Findings
from strata.debian.packages.installed import VERSION
from strata.errors import oci_base as errors
from strata.oci.documents import NotJson, parse
from strata.oci.shape import count, exactly, list_of, map_of, matching, struct, text
from strata.oci.spec import digest, media_type
from strata.protocol.bases.fetch_base import BaseLayer

FORMAT = 1

_shape = struct(
    {
        "format": exactly(FORMAT),
        "image": text,
        "digest": digest,
        "platforms": map_of(
            struct(
                {
                    "manifest": digest,
                    "layers": list_of(
                        struct(
                            {
                                "media_type": media_type,
                                "digest": digest,
                                "size": count,
                                "diff_id": digest,
                                "installers": list_of(
                                    struct({"path": text, "project": text, "kind": text}, {"version": text})
                                ),
                            }
                        )
                    ),
                    "packages": map_of(matching(VERSION.pattern, "a version of a Debian package")),
                    "c_libraries": map_of(matching(r"musl|\d+\.\d+", "a version of a C library")),
                    "pythons": map_of(text, matching(r"(.+/)?bin/python3\.\d+", "a path of CPython")),
                },
                {
                    "system": text,
                    "details": map_of(struct({}, {"source": text, "architecture": text})),
                    "distributions": map_of(list_of(text)),
                    "libraries": list_of(text),
                },
            )
        ),
    }
)


@dataclass(frozen=True)
class LockedBase:
    """A base for one platform: the digest of its manifest, its layers, and what they hold."""

    manifest: str
    layers: tuple[BaseLayer, ...]
    findings: Findings


@dataclass(frozen=True)
class BaseLock:
    """`image` is the reference in the target, `digest` what it named; `platforms` are by name, `linux/amd64`."""

    image: str
    digest: str
    platforms: Mapping[str, LockedBase] = field(hash=False)


def base_lock_text(lock: BaseLock) -> str:
    """Return the text of a lock file, with a newline at its end: one text for equal locks."""
    document = {
        "format": FORMAT,
        "image": lock.image,
        "digest": lock.digest,
        "platforms": {platform: _platform(locked) for platform, locked in lock.platforms.items()},
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def read_base_lock(content: bytes, where: str) -> BaseLock:
    """Return the lock of a file. Raise StrataError where it is damaged; `where` is its path."""
    try:
        document = parse(content)
    except NotJson as reason:
        raise errors.lock_damaged(where, str(reason)) from None
    problem = next(_shape(document, ""), None)
    if problem:
        raise errors.lock_damaged(where, f"is wrong: {problem}")
    platforms = {platform: _locked(fields) for platform, fields in document["platforms"].items()}
    return BaseLock(document["image"], document["digest"], platforms)


def _platform(locked: LockedBase) -> dict[str, Any]:
    found = locked.findings
    fields = {
        "manifest": locked.manifest,
        "layers": [
            {**asdict(layer), "installers": list(installers)}
            for layer, installers in zip(locked.layers, found.installers)
        ],
        "packages": dict(found.packages),
        "c_libraries": dict(found.c_libraries),
        "pythons": dict(found.pythons),
    }
    if found.distributions is not None:
        fields["system"] = found.system
        fields["details"] = {name: dict(details) for name, details in found.details.items()}
        fields["distributions"] = {name: list(versions) for name, versions in found.distributions.items()}
    if found.libraries is not None:
        fields["libraries"] = list(found.libraries)
    return fields


def _locked(fields: Mapping[str, Any]) -> LockedBase:
    layers, distributions, libraries = fields["layers"], fields.get("distributions"), fields.get("libraries")
    return LockedBase(
        fields["manifest"],
        tuple(BaseLayer(each["media_type"], each["digest"], each["size"], each["diff_id"]) for each in layers),
        Findings(
            tuple(tuple(each["installers"]) for each in layers),
            fields["packages"],
            fields["c_libraries"],
            fields["pythons"],
            fields.get("system", ""),
            fields.get("details", {}),
            None if distributions is None else {name: tuple(each) for name, each in distributions.items()},
            None if libraries is None else tuple(libraries),
        ),
    )
