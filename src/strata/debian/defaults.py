"""This module has the names of Debian packages that targets use where a BUILD file gives none."""

from __future__ import annotations

from strata.debian.releases import DEFAULT, suites

SUITES = suites(DEFAULT)
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

# The tools of debug images: a program that needs no library.
DEBUG_ROOTS = ("busybox-static",)

_SETUPTOOLS_WHEEL = "python3-setuptools-whl"

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
    _SETUPTOOLS_WHEEL,  # an installer that ensurepip no longer installs since CPython 3.12
    "readline-common",  # /etc/inputrc; readline has the same defaults built in
)


# The feature versions up to which a statement holds, as numbers that can be compared.
_DISTUTILS = (3, 11)  # CPython 3.12 dropped it; Debian has it, and lib2to3, in packages apart
_SETUPTOOLS = (3, 11)  # the ensurepip of older versions installs it, beside pip
_OLD_PIP_NAME = (3, 9)  # Debian 11 has no package python3-pip-whl


def interpreter_roots(python: str) -> tuple[str, ...]:
    """Return the roots of CPython for a feature version, 3.13. The -venv package has ensurepip."""
    roots = (f"python{python}", *ensurepip_packages(python)[:1])
    if _numbers(python) <= _DISTUTILS:
        # Newer releases bring libzstd through OpenSSL. Layers may be compressed with it.
        return (*roots, "libzstd1", "python3-distutils", "python3-lib2to3")
    return roots


def interpreter_excluded(python: str) -> tuple[str, ...]:
    """Return the dependencies that count as satisfied for CPython of a feature version."""
    if _numbers(python) > _DISTUTILS:
        return EXCLUDED
    # distutils depends on the package of Debian's own default, of the same version: links and scripts that compile.
    return (*(name for name in EXCLUDED if name != _SETUPTOOLS_WHEEL), "python3")


def ensurepip_packages(python: str) -> tuple[str, ...]:
    """Return the packages of CPython that hold ensurepip and the wheels that it installs, and nothing else."""
    numbers = _numbers(python)
    pip = "python-pip-whl" if numbers <= _OLD_PIP_NAME else "python3-pip-whl"
    setuptools = (_SETUPTOOLS_WHEEL,) if _OLD_PIP_NAME < numbers <= _SETUPTOOLS else ()
    return (f"python{python}-venv", pip, *setuptools)


def _numbers(python: str) -> tuple[int, ...]:
    return tuple(int(part) for part in python.split("."))
