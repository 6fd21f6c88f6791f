from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.locks.environment import marker_environment
from strata.oci.platform import Platform
from strata.plan.needed import reached, required

ENVIRONMENT = marker_environment("3.13.5", Platform("linux", "amd64"))


def needed(root: str, requires: Mapping[str, list[str]], *, unlocked: str = "") -> Mapping[str, frozenset[str]]:
    """What requirements, with & between them, lead to; all that has metadata or one letter is locked."""
    locked = {*requires, *"abcdefgh"} - {unlocked}
    return reached(root.split(" & "), requires, locked, ENVIRONMENT)


def names(root: str, requires: Mapping[str, list[str]]) -> str:
    return " ".join(needed(root, requires))


# ---- what is reached ------------------------------------------------------------------------------------------------


def test_dependencies_of_dependencies() -> None:
    requires = {"a": ["b>=1,<2", "c"], "b": ["d (>=1.0)"], "c": ["d==1.*", "a"], "d": [], "e": ["f"]}
    assert needed("a", requires) == dict.fromkeys("abcd", frozenset())
    assert list(needed("e & a", requires)) == ["a", "b", "c", "d", "e", "f"]
    assert needed("c & b", requires) == needed("b & c", requires)


def test_what_a_project_itself_requires() -> None:
    lines = ["B_b[fast]>=1", "c; extra == 'more'", "d; sys_platform == 'win32'"]
    assert list(required("a", lines, ENVIRONMENT)) == [("b-b", "B_b[fast]")]


def test_names_are_normalised() -> None:
    assert names("Flask_Login", {"flask-login": ["Zope.Interface"], "zope-interface": []}) == (
        "flask-login zope-interface"
    )


def test_what_is_not_locked_is_passed_over() -> None:
    """With all that only it leads to."""
    assert names("unknown & a", {"a": ["absent>=1"]}) == "a"
    assert needed("a", {"a": ["b"], "b": ["c"]}, unlocked="b") == {"a": frozenset()}


def test_metadata_come_in_rounds() -> None:
    known = {"a": ["b[x]"], "b": ["c; extra == 'x'"], "c": ["d"], "d": []}
    asked: dict[str, list[str]] = {}
    rounds = []
    while True:
        found = needed("a", asked)
        new = found.keys() - asked.keys()
        if not new:
            break
        rounds.append("".join(sorted(new)))
        asked.update({name: known[name] for name in new})
    assert rounds == ["a", "b", "c", "d"]
    assert found == {"a": frozenset(), "b": frozenset({"x"}), "c": frozenset(), "d": frozenset()}


# ---- extras and markers ---------------------------------------------------------------------------------------------

EXTRAS = [
    "b",
    'c; extra == "x"',
    "d; extra == 'Y_Z' and sys_platform == 'linux'",
    "e; extra == 'x' and sys_platform == 'win32'",
    "f; python_version < '3.9' or extra == 'x'",
    "g; extra != 'x'",
]


@pytest.mark.parametrize(
    "root, expected",
    [
        ("a", "a b g"),
        ("a[x]", "a b c f g"),
        ("a[X]", "a b c f g"),
        ("a[y.z]", "a b d g"),
        ("a[x,y_z]", "a b c d f g"),
        ("a[unknown]", "a b g"),
        ("a; sys_platform == 'win32'", ""),
        ("a; python_full_version >= '3.13.5'", "a b g"),
        ("a; extra == 'x'", ""),
    ],
)
def test_extras(root: str, expected: str) -> None:
    found = reached([root], {"a": EXTRAS}, "abcdefgh", ENVIRONMENT)
    assert " ".join(found) == expected


def test_extras_are_collected_wherever_they_are_asked() -> None:
    requires = {"a": ["b[x]", "c"], "b": ["d; extra == 'x'", "e; extra == 'Y_z'"], "c": ["b[y.z]"]}
    assert needed("a", requires) == {
        "a": frozenset(),
        "b": frozenset({"x", "y-z"}),
        "c": frozenset(),
        "d": frozenset(),
        "e": frozenset(),
    }


def test_each_extra_is_asked_alone() -> None:
    """As pip does: no dependency has two extras at once."""
    assert names("a[x,y]", {"a": ["b; extra == 'x' and extra == 'y'", "c; extra == 'x' or extra == 'y'"]}) == "a c"


def test_extras_of_a_project_itself() -> None:
    assert needed("a[all]", {"a": ["a[x,y]; extra == 'all'", "b; extra == 'x'", "c; extra == 'y'"]}) == {
        "a": frozenset({"all", "x", "y"}),
        "b": frozenset(),
        "c": frozenset(),
    }


