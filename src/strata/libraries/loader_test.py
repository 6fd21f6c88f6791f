from __future__ import annotations

from strata.libraries.loader import found_by_loader


def test_libraries_in_the_directories_of_the_loader() -> None:
    assert found_by_loader(
        [
            "usr/lib/x86_64-linux-gnu/libc.so.6",
            "usr/lib/aarch64-linux-gnu/libm.so.6",
            "lib64/ld-linux-x86-64.so.2",
            "usr/local/lib/libown.so",
            "usr/lib/libnss3.so",
            "usr/lib/libnss3.so",
        ]
    ) == ("ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "libnss3.so", "libown.so")


def test_libraries_elsewhere_and_other_files() -> None:
    paths = [
        "usr/lib/x86_64-linux-gnu/gconv/UTF-16.so",
        "opt/venv/lib/python3.13/site-packages/a.so",
        "usr/lib/os-release",
        "usr/lib/python3.13/lib-dynload/_ssl.cpython-313-x86_64-linux-gnu.so",
        "usr/share/lib/liba.so.1",
        "usr/lib/x86_64-linux-gnu/libc.so.6.txt/x",
    ]
    assert found_by_loader(paths) == ()
