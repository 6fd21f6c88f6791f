from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from strata.diff.report import to_json
from support.comparisons import BASE, comparisons


def test_json_has_all_values(tmp_path: Path) -> None:
    old = BASE.write(tmp_path / "old")
    runtime = replace(BASE.runtime, user="0")
    new = replace(BASE, packages={"numpy": "2.1.0"}, installer="pip 25.3", runtime=runtime).write(tmp_path / "new")
    layer = {"position": 3, "size": 192, "digest": old.layers[2].descriptor.digest}
    document = json.loads(to_json(comparisons(tmp_path), only_changed=True))
    assert document == {
        "schema": 1,
        "changed": True,
        "images": [
            {
                "image": "web",
                "platform": "linux/amd64",
                "changed": True,
                "reference": old.manifest_descriptor.digest,
                "digest": new.manifest_descriptor.digest,
                "rebuildsKnown": True,
                "layers": [
                    {
                        "kind": "dependencies",
                        "change": "changed",
                        "reference": layer,
                        "layer": {"position": 3, "size": 174, "digest": new.layers[2].descriptor.digest},
                        "causes": [
                            {
                                "subject": "python-package",
                                "name": "click",
                                "before": "8.2.1",
                                "after": None,
                                "text": "click 8.2.1 removed",
                            },
                            {
                                "subject": "input",
                                "name": "installer",
                                "before": "pip 25.2",
                                "after": "pip 25.3",
                                "text": "installed by pip 25.2 → 25.3",
                            },
                        ],
                    }
                ],
                "settings": [
                    {"subject": "config", "name": "User", "before": "65532", "after": "0", "text": "User: 65532 → 0"}
                ],
            }
        ],
    }
    everything = json.loads(to_json(comparisons(tmp_path)))["images"][0]["layers"]
    assert [row["change"] for row in everything] == ["same", "same", "changed", "same"]


def test_json_of_what_did_not_change(tmp_path: Path) -> None:
    BASE.write(tmp_path / "old")
    BASE.write(tmp_path / "new")
    assert to_json(comparisons(tmp_path), only_changed=True) == (
        '{\n  "schema": 1,\n  "changed": false,\n  "images": []\n}\n'
    )
