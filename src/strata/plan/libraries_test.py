from __future__ import annotations

import pytest

from strata.plan.libraries import MissingLibrary, NativeWheel, missing_libraries

NODE = NativeWheel("playwright 1.56.0", (), {"libatomic.so.1": "playwright/driver/node", "libc.so.6": "x"})


def test_a_library_that_is_nowhere() -> None:
    assert missing_libraries([NODE], {"libc.so.6"}) == [
        MissingLibrary("libatomic.so.1", "playwright 1.56.0", "playwright/driver/node")
    ]


def test_a_library_of_the_system_or_of_another_wheel_is_there() -> None:
    other = NativeWheel("atomics 1.0", {"libatomic.so.1"}, {})
    assert missing_libraries([NODE], {"libatomic.so.1", "libc.so.6"}) == []
    assert missing_libraries([NODE, other], {"libc.so.6"}) == []


@pytest.mark.parametrize(
    "library", ["libcuda.so.1", "libnvidia-ml.so.1", "libnvcuvid.so", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"]
)
def test_drivers_and_the_loader_are_the_machines(library: str) -> None:
    assert missing_libraries([NativeWheel("torch 2.9", (), {library: "torch/x.so"})], ()) == []


def test_wheels_come_by_name() -> None:
    wheels = [NativeWheel("b 1", (), {"libz.so.1": "b.so"}), NativeWheel("a 1", (), {"liby.so": "a", "libx.so": "a"})]
    assert [(each.wheel, each.library) for each in missing_libraries(wheels, ())] == [
        ("a 1", "libx.so"),
        ("a 1", "liby.so"),
        ("b 1", "libz.so.1"),
    ]
