"""This module has the readers of what anybody may have written, each with valid inputs to begin with."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable
from unittest.mock import patch

from fuzz.archives import (
    debian_packages,
    documents,
    layers,
    read_debian_package,
    read_documents,
    read_layer,
    read_sdist,
    read_standalone_build,
    read_wheel,
    sdists,
    standalone_builds,
    wheels,
)
from fuzz.registries import (
    answers,
    base_documents,
    base_layers,
    base_locks,
    lists_of_referrers,
    read_answer,
    read_base_documents,
    read_base_layer,
    read_list_of_referrers,
    read_lock_of_a_base,
)
from strata.audit.contents import evidence_of_file
from strata.debian.apt_sources import apt_mirrors
from strata.debian.index import IndexText, PackageIndex
from strata.debian.lock_reader import read_debian_lock
from strata.debian.shipped import shipped_base_lock
from strata.fetch import debian_release
from strata.fetch.credentials import Credentials
from strata.fetch.pip_config import PipConfig
from strata.fetch.simple_index import read_page
from strata.fetch.url import Refused, readable
from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.reader import read_lock
from strata.oci.platform import Platform
from strata.sign.formats import simple_signing
from strata.sign.formats.bundle import Bundle
from strata.sign.formats.claims import Unreadable
from strata.sign.keys.public import PublicKey
from support.locks import example
from support.signing import cosign

PLATFORM = Platform("linux", "amd64")
ENVIRONMENT = marker_environment("3.13.5", PLATFORM)
TAGS = wheel_tags("3.13.5", (2, 41), PLATFORM)
SHA256 = "a" * 64


@dataclass(frozen=True)
class Reader:
    """A reader.

    :param seeds: makes valid inputs in an empty folder.
    :param read: reads an input in an empty folder, and raises StrataError or Refused for one that it refuses.
    """

    seeds: Callable[[Path], Sequence[bytes]]
    read: Callable[[bytes, Path], object]


_PARAGRAPHS = f"""\
Package: app
Version: 1:1.0-1+deb12u5
Architecture: amd64
Pre-Depends: lib (>= 1.2~rc1)
Depends: other | virtual (<< 2), lib:any
Filename: pool/main/a/app_1.0_amd64.deb
Size: 1000
SHA256: {SHA256}

Package: lib
Version: 1.3
Architecture: all
Provides: virtual (= 1.5)
Priority: required
Filename: pool/lib.deb
Size: 10
SHA256: {SHA256}
"""


def _read_debian_index(content: bytes, folder: Path) -> None:
    index = PackageIndex([IndexText("debian", content.decode("utf-8", "replace"))])
    for name in ("app", "lib", "virtual", "other"):
        for package in index.candidates(name):
            for relation in (one for alternatives in package.depends for one in alternatives):
                for candidate in index.candidates(relation.name):
                    candidate.satisfies(relation)


_RELEASE = f"""\
Suite: stable
Codename: trixie
Date: Sat, 06 Sep 2025 10:00:00 UTC
Valid-Until: Sat, 13 Sep 2025 10:00:00 UTC
Acquire-By-Hash: yes
SHA256:
 {SHA256} 1000 main/binary-amd64/Packages
 {SHA256} 100 main/binary-amd64/Packages.xz
"""


def _read_release(content: bytes, folder: Path) -> None:
    # gpgv would refuse whatever is changed: the text that it takes is what is read here.
    with patch.object(debian_release, "_signed_text", lambda signed, *_: signed.decode("utf-8", "replace")):
        now = datetime(2025, 9, 7, tzinfo=timezone.utc)
        debian_release.read_release(content, "trixie", (), now).listed_index("main", "amd64")


def _read_debian_lock(content: bytes, folder: Path) -> None:
    read_debian_lock(content.decode("utf-8", "replace"), "base.lock.json")


def _lock_reader(where: str, pyproject: str = "") -> Callable[[bytes, Path], object]:
    text = example(pyproject, "pyproject.toml") if pyproject else None

    def read(content: bytes, folder: Path) -> None:
        read_lock(content.decode("utf-8", "replace"), text, where, environment=ENVIRONMENT, tags=TAGS)

    return read


_PYLOCK = f"""\
lock-version = "1.0"
created-by = "tests"
requires-python = ">=3.9"

