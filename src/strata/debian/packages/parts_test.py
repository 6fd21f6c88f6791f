from __future__ import annotations

from pathlib import Path

from strata.debian.packages.parts import parts_of
from strata.oci.entry import File, Symlink
from strata.protocol.package import InstalledPackage
from strata.protocol.system_layer import Parts

LISTS, DOC = "var/lib/dpkg/status.d", "usr/share/doc"
DEP5 = b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-3+\n"


def test_what_packages_say_of_themselves(tmp_path: Path) -> None:
    unpacked = tmp_path / "copyright"
    unpacked.write_bytes(DEP5)
    found = parts_of(
        [
            File(f"{LISTS}/libgcc-s1", b"Package: libgcc-s1\nVersion: 14.2\nSource: gcc-14\nDepends: libc6\n"),
            File(f"{LISTS}/gcc-14-base", b"Package: gcc-14-base\nVersion: 14.2\nSource: gcc-14\n"),
            File(f"{LISTS}/gcc-14-base.md5sums", b"00  usr/share/doc/gcc-14-base/copyright\n"),
            File(f"{LISTS}/free", b"Package: free\nVersion: 1\n"),
            Symlink(f"{DOC}/libgcc-s1", "gcc-14-base"),
            File(f"{DOC}/gcc-14-base/copyright", unpacked),
            File(f"{DOC}/free/copyright", b"It is free.\n"),
            File(f"{DOC}/other/copyright", DEP5),
        ]
    )
    assert found == Parts(
        (
            InstalledPackage("free", "1", "", "free", "1"),
            InstalledPackage("gcc-14-base", "14.2", "", "gcc-14", "14.2"),
            InstalledPackage("libgcc-s1", "14.2", "", "gcc-14", "14.2", "libc6"),
        ),
        {"gcc-14-base": ("GPL-3+",), "libgcc-s1": ("GPL-3+",)},
    )


def test_a_layer_without_packages() -> None:
    assert parts_of([File("usr/bin/python3.12", b"")]) == Parts()
