"""One project for the tests of disguises, so that Pants starts once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from support.disguises import Project
from support.nested_pants import nested_pants
from support.servers.debian_mirror import serving


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    served = tmp_path_factory.mktemp("served")
    roots = "[source]\nroot_patterns = ['/*']\n"
    with nested_pants({}) as pants, serving(served) as url:
        text = (pants.root / "pants.toml").read_text()
        pants.write({"pants.toml": re.sub(r"\[source\]\n.*\n", roots, text)})
        pants.make_interpreter()
        yield Project(pants, served, url)
