from __future__ import annotations

from pathlib import Path

import pytest

from strata.layers import venv
from strata.layouts.listing import list_layer
from strata.protocol.venv_layer import Request
from support.oci.layers import blob_of


def test_the_layer_has_no_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdlib_module_names", frozenset({"os", "json"}), raising=False)
    result = venv.run(Request("3.13", "/usr/bin/python3.13", "gzip"))
    assert result.layer.contents == {"kind": "venv", "python": "3.13", "installers": [], "format": 4}
    assert result.standard_library == ("json", "os")
    lines = [line.split(maxsplit=3)[3] for line in list_layer(blob_of(result.layer))]
    assert lines == [
        "opt",
        "opt/venv",
        "opt/venv/bin",
        "opt/venv/bin/python -> /usr/bin/python3.13",
        "opt/venv/bin/python3 -> python",
        "opt/venv/bin/python3.13 -> python",
        "opt/venv/lib",
        "opt/venv/lib/python3.13",
        "opt/venv/lib/python3.13/site-packages",
        "opt/venv/lib64 -> lib",
        "opt/venv/pyvenv.cfg",
    ]
