from __future__ import annotations

from strata.plan.policy import alike, starts
from strata.protocol.dependencies_layer import Distribution


def installing(*paths: str, starts: tuple[str, ...] = ()) -> Distribution:
    return Distribution((), (), dict.fromkeys(paths, "1"), starts)


def test_code_at_each_start() -> None:
    found = {"b": installing(starts=("x/b.pth",)), "a": installing(starts=("x/a.pth", "x/sitecustomize.py"))}
    assert starts(found) == {"x/a.pth": "a", "x/sitecustomize.py": "a", "x/b.pth": "b"}
    assert starts(found, ["a"]) == {"x/b.pth": "b"}


def test_paths_that_are_alike() -> None:
    found = {
        "one": installing("lib/PIL/a.py", "lib/caf\u00e9", "lib/same"),
        "two": installing("lib/pil/b.py", "lib/cafe\u0301", "lib/same"),
    }
    assert alike(found) == {
        ("lib/PIL", "lib/pil"): ("one", "two"),
        ("lib/cafe\u0301", "lib/caf\u00e9"): ("one", "two"),
    }


def test_equal_paths_are_not_alike() -> None:
    assert alike({"one": installing("lib/a.py"), "two": installing("lib/a.py", "lib/b/a.py")}) == {}