# ---- lines of all kinds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "b",
        "b>=1",
        "b (>=1.0)",
        "b(>=1.0,<2)",
        "b (>dev)",
        "b>=1.*",
        "b >= 1 , < 2 ; os_name == 'posix'",
        "b===1.0+local; os_name != 'nt'",
        "b[x] (~=1.0) ; python_version >= '3'",
        "b @ https://files.example/b-1.0.whl?a=1#sha256=0 ; os_name == 'posix'",
        "b[x] @ file:///b.whl",
    ],
)
def test_lines(line: str) -> None:
    """Versions are not looked at, since the lock has decided: those that a newer packaging refuses are no error."""
    assert names("a", {"a": [line]}) == "a b"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "b b",
        "b (>=1.0",
        "b (>=1.0) c",
        "b >=1 python_version < '3'",
        "b; python_version",
        "b; unknown == 'x'",
        "b; os_name ~= 'posix'",
        "b; " + "(" * 2000,
    ],
)
def test_lines_that_cannot_be_read(line: str) -> None:
    with pytest.raises(StrataError) as refused:
        needed("a", {"a": ["c", line]})
    assert str(refused.value) == (
        "The wheel of a depends on what cannot be read (PEP 508), so what an app needs is not known.\n"
        f"Found:\n  Requires-Dist: {line}\n"
        "Fix: lock another version of a, and tell the project."
    )


def test_a_root_whose_marker_compares_what_has_no_order() -> None:
    with pytest.raises(StrataError) as refused:
        needed("a; os_name ~= 'posix'", {})
    assert str(refused.value) == (
        'a; os_name ~= "posix": this is not an environment marker (PEP 508).\n'
        'Found:\n  os_name ~= "posix"\n'
        "Fix: correct it where it was written; in a lock, write the lock again with the tool that made it."
    )


@given(st.text("ab[],;@()<>=!~.* 1'\"x_") | st.text())
def test_anything_is_read_or_refused(line: str) -> None:
    with suppress(StrataError):
        assert set(needed("a", {"a": [line]})) <= set("abcdefgh")


OF_AN_EXTRA = st.tuples(
    st.sampled_from(["b", "B.b", " b", "b ", "-b", "b-", "b b", "\N{LATIN SMALL LETTER E WITH ACUTE}", ""]),
    st.sampled_from(["", "[x]", "[ x , Y_z ]", "[x,]", "[-]", "[x y]", "[x]]"]),
    st.sampled_from(
        ["", ">=1", " (>=1.0,<2) ", "(>dev)", "==1.*", ">=1 c", "(>=1) c", "(", "@ https://files.example/b"]
    ),
    st.sampled_from([";", " ; ", "", ";;"]),
    st.sampled_from(["extra == 'x'", ' extra=="x" ', "extra=='X_'", "extra == 'x\"", "extra == '-x'", "extra == ''"]),
).map("".join)


@given(OF_AN_EXTRA)
def test_what_nobody_asked_for_is_read_as_strictly(line: str) -> None:
    """Lines of extras that are not asked for are skipped without a look at the rest: none that is refused else."""
    results = []
    for extra in ("", "x", "other"):
        try:
            results.append(sorted(reached([f"a[{extra}]"], {"a": [line]}, {"a", "b", "b-b"}, ENVIRONMENT)))
        except StrataError as error:
            results.append([str(error)])
    refused = ["what cannot be read" in result[0] for result in results]
    assert len(set(refused)) == 1


@pytest.mark.parametrize("start, end", [("a", "x"), ("b[x]", "x"), ("b>=1", "("), ("b(>=1)", "x"), ("b>=1", "; x")])
def test_a_line_of_many_spaces_takes_no_more_time_than_its_length(start: str, end: str) -> None:
    """Whoever publishes a wheel writes its lines."""
    with suppress(StrataError):
        needed("a", {"a": [f"{start}{' ' * 100_000}{end}"]})


GRAPHS = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.lists(
        st.sampled_from(["a", "b[x]", "c; extra == 'x'", "d[y]; extra == 'y'", "e[x,y]", "f; os_name == 'nt'", "g"])
    ),
)


@given(GRAPHS, st.lists(st.sampled_from(["a[x]", "b", "c[y]", "h[x,y]"])))
def test_order_does_not_matter_and_more_roots_reach_no_less(requires: dict[str, list[str]], roots: list[str]) -> None:
    found = reached(roots, requires, "abcdefgh", ENVIRONMENT)
    turned = {name: lines[::-1] for name, lines in reversed(requires.items())}
    assert list(reached(roots[::-1], turned, "abcdefgh", ENVIRONMENT).items()) == list(found.items())
    fewer = reached(roots[1:], requires, "abcdefgh", ENVIRONMENT)
    assert all(extras <= found[name] for name, extras in fewer.items())
