from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

from strata.check.inventory import Inventories, Inventory
from strata.diff.tagged_layout import TaggedLayout
from strata.diff.view import ImageView
from strata.layouts.verified_blob import VerifiedBlob
from strata.oci.descriptor import LAYER_TAR, Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import File, Layer
from strata.protocol.package import InstalledPackage
from support.oci.images import AMD64, layer, write_layout

STATUS = b"""\
Package: libc6
Status: install ok installed
Source: glibc
Version: 2.41-12+b2

Package: libgcc-s1
Status: install ok installed
Source: gcc-14 (14.2.0-19)
Version: 15:14.2.0-19
Description: a
 long text
 .
 Package: none

Package: removed
Status: deinstall ok config-files
Version: 1

Package: broken
Status: install ok installed
Version: not one
"""
OS_RELEASE = b'PRETTY_NAME="Debian"\nID=debian\nVERSION_CODENAME=trixie\n'
METADATA = b"Metadata-Version: 2.1\nName: Ruamel_Yaml\nVersion: 0.18\n\nName: other\n"
SITE = "usr/lib/python3/site-packages"


def inventory(root: Path, layers: Sequence[Layer], env: Optional[Mapping[str, str]] = None) -> Inventory:
    image = Image.assemble(AMD64, layers, RuntimeConfig(("python",), env=env or {}), annotations={})
    write_layout(root, [image])
    layout = TaggedLayout.open(str(root))
    (view,) = layout.side().images
    return Inventories().of(view, layout.open_blob)


def foreign(root: Path, files: Mapping[str, bytes]) -> Layer:
    """Return a layer as another builder would have written it, with whiteouts."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    descriptor = Descriptor.of(LAYER_TAR, archive.getvalue())
    blob = root / descriptor.blob_path
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(archive.getvalue())
    return Layer(descriptor, descriptor.digest, {"kind": 5})


def described(root: Path, contents: Mapping[str, Any], files: Mapping[str, bytes]) -> Layer:
    return layer(root / "blobs" / "sha256", contents, [File(path, content) for path, content in files.items()])


def test_the_layers_of_strata(tmp_path: Path) -> None:
    found = inventory(
        tmp_path,
        [
            described(
                tmp_path,
                {"kind": "os-packages", "packages": {"libc6": "2.41-12"}},
                {
                    "usr/lib/os-release": OS_RELEASE,
                    "var/lib/dpkg/status.d/libc6": b"Package: libc6\nSource: glibc\nVersion: 2.41-12\n",
                    "var/lib/dpkg/status.d/libc6.md5sums": b"Package: no\nVersion: 1\n",
                },
            ),
            described(tmp_path, {"kind": "interpreter", "version": "3.13.5", "packages": {}}, {"a": b""}),
            described(tmp_path, {"kind": "dependencies", "packages": {"Click": "8.2.1"}}, {"b": b""}),
            described(tmp_path, {"kind": "app", "files": {}}, {f"{SITE}/x-1.dist-info/METADATA": METADATA}),
        ],
    )
    assert found == Inventory(
        "linux/amd64",
        "3.13.5",
        (("click", "8.2.1"),),
        (InstalledPackage("libc6", "2.41-12", "", "glibc", "2.41-12"),),
        "trixie",
    )


def test_the_layers_of_others(tmp_path: Path) -> None:
    lower = {
        "var/lib/dpkg/status": STATUS,
        "etc/os-release": OS_RELEASE,
        f"{SITE}/a-1.dist-info/METADATA": b"Name: a\nVersion: 1\n",
        f"{SITE}/b-1.dist-info/METADATA": b"Name: b\nVersion: 1\n",
        "opt/x/dist-packages/c.dist-info/METADATA": b"Name: c\nVersion: 1\n",
        "srv/y/site-packages/no.dist-info/METADATA": b"Summary: without a name\n",
    }
    upper = {
        f"{SITE}/r-1.dist-info/METADATA": METADATA,
        f"{SITE}/.wh.a-1.dist-info": b"",
        "opt/x/.wh..wh..opq": b"",
    }
    found = inventory(tmp_path, [foreign(tmp_path, lower), foreign(tmp_path, upper)], {"PYTHON_VERSION": "3.12.4"})
    assert found.wheels == (("b", "1"), ("ruamel-yaml", "0.18"))
    assert found.python == "3.12.4"
    assert [package.name for package in found.debian] == ["libc6", "libgcc-s1"]
    assert [package.source_version for package in found.debian] == ["2.41-12", "14.2.0-19"]
    assert (found.release, found.notes) == ("trixie", ())


def test_the_version_of_debians_cpython(tmp_path: Path) -> None:
    status = b"Package: python3.13-minimal\nVersion: 3.13.5-2+deb13u1\n"
    assert inventory(tmp_path, [foreign(tmp_path, {"var/lib/dpkg/status.d/p": status})]).python == "3.13.5"


def test_a_layer_that_is_not_there_or_cannot_be_read(tmp_path: Path) -> None:
    gone = foreign(tmp_path, {"var/lib/dpkg/status": STATUS})
    strange = replace(gone, descriptor=replace(gone.descriptor, media_type="application/x-layer"))
    image = Image.assemble(AMD64, [gone, strange], RuntimeConfig(("python",)), annotations={})
    found = Inventories().of(ImageView.of_image(image), lambda layer: None)
    assert found.notes == (
        "layer 1 cannot be read here: nobody looked for packages in it",
        "layer 2 cannot be read here: nobody looked for packages in it",
    )


def test_a_layer_of_several_images_is_read_once(tmp_path: Path) -> None:
    shared = foreign(tmp_path, {"var/lib/dpkg/status": STATUS})
    image = Image.assemble(AMD64, [shared], RuntimeConfig(("python",)), annotations={})
    write_layout(tmp_path, [image])
    layout, opened = TaggedLayout.open(str(tmp_path)), list[str]()

    def open_blob(layer: Descriptor) -> Optional[VerifiedBlob]:
        opened.append(layer.digest)
        return layout.open_blob(layer)

    inventories = Inventories()
    first, second = (inventories.of(ImageView.of_image(image), open_blob) for _ in range(2))
    assert (opened, first) == ([shared.descriptor.digest], second)
