from __future__ import annotations

from strata.plan.policy import Notices, alike, starts
from strata.protocol.dependencies_layer import Distribution


def installing(*paths: str, starts: tuple[str, ...] = ()) -> Distribution:
    return Distribution((), (), dict.fromkeys(paths, "1"), starts)


def test_code_at_each_start() -> None:
    found = {"b": installing(starts=("x/b.pth",)), "a": installing(starts=("x/a.pth", "x/sitecustomize.py"))}
    assert starts(found) == {"x/a.pth": "a", "x/sitecustomize.py": "a", "x/b.pth": "b"}


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


def test_what_is_told() -> None:
    found = {"one": installing("PIL/a.py", starts=("x.pth",)), "two": installing("pil/a.py")}
    assert list(Notices.of(found).lines()) == [
        "runs at each start of Python: /x.pth, of one",
        "differ only in case or Unicode form: /PIL, /pil, of one, two",
        "differ only in case or Unicode form: /PIL/a.py, /pil/a.py, of one, two",
    ]


def test_many_paths_are_counted() -> None:
    found = {"one": installing(*(f"{number:02}{letter}" for number in range(12) for letter in "Aa"))}
    assert list(Notices.of(found).lines())[-2:] == [
        "differ only in case or Unicode form: /09A, /09a, of one",
        "differ only in case or Unicode form: 2 more",
    ]