[[packages]]
name = "demo"
version = "1.0"
marker = "python_version >= '3.9' and (os_name == 'posix' or extra == 'x')"

[[packages.wheels]]
name = "demo-1.0-py3-none-any.whl"
url = "https://index.example/d.whl"
hashes = {{ sha256 = "{SHA256}" }}
"""
_PEX_LOCK = json.dumps(
    {
        "allow_builds": True,
        "allow_wheels": True,
        "locked_resolves": [
            {
                "locked_requirements": [
                    {
                        "artifacts": [
                            {
                                "algorithm": "sha256",
                                "hash": SHA256,
                                "url": "https://index.example/demo-1.0-py3-none-any.whl",
                            }
                        ],
                        "project_name": "demo",
                        "requires_dists": ["other>=1; os_name == 'nt'"],
                        "requires_python": ">=3.9",
                        "version": "1.0",
                    }
                ],
                "platform_tag": None,
            }
        ],
        "path_mappings": {},
        "pex_version": "2.1.137",
        "prefer_older_binary": False,
        "requirements": ["demo"],
        "requires_python": [">=3.9"],
        "resolver_version": "pip-2020-resolver",
        "style": "universal",
        "target_systems": ["linux"],
        "transitive": True,
    },
    indent=1,
)


_HTML = f"""\
<!DOCTYPE html><html><head><base href="/x/"><title>Links</title></head><body>
<a href="../files/demo-1.0-py3-none-any.whl#sha256={SHA256}" data-requires-python="&gt;=3.9">demo</a>
<a href="https://files.example/demo-1.0.tar.gz?token=a%2Fb#egg=demo&amp;sha256={SHA256}">demo</a></body></html>
""".encode()
_JSON = json.dumps(
    {"files": [{"filename": "demo-1.0-py3-none-any.whl", "url": "../x.whl", "hashes": {"sha256": SHA256}}]}
).encode()


def _read_page(content: bytes, folder: Path) -> None:
    kind = "application/json" if content.startswith(b"{") else "text/html"
    for link in read_page(content, kind, "https://index.example/simple/demo/"):
        try:
            readable(link.url, link.page)
        except Refused:
            continue


def _read_url(content: bytes, folder: Path) -> None:
    readable(content.decode("utf-8", "replace"), "https://index.example/")


def _read_netrc(content: bytes, folder: Path) -> None:
    (folder / "netrc").write_bytes(content)
    with patch.dict(os.environ, {"NETRC": str(folder / "netrc")}):
        Credentials(["https://index.example/simple"]).authorization("https://index.example/x")


def _read_pip_config(content: bytes, folder: Path) -> None:
    (folder / "pip.conf").write_bytes(content)
    PipConfig.read({"PIP_CONFIG_FILE": str(folder / "pip.conf")}, "https://index.example/simple")


def _read_apt(content: bytes, folder: Path) -> None:
    text = content.decode("utf-8", "replace")
    apt_mirrors({"a.sources": text, "b.list": text})


def _read_script(content: bytes, folder: Path) -> None:
    list(evidence_of_file("usr/bin/tool", True, io.BytesIO(content)))


def _scripts(folder: Path) -> Sequence[bytes]:
    text = b"#!/usr/bin/python3\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("pip/_internal/__init__.py", "")
        target.writestr("pip-25.1.dist-info/METADATA", "")
    outer, tar = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("inner.zip", packed.getvalue())
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("pip/_internal/__init__.py"))
    program = (
        b"\x7fELF" + bytes(99) + b"uv_installer conda.cli.main uv_resolver conda.core.solve MEI\014\013\012\013\016"
    )
    zipped = packed.getvalue()
    return [
        text,
        b"#!/usr/bin/python3\nimport sys\nsys.exit('no pip')\n",
        *(text[:19] + zipped, program + zipped, program, outer.getvalue(), tar.getvalue()),
        *(gzip.compress(zipped), bz2.compress(zipped), lzma.compress(zipped)),
    ]


def _read_bundle(content: bytes, folder: Path) -> None:
    try:
        Bundle.from_bytes(content).claim("a bundle").signers(_SIGNERS)
    except Unreadable as reason:
        raise Refused(str(reason)) from None


def _read_signature(content: bytes, folder: Path) -> None:
    """Read a payload behind its signature, with a line break between them."""
    signature, _, payload = content.partition(b"\n")
    annotations = {simple_signing.ANNOTATION: signature.decode("utf-8", "replace")}
    try:
        simple_signing.claim(payload, annotations, "a layer").signers(_SIGNERS)
    except Unreadable as reason:
        raise Refused(str(reason)) from None


_SIGNERS = [PublicKey.from_pem("cosign.pub", cosign.PUBLIC_KEY)]
_SIGNATURE = cosign.ANNOTATIONS[simple_signing.ANNOTATION].encode() + b"\n" + cosign.PAYLOAD


def _read_public_key(content: bytes, folder: Path) -> None:
    PublicKey.from_pem("release.pub", content)


def _of(*seeds: str | bytes) -> Callable[[Path], Sequence[bytes]]:
    return lambda folder: [seed if isinstance(seed, bytes) else seed.encode() for seed in seeds]


READERS = {
    "wheel": Reader(wheels, read_wheel),
    "source distribution": Reader(sdists, read_sdist),
    "Debian package": Reader(debian_packages, read_debian_package),
    "standalone build of CPython": Reader(standalone_builds, read_standalone_build),
    "Debian index": Reader(_of(_PARAGRAPHS), _read_debian_index),
    "Debian release file": Reader(_of(_RELEASE), _read_release),
    "Debian lock": Reader(lambda folder: [shipped_base_lock("trixie").encode()], _read_debian_lock),
    "requirements": Reader(_of(example("requirements", "requirements.txt")), _lock_reader("requirements.txt")),
    "uv.lock": Reader(_of(example("uv", "uv.lock")), _lock_reader("uv.lock", "uv")),
    "poetry.lock": Reader(_of(example("poetry_2_1", "poetry.lock")), _lock_reader("poetry.lock", "poetry_2_1")),
    "pylock.toml": Reader(_of(_PYLOCK), _lock_reader("pylock.toml")),
    "lock of Pex": Reader(_of(_PEX_LOCK), _lock_reader("pex.lock")),
    "layer": Reader(layers, read_layer),
    "documents of a layout": Reader(documents, read_documents),
    "page of an index": Reader(_of(_HTML, _JSON), _read_page),
    "URL": Reader(_of("https://me:secret@index.example:8443/a/b%20c?x=1#y", "https://[::1]:80/x"), _read_url),
    "netrc": Reader(_of("machine index.example login me password secret\ndefault login x password y\n"), _read_netrc),
    "pip.conf": Reader(_of("[global]\nindex-url = https://index.example/simple\ntimeout = 30\n"), _read_pip_config),
    "apt sources": Reader(
        _of(
            "Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie trixie-updates\nComponents: main\n",
            "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian trixie main\n",
        ),
        _read_apt,
    ),
    "script or program": Reader(_scripts, _read_script),
    "answer of a registry": Reader(answers, read_answer),
    "list of referrers": Reader(lists_of_referrers, read_list_of_referrers),
    "documents of a base": Reader(base_documents, read_base_documents),
    "layer of a base": Reader(base_layers, read_base_layer),
    "lock of a base": Reader(base_locks, read_lock_of_a_base),
    "sigstore bundle": Reader(_of(cosign.BUNDLE, cosign.ATTESTATION), _read_bundle),
    "signature of cosign": Reader(_of(_SIGNATURE), _read_signature),
    "public key": Reader(_of(cosign.PUBLIC_KEY), _read_public_key),
}
