from __future__ import annotations

import pytest

from strata.wheels.modules import import_names, is_test_module, module_name


@pytest.mark.parametrize(
    "path, expected",
    [
        ("numpy/_core/tests/test_dtype.py", True),
        ("numpy/testing/tests/test_utils.py", True),
        ("tests/conftest.py", True),
        ("lib/python3.13/site-packages/sklearn/tests/__init__.py", True),
        ("sympy/testing/runtests.py", False),
        ("pandas/testing.py", False),
        ("pandas/_testing/asserters.py", False),
        ("sympy/test/core.py", False),
        ("numpy/tests/data.csv", False),
        ("tests", False),
    ],
)
def test_is_test_module(path: str, expected: bool) -> None:
    assert is_test_module(path) is expected


@pytest.mark.parametrize(
    "path, module",
    [
        ("demo/__init__.py", "demo"),
        ("demo/sub/core.py", "demo.sub.core"),
        ("single.py", "single"),
        ("fast.cpython-313-x86_64-linux-gnu.so", "fast"),
        ("demo/_x.abi3.so", "demo._x"),
        ("demo/data.json", None),
        ("demo-1.0.dist-info/RECORD", None),
    ],
)
def test_module_name(path: str, module: str | None) -> None:
    assert module_name(path) == module


@pytest.mark.parametrize(
    "members, names",
    [
        (["demo/__init__.py", "demo/core.py", "demo/sub/__init__.py"], ("demo",)),
        (["google/cloud/storage/__init__.py", "google/cloud/storage/blob.py"], ("google.cloud.storage",)),
        (["six.py", "_six.abi3.so"], ("_six", "six")),
        (["demo-1.0.data/purelib/demo/__init__.py", "demo-1.0.dist-info/METADATA"], ("demo",)),
        (["demo-1.0.data/scripts/run.py"], ()),
        (["not-a-name/x.py", "README.md"], ()),
        ([], ()),
    ],
)
def test_import_names(members: list[str], names: tuple[str, ...]) -> None:
    assert import_names(members) == names
