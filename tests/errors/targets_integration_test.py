"""Targets of the wrong type, and cycles of them."""

from __future__ import annotations

import pytest

from support.mistakes import Project

WRONG = {
    "src/wrong/main.py": "",
    "src/wrong/BUILD": """\
python_sources(name="code")
python_image(name="venv_is_itself", entry_point="main.py", venv=":venv_is_itself")
python_image(name="venv_is_python", entry_point="main.py", venv="3rdparty/python:cpython")
python_image(name="base_is_venv", entry_point="main.py", base="3rdparty/python:venv")
python_venv(name="python_is_itself", interpreter=":python_is_itself")
python_venv(name="python_is_code", interpreter=":code")
python_venv(name="installer_is_python", installer="3rdparty/python:cpython")
python_interpreter(name="base_is_itself", base=":base_is_itself")
python_image(name="itself", entry_point="main.py", dependencies=[":itself"])
python_image(name="first", entry_point="main.py", dependencies=[":second"])
python_image(name="second", entry_point="main.py", dependencies=[":first"])
""",
}


@pytest.mark.parametrize(
    "name, field, expected, found",
    [
        ("venv_is_itself", "venv", "python_venv", "src/wrong:venv_is_itself, a `python_image`"),
        ("venv_is_python", "venv", "python_venv", "3rdparty/python:cpython, a `python_interpreter`"),
        ("base_is_venv", "base", "debian_packages` or `oci_base", "3rdparty/python:venv, a `python_venv`"),
        ("python_is_itself", "interpreter", "python_interpreter", "src/wrong:python_is_itself, a `python_venv`"),
        ("python_is_code", "interpreter", "python_interpreter", "src/wrong:code, a `python_sources`"),
        ("installer_is_python", "installer", "python_installer", "3rdparty/python:cpython, a `python_interpreter`"),
        ("base_is_itself", "base", "debian_packages` or `oci_base", "src/wrong:base_is_itself, a `python_interpreter`"),
    ],
)
def test_a_target_of_the_wrong_type(project: Project, name: str, field: str, expected: str, found: str) -> None:
    """No field can name a target of the type that has the field, so that this is what a cycle of them comes to."""
    assert project.error(f"src/wrong:{name}", WRONG) == (
        f"StrataError: src/wrong:{name}: The `{field}` field needs a `{expected}` target.\n"
        "Found:\n"
        f"  {found}\n"
        f"Fix: name the address of a `{expected}` target."
    )


@pytest.mark.parametrize(
    "name, cycle",
    [
        ("itself", "-> src/wrong:itself\n-> src/wrong:itself"),
        ("first", "-> src/wrong:first\n   src/wrong:second\n-> src/wrong:first"),
    ],
)
def test_a_cycle_of_dependencies(project: Project, name: str, cycle: str) -> None:
    """Pants itself says this of every type of target, and goes on with advice."""
    happened, _, advice = project.error(f"src/wrong:{name}", WRONG).partition("\n\n")
    assert happened == f"CycleException: The dependency graph contained a cycle:\n{cycle}"
    assert advice.startswith("To fix this, ")
