"""This module generates the files that the scripts of Debian packages would have made.

Scripts never run: they need a running system, and their output differs from run to run. One file is left out: Debian's
loader does not need the cache of `ldconfig`, since it searches usr/lib/TRIPLET by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from strata.debian.packages.archive import MERGED_INTO_USR
from strata.oci.entry import Directory, Entry, File, Symlink

NONROOT = 65532
"""The user that images run as by default, with the number and name that the distroless images gave it."""

# There is no shell to log in with; the names are those that programs look up.
_PASSWD = f"""\
root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:{NONROOT}:{NONROOT}:nonroot:/home/nonroot:/sbin/nologin
"""
_GROUP = f"""\
root:x:0:
nobody:x:65534:
nonroot:x:{NONROOT}:
"""
# The file of Debian's libc-bin, without services that need daemons: names come from files, then from DNS.
_NSSWITCH = """\
passwd:         files
group:          files
shadow:         files
hosts:          files dns
networks:       files
protocols:      files
services:       files
ethers:         files
rpc:            files
"""

# Container engines mount their own over it; runtimes that do not would leave localhost without an address.
_HOSTS = """\
127.0.0.1\tlocalhost
::1\t\tlocalhost ip6-localhost ip6-loopback
"""

_BUNDLE = "etc/ssl/certs/ca-certificates.crt"
_CERTIFICATES = "usr/share/ca-certificates/"
_ZONE = "Etc/UTC"


def generated_files(packages: Collection[str], entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the files, by path; they replace the packages' own files of these paths.

    :param packages: names. A file is generated only if the package is there whose script would make it.
    :param entries: all entries of the packages.
    """
    generated: list[Entry] = []
    if "base-files" in packages:
        generated += _system(entries)
    if "ca-certificates" in packages:
        generated += _certificate_bundle(entries)
    if "netbase" in packages:
        generated.append(File("etc/hosts", _HOSTS.encode()))
    if "tzdata" in packages:
        generated += [
            Symlink("etc/localtime", f"/usr/share/zoneinfo/{_ZONE}"),
            File("etc/timezone", f"{_ZONE}\n".encode()),
        ]
    return {entry.path: entry for entry in generated}


def _system(entries: Mapping[str, Entry]) -> list[Entry]:
    """Return the output of base-files' script, the merged /usr of a release that does not ship it, and users."""
    merged = [Symlink(name, f"usr/{name}") for name in MERGED_INTO_USR if f"usr/{name}" in entries]
    empty = ["dev", "etc/opt", "home", "media", "mnt", "opt", "proc", "run", "srv", "sys", "usr/local", "var/opt"]
    local = [f"usr/local/{name}" for name in ("bin", "etc", "include", "lib", "sbin", "share", "src")]
    return [
        *merged,
        *(Directory(path) for path in [*empty, *local]),
        Directory("root", 0o700),
        Directory("home/nonroot", 0o700, NONROOT, NONROOT),
        *(Directory(path, 0o1777) for path in ("tmp", "var/tmp", "run/lock")),
        # The package has directories there, and its script puts these links in their place.
        Symlink("var/run", "/run"),
        Symlink("var/lock", "/run/lock"),
        Symlink("etc/dpkg/origins/default", "debian"),
        File("etc/passwd", _PASSWD.encode()),
        File("etc/group", _GROUP.encode()),
        File("etc/nsswitch.conf", _NSSWITCH.encode()),
    ]


def _certificate_bundle(entries: Mapping[str, Entry]) -> list[Entry]:
    """Return all certificates in one file, and the two names under which OpenSSL looks for them by default.

    Debian's Python is built to look in /usr/lib/ssl. The directory of hashed names that `openssl rehash` would make
    is left out: the one file serves all of OpenSSL's users.
    """
    sources = [
        entry.source
        for path, entry in sorted(entries.items())
        if path.startswith(_CERTIFICATES) and path.endswith(".crt") and isinstance(entry, File)
    ]
    certificates = [source if isinstance(source, bytes) else source.read_bytes() for source in sources]
    return [
        File(_BUNDLE, b"".join(certificate.rstrip(b"\n") + b"\n" for certificate in certificates)),
        Symlink("usr/lib/ssl/certs", "/etc/ssl/certs"),
        Symlink("usr/lib/ssl/cert.pem", f"/{_BUNDLE}"),
    ]
