from __future__ import annotations

from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st

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


# The forms of the last two are not in the normal form.
LETTERS = ["a", "A", "\u00e9", "e\u0301", "\u00c9", "\u212b", "\u00e5", "\u1fb3", "\u0390"]
PATHS = st.lists(st.sampled_from(LETTERS), min_size=1)


@given(st.dictionaries(st.sampled_from("xyz"), st.sets(PATHS.map("/".join))))
def test_paths_are_alike_whose_forms_are_equal(files: dict[str, set[str]]) -> None:
    places = {
        (name, "/".join(parts[:length]))
        for name, paths in files.items()
        for parts in (path.split("/") for path in paths)
        for length in range(1, len(parts) + 1)
    }
    forms: dict[str, set[tuple[str, str]]] = {}
    for name, place in places:
        forms.setdefault(normalize("NFC", place).casefold(), set()).add((name, place))
    groups = [({place for _, place in found}, {name for name, _ in found}) for found in forms.values()]
    expected = {tuple(sorted(paths)): tuple(sorted(names)) for paths, names in groups if len(paths) > 1}
    assert alike({name: installing(*paths) for name, paths in files.items()}) == expected


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
