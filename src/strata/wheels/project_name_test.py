from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name

from strata.wheels.project_name import normalized_name


@pytest.mark.parametrize("name", ["pip", "PyYAML", "typing_extensions", "zope.interface", "a-_.b", "A..B__c", "x1"])
def test_names_are_those_of_packaging(name: str) -> None:
    assert normalized_name(name) == canonicalize_name(name)
