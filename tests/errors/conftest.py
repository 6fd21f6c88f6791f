"""One project for all tests of errors, so that Pants starts once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.mistakes import Project
from support.nested_pants import nested_pants
from support.servers.debian_mirror import serving


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    served = tmp_path_factory.mktemp("served")
    with nested_pants({}) as pants, serving(served) as url:
        pants.make_interpreter()
        yield Project(pants, served, url)
