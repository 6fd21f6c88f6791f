"""This module has the names of Debian packages that targets use where a BUILD file gives none."""

from __future__ import annotations

SUITES = ("trixie", "trixie-updates", "trixie-security")
COMPONENTS = ("main",)

# The roots of a base: the C and C++ run time that wheels may link (PEP 600 leaves them to the system), and the data
# files that programs expect of a system.
BASE_ROOTS = (
    "base-files",
    "ca-certificates",
    "libc-bin",  # the locale C.UTF-8
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "media-types",
    "netbase",
    "tzdata",
    "zlib1g",
)

# Dependencies that count as satisfied. Package scripts never run here (strata.debian.packages.generated_files writes
# the files that they would make), so the packages that only scripts need stay out, as do installers.
EXCLUDED = (
    "awk",  # base-files' scripts
    "cdebconf",  # asks questions in scripts
    "debconf",  # asks questions in scripts
    "debconf-2.0",  # the virtual name of both
    "dpkg",  # would manage packages: the image is not changed by hand
    "install-info",  # scripts that maintain the info directory
    "mawk",  # provides awk
    "openssl",  # ca-certificates' script calls it to hash the certificates; the library is libssl
    "perl",  # scripts
    "perl-base",  # scripts
    "python3-setuptools-whl",  # an installer that ensurepip no longer installs since CPython 3.12
    "readline-common",  # /etc/inputrc; readline has the same defaults built in
)


def interpreter_roots(version: str) -> tuple[str, ...]:
    """Return the roots of CPython for a feature version, 3.13. The -venv package has ensurepip."""
    return (f"python{version}", *ensurepip_packages(version)[:1])


def ensurepip_packages(version: str) -> tuple[str, ...]:
    """Return the packages of CPython that hold ensurepip and the wheel of pip, and nothing else."""
    return (f"python{version}-venv", "python3-pip-whl")
