from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.layers.os_packages import run
from strata.protocol.os_packages_layer import Request, Result
from strata.protocol.package import InstalledPackage, Package
from strata.protocol.system_layer import Parts
from support.debian_packages import Member, directory, symlink, write_deb
from support.oci.layers import blob_of

BASE_FILES = [
    directory("./etc", 0o755),
    Member("./etc/debian_version", b"13.8\n"),
    directory("./etc/update-motd.d"),
    Member("./etc/update-motd.d/10-uname", mode=0o755),
    directory("./root", 0o700),
    directory("./tmp", 0o1777),
    directory("./usr/lib"),
    directory("./var/run"),
    symlink("./lib", "usr/lib"),
]
LIBRARY = [
    Member("./lib/triplet/libx.so.1", b"library"),
    symlink("./usr/lib/triplet/libx.so", "libx.so.1"),
    Member("./usr/share/doc/libx/copyright", b"free"),
    Member("./usr/share/doc/libx/changelog.gz"),
    symlink("./usr/share/doc/libx-data", "libx"),
    Member("./usr/share/man/man1/x.1.gz"),
    Member("./usr/share/locale/hu/LC_MESSAGES/x.mo"),
]


def layer_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **packages: list[Member]
) -> tuple[Result, dict[str, str]]:
    """The verb's result, and the layer's listing: path → mode, owner, and target or contents."""
    monkeypatch.chdir(tmp_path)
    requested = []
    for name, members in packages.items():
        name = name.replace("_", "-")
        write_deb(tmp_path / f"{name}.deb", members, name=name)
        requested.append(Package(name, "1.0", Path(f"{name}.deb")))
    result = run(Request(tuple(requested), "gzip"))
    listing = {}
    with tarfile.open(blob_of(result.layer)) as layer:
        for member in layer:
            extracted = layer.extractfile(member) if member.isfile() else None
            detail = extracted.read().decode() if extracted else member.linkname
            listing[member.name] = f"{member.mode:04o} {member.uid}:{member.gid} {detail}".rstrip()
    return result, listing


def test_base_files_and_what_their_script_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result, listing = layer_of(tmp_path, monkeypatch, base_files=BASE_FILES)
    assert result.layer.contents == {
        "kind": "os-packages",
        "packages": {"base-files": "1.0"},
        "installers": [],
        "format": 4,
    }
    assert listing.pop("etc/nsswitch.conf").startswith("0644 0:0 passwd:         files\n")
    plain = [
        "dev etc etc/dpkg etc/dpkg/origins etc/opt home media mnt opt proc run srv sys usr usr/lib usr/local",
        "usr/local/bin usr/local/etc usr/local/include usr/local/lib usr/local/sbin usr/local/share usr/local/src",
        "var var/lib var/lib/dpkg var/lib/dpkg/status.d var/opt",
    ]
    assert listing == {
        **dict.fromkeys(" ".join(plain).split(), "0755 0:0"),
        "etc/debian_version": "0644 0:0 13.8",
        "etc/dpkg/origins/default": "0777 0:0 debian",
        "etc/group": "0644 0:0 root:x:0:\nnobody:x:65534:\nnonroot:x:65532:",
        "etc/passwd": "0644 0:0 root:x:0:0:root:/root:/sbin/nologin\n"
        "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n"
        "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin",
        "home/nonroot": "0700 65532:65532",
        "lib": "0777 0:0 usr/lib",
        "root": "0700 0:0",
        "run/lock": "1777 0:0",
        "tmp": "1777 0:0",
        "var/lib/dpkg/status.d/base-files": "0644 0:0 Package: base-files\nVersion: 1.0\nArchitecture: amd64",
        "var/lib/dpkg/status.d/base-files.md5sums": "0644 0:0",
        "var/lock": "0777 0:0 /run/lock",
        "var/run": "0777 0:0 /run",
        "var/tmp": "1777 0:0",
    }


def test_documentation_stays_out_and_licences_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result, listing = layer_of(tmp_path, monkeypatch, libx=LIBRARY)
    assert result.parts == Parts((InstalledPackage("libx", "1.0", "amd64", "libx", "1.0"),))
    assert {path: line for path, line in listing.items() if not line.startswith("0755")} == {
        "usr/lib/triplet/libx.so": "0777 0:0 libx.so.1",
        "usr/lib/triplet/libx.so.1": "0644 0:0 library",
        "usr/share/doc/libx-data": "0777 0:0 libx",
        "usr/share/doc/libx/copyright": "0644 0:0 free",
        "var/lib/dpkg/status.d/libx": "0644 0:0 Package: libx\nVersion: 1.0\nArchitecture: amd64",
        "var/lib/dpkg/status.d/libx.md5sums": "0644 0:0",
    }


def test_checksums_are_listed_of_files_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The fixture lists one checksum, of a file with the name of the package.
    _, listing = layer_of(tmp_path, monkeypatch, libx=[Member("./libx", b"library")])
    assert listing["var/lib/dpkg/status.d/libx.md5sums"] == f"0644 0:0 {'0' * 32}  libx"


def test_certificates_become_one_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = [
        Member("./usr/share/ca-certificates/mozilla/B.crt", b"b"),
        Member("./usr/share/ca-certificates/mozilla/A.crt", b"a\n\n"),
        Member("./usr/share/ca-certificates/mozilla/README", b"no certificate"),
    ]
    _, listing = layer_of(tmp_path, monkeypatch, ca_certificates=certificates)
    assert listing["etc/ssl/certs/ca-certificates.crt"] == "0644 0:0 a\nb"
    assert listing["usr/lib/ssl/cert.pem"] == "0777 0:0 /etc/ssl/certs/ca-certificates.crt"
    assert listing["usr/lib/ssl/certs"] == "0777 0:0 /etc/ssl/certs"
    assert "etc/passwd" not in listing


def test_the_time_zone_is_utc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, listing = layer_of(tmp_path, monkeypatch, tzdata=[Member("./usr/share/zoneinfo/Etc/UTC")])
    assert listing["etc/localtime"] == "0777 0:0 /usr/share/zoneinfo/Etc/UTC"
    assert listing["etc/timezone"] == "0644 0:0 Etc/UTC"


def test_localhost_has_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, listing = layer_of(tmp_path, monkeypatch, netbase=[Member("./etc/services")])
    assert listing["etc/hosts"] == ("0644 0:0 127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost ip6-loopback")


def test_the_order_of_the_request_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = layer_of(tmp_path, monkeypatch, base_files=BASE_FILES, libx=LIBRARY)
    second, _ = layer_of(tmp_path, monkeypatch, libx=LIBRARY, base_files=BASE_FILES)
    assert first == second


def test_equal_files_of_two_packages_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, listing = layer_of(tmp_path, monkeypatch, a=[Member("./etc/x", b"1")], b=[Member("./etc/x", b"1")])
    assert listing["etc/x"] == "0644 0:0 1"


def test_different_files_of_two_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StrataError) as caught:
        layer_of(tmp_path, monkeypatch, a=[Member("./etc/x", b"1")], b=[Member("./etc/x", b"2")])
    assert str(caught.value) == (
        "Two packages contain different files 'etc/x'.\nFound:\n  a\n  b\nFix: leave one of the two packages out."
    )


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layer_of(tmp_path, monkeypatch, libx=LIBRARY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blobs", "libx.deb"]
