from __future__ import annotations

import struct
from typing import Optional

import pytest

from strata.bases.libraries import is_library, libraries_in_cache, loadable

ORACLE, DRIVER = "opt/oracle/lib/libclntsh.so.21.1", "usr/local/cuda-13.0/targets/x86_64-linux/lib/libcudart.so.13"


def cache(*paths: str) -> bytes:
    """What `ldconfig` writes for libraries at paths: a header, an entry for each, and the strings of the entries."""
    start = 48 + 24 * len(paths)
    entries, strings = b"", b""
    for path in paths:
        text = f"{path.rpartition('/')[2]}\0{path}\0".encode()
        key = start + len(strings)
        entries += struct.pack("=iIIIQ", 0x303, key, key + text.index(b"\0") + 1, 0, 0)
        strings += text
    head = struct.pack("=20sIIB3xI12x", b"glibc-ld.so.cache1.1", len(paths), len(strings), 2, 0)
    return head + entries + strings


@pytest.mark.parametrize(
    "path, expected",
    [
        ("usr/lib/x86_64-linux-gnu/libc.so.6", True),
        ("usr/lib64/ld-linux-x86-64.so.2", True),
        ("usr/lib/x86_64-linux-gnu/p11-kit-proxy.so", True),
        (ORACLE, True),
        ("opt/venv/lib/python3.13/site-packages/demo/native.abi3.so", False),
        ("usr/lib/x86_64-linux-gnu/perl/auto/POSIX.so", False),
        ("usr/lib/x86_64-linux-gnu/libc.a", False),
    ],
)
def test_paths_of_libraries(path: str, expected: bool) -> None:
    assert is_library(path) is expected


def test_cache_of_the_loader() -> None:
    content = cache(f"/{ORACLE}", "/lib64/ld-linux-x86-64.so.2", "/usr/lib64/libz.so.1")
    assert libraries_in_cache(content) == ("ld-linux-x86-64.so.2", "libclntsh.so.21.1", "libz.so.1")
    # glibc before 2.32 wrote the form of libc5 before it.
    assert libraries_in_cache(b"ld.so-1.7.0\0\1\0\0\0libz.so.1\0/lib/libz.so.1\0" + content)[-1] == "libz.so.1"


@pytest.mark.parametrize("content", [b"", b"\0" * 99, b"/", b"/lib/libz.so.1", b"/etc/passwd\0"])
def test_what_is_no_cache(content: bytes) -> None:
    assert libraries_in_cache(content) == ()


@pytest.mark.parametrize(
    "variable, found",
    [
        (None, ()),
        ("LD_LIBRARY_PATH=/opt/oracle/lib", ("libclntsh.so.21.1",)),
        ("LD_LIBRARY_PATH=/usr/local/nvidia/lib::/opt/oracle/lib/", ("libclntsh.so.21.1",)),
        ("LD_LIBRARY_PATH=opt/oracle/lib", ()),
        ("OLD_LD_LIBRARY_PATH=/opt/oracle/lib", ()),
    ],
)
def test_libraries_by_the_variable(variable: Optional[str], found: tuple[str, ...]) -> None:
    env = ["PATH=/bin", *([variable] if variable else [])]
    assert loadable([ORACLE, DRIVER, "usr/lib/libz.so.1"], (), env) == (*found, "libz.so.1")


def test_libraries_by_the_cache() -> None:
    # The directory has another name there, which is a link; and a file that the cache names is gone.
    assert loadable([ORACLE, DRIVER], ["libcudart.so.13", "libgone.so.1"], ()) == ("libcudart.so.13",)
