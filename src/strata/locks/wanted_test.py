from __future__ import annotations

import pytest

from strata.errors import StrataError
from strata.locks.environment import marker_environment
from strata.locks.wanted import holds
from strata.oci.platform import Platform

ENVIRONMENT = marker_environment("3.13.5", Platform("linux", "amd64"))


@pytest.mark.parametrize(
    "marker, extras, expected",
    [
        ("", "", True),
        ("python_version >= '3.11'", "", True),
        ("sys_platform == 'win32'", "", False),
        ("extra == 'a'", "", False),
        ("extra == 'a'", "a", True),
        ("extra == \"a\" and 'b' == extra", "a b", True),
        ("extra == 'a' and extra == 'b'", "a", False),
        ("extra != 'a'", "a", False),
        ("extra != 'a'", "b", True),
        ("extra == 'A_b'", "a-b", True),
        ("os_name == 'nt' or (extra == 'a' and sys_platform == 'linux')", "a", True),
    ],
)
def test_markers_with_a_set_of_extras(marker: str, extras: str, expected: bool) -> None:
    assert holds(marker, ENVIRONMENT, "", frozenset(extras.split())) is expected


@pytest.mark.parametrize("marker", ["python_version", "python == '3'", "'1' == '1'", "os_name ~= 'posix'", "(" * 2000])
def test_markers_that_are_none(marker: str) -> None:
    with pytest.raises(StrataError) as refused:
        holds(marker, ENVIRONMENT, "uv.lock")
    assert str(refused.value) == (
        "uv.lock: this is not an environment marker (PEP 508).\n"
        f"Found:\n  {marker}\n"
        "Fix: correct it where it was written; in a lock, write the lock again with the tool that made it."
    )
