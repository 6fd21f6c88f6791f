from __future__ import annotations

from importlib import metadata
from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.wheels.entry_points import entry_point_scripts

WHEEL = "demo-1.0-py3-none-any.whl"


class Declared(metadata.Distribution):
    """A distribution with entry points, as the standard library reads them where it is installed."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read_text(self, filename: str) -> Optional[str]:
        return self._text if filename == "entry_points.txt" else None

    def locate_file(self, path: Any) -> Any:
        raise FileNotFoundError(path)


NAMES = st.text("aB0_.-", min_size=1, max_size=4).filter(lambda name: name.strip("."))
DOTTED = st.sampled_from(["a", "a.b", "_c"])
FUNCTIONS = st.tuples(DOTTED, st.sampled_from([":", " : "]), DOTTED, st.sampled_from(["", " [x]"])).map("".join)
GROUPS = st.sampled_from(["console_scripts", "gui_scripts", "pytest11", "a.b"])
# Also lines between them that say nothing.
FILES = st.lists(
    st.tuples(GROUPS, st.dictionaries(NAMES, FUNCTIONS), st.sampled_from(["", "\n", "# a = b:c\n"])),
    unique_by=lambda s: s[0],
)


@given(FILES, st.sampled_from([" = ", "=", " ="]))
def test_what_the_standard_library_reads(sections: list[tuple[str, dict[str, str], str]], equals: str) -> None:
    text = "".join(
        f"[{group}]\n{between}" + "".join(f"{name}{equals}{value}\n" for name, value in declared.items())
        for group, declared, between in sections
    )
    expected = {
        each.name: each
        for group in ("console_scripts", "gui_scripts")
        for each in Declared(text).entry_points
        if each.group == group
    }
    found = entry_point_scripts(text, WHEEL)
    assert list(found) == sorted(expected)
    for name, script in found.items():
        match = metadata.EntryPoint.pattern.match(expected[name].value)
        assert match is not None
        assert f"\nfrom {match['module']} import {match['attr'].partition('.')[0]}\n" in script
        assert f"sys.exit({match['attr']}())" in script


@given(st.text(st.sampled_from("[]=:#;%\n \t\r\x0c\u2028abC.")))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        scripts = entry_point_scripts(f"[console_scripts]\n{text}", WHEEL)
    except StrataError:
        return
    assert all(name and "\n" not in name for name in scripts)


@pytest.mark.parametrize(
    "text",
    [
        "[console_scripts]\nDemo = demo:main\n",
        "[console_scripts]\n  Demo = demo:main\n",
        "# made by hand\n\n[other]\ndemo = 1\n\n[console_scripts]\nDemo=demo : main [extra]\n",
        "[console_scripts]\nDemo = other:main\nDemo = demo:main\n",
    ],
)
def test_one_script(text: str) -> None:
    ((name, script),) = entry_point_scripts(text, WHEEL).items()
    assert (name, script.splitlines()[2]) == ("Demo", "from demo import main")


def test_a_line_that_would_take_long() -> None:
    text = f"[console_scripts]\nDemo{' ' * 2033}= demo:main\n"
    assert list(entry_point_scripts(text, WHEEL)) == ["Demo"]
    with pytest.raises(StrataError) as refused:
        entry_point_scripts(text.replace("=", " ="), WHEEL)
    assert str(refused.value) == (
        f"{WHEEL} is no wheel that can be read.\n"
        "Found:\n"
        "  its entry_points.txt has a line of more than 2048 characters\n"
        "Fix: lock another version of the project; or, for a file that you trust, raise the limit in `[strata-limits]` "
        "of pants.toml."
    )
