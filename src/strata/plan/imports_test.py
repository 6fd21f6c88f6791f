from __future__ import annotations

import pytest

from strata.plan.imports import providers, unsatisfied
from strata.protocol.app_layer import Import

MODULES = frozenset({"click", "click.core", "google.cloud.storage", "google.cloud.storage.blob", "six"})


def item(module: str) -> Import:
    return Import(module, "app/main.py", 1, certain=True)


@pytest.mark.parametrize(
    "module, satisfied",
    [
        ("click", True),
        ("click.core", True),
        ("click.anything", True),
        ("six.moves.urllib", True),
        ("google.cloud.storage.Client", True),
        ("google.cloud", True),
        ("google.cloud.bigquery", False),
        ("yaml", False),
        ("cli", False),
        ("json.decoder", True),
    ],
)
def test_unsatisfied(module: str, satisfied: bool) -> None:
    assert (unsatisfied([item(module)], MODULES, {"json"}) == []) is satisfied


def test_providers() -> None:
    wheels = {"opencv-python": ("cv2",), "opencv-python-headless": ("cv2",), "storage": ("google.cloud.storage",)}
    assert providers([item("cv2.dnn")], wheels) == [["opencv-python", "opencv-python-headless"]]
    assert providers([item("google.cloud.storage")], wheels) == [["storage"]]
    assert providers([item("google.cloud.bigquery")], wheels) == [[]]
