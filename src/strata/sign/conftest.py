from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from strata.layouts.layout import Layout
from strata.registry.provider import Provider
from strata.registry.push import push
from strata.registry.reference import Reference
from support.oci.layouts import write_example
from support.servers.fake_registry import FakeRegistry, fake_registry
from support.signing.commands import Commands, write_keys


@pytest.fixture
def commands(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Commands:
    for name in ("a", "b"):
        write_keys(tmp_path, name)
    write_example(tmp_path / "image")
    return Commands(tmp_path, capsys, monkeypatch)


@pytest.fixture
def registry(commands: Commands) -> Iterator[FakeRegistry]:
    """The layout's image is there as team/app:1."""
    with fake_registry() as registry:
        registry.lists_referrers = True
        layout = Layout.open(commands.folder / "image")
        place = Reference.parse(f"{registry.address}/team/app:1")
        push(layout, layout.roots()[0], Provider(place, actions="pull,push", environment={}), tags=["1"])
        yield registry
