from __future__ import annotations

import pytest
from pants.engine.addresses import Address, Addresses
from pants.engine.internals.scheduler import ExecutionError
from pants.engine.rules import QueryRule
from pants.engine.target import Dependencies, DependenciesRequest
from pants.testutil.rule_runner import RuleRunner

from support.rules import message, repository, write

FILES = {
    "third/BUILD": (
        "debian_packages(name='base')\n"
        "debian_packages(name='other_base')\n"
        "python_interpreter(name='cpython', base=':base')\n"
        "python_interpreter(name='default_base')\n"
        "python_installer(name='pip')\n"
        "python_venv(name='venv', interpreter=':cpython', installer=':pip')\n"
        "python_venv(name='default_venv')\n"
        "python_requirement(name='gunicorn', requirements=['Gunicorn>=22'])\n"
        "python_requirement(name='one', requirements=['twice>=1'])\n"
        "python_requirement(name='other', requirements=['twice<1'])\n"
    ),
    "src/web/BUILD": "python_sources()",
    "src/web/__init__.py": "",
    "src/web/main.py": "import web.pages",
    "src/web/pages.py": "",
}
DEFAULTS = (
    "--strata-base=third:base",
    "--strata-interpreter=third:cpython",
    "--strata-installer=third:pip",
    "--strata-venv=third:venv",
)


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return repository([QueryRule(Addresses, [DependenciesRequest])])


@pytest.fixture(autouse=True)
def files(runner: RuleRunner) -> None:
    write(runner, FILES, *DEFAULTS)


def request(runner: RuleRunner, folder: str, name: str) -> DependenciesRequest:
    target = runner.get_target(Address(folder, target_name=name))
    return DependenciesRequest(target.get(Dependencies))


def dependencies(runner: RuleRunner, folder: str, name: str) -> list[str]:
    return [str(address) for address in runner.request(Addresses, [request(runner, folder, name)])]


def image(runner: RuleRunner, fields: str) -> None:
    runner.write_files({"src/web/BUILD.image": f"python_image(name='image', {fields})"})


def error(runner: RuleRunner, fields: str) -> str:
    image(runner, fields)
    return message(runner, Addresses, request(runner, "src/web", "image"))


# ---- what is inferred -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, expected",
    [
        ("cpython", ["third:base"]),
        ("default_base", ["third:base"]),
        ("venv", ["third:cpython", "third:pip"]),
        ("default_venv", ["third:cpython", "third:pip"]),
        ("base", []),
        ("pip", []),
    ],
)
def test_artifacts(runner: RuleRunner, name: str, expected: list[str]) -> None:
    assert dependencies(runner, "third", name) == expected


@pytest.mark.parametrize("entry_point", ["main.py", "web.main", "main.py:app"])
def test_image(runner: RuleRunner, entry_point: str) -> None:
    image(runner, f"entry_point='{entry_point}', venv='third:default_venv', base='third:other_base'")
    expected = ["src/web/main.py", "third:default_venv", "third:other_base"]
    assert dependencies(runner, "src/web", "image") == expected


def test_requirement_with_the_module_of_an_entry_point(runner: RuleRunner) -> None:
    image(runner, "entry_point='gunicorn.app.wsgiapp:run'")
    assert dependencies(runner, "src/web", "image") == ["third:gunicorn", "third:venv"]


def test_requirement_with_the_name_of_a_script(runner: RuleRunner) -> None:
    image(runner, "script='gunicorn'")
    assert dependencies(runner, "src/web", "image") == ["third:gunicorn", "third:venv"]


@pytest.mark.parametrize("field", ["entry_point='twice'", "script='twice'"])
def test_two_requirements_of_one_name(runner: RuleRunner, field: str) -> None:
    image(runner, field)
    assert dependencies(runner, "src/web", "image") == ["third:venv"]


def test_image_with_defaults(runner: RuleRunner) -> None:
    image(runner, "script='uvicorn', dependencies=['src/web/pages.py']")
    assert dependencies(runner, "src/web", "image") == ["src/web/pages.py", "third:venv"]


# ---- errors ---------------------------------------------------------------------------------------------------------


def test_entry_point_that_is_not_there(runner: RuleRunner) -> None:
    assert error(runner, "entry_point='absent.py'").startswith(
        "src/web:image: The entry point src/web/absent.py does not exist.\n"
    )


def test_wrong_type_in_a_field(runner: RuleRunner) -> None:
    assert error(runner, "script='x', venv='third:cpython'") == (
        "src/web:image: The `venv` field needs a `python_venv` target.\n"
        "Found:\n"
        "  third:cpython, a `python_interpreter`\n"
        "Fix: name the address of a `python_venv` target."
    )


def test_image_as_its_own_venv(runner: RuleRunner) -> None:
    assert error(runner, "script='x', venv=':image'") == (
        "src/web:image: The `venv` field needs a `python_venv` target.\n"
        "Found:\n"
        "  src/web:image, a `python_image`\n"
        "Fix: name the address of a `python_venv` target."
    )


@pytest.mark.parametrize(
    "target, field, found, expected",
    [
        ("python_interpreter", "base", "third:pip, a `python_installer`", "debian_packages` or `oci_base"),
        ("python_venv", "interpreter", "third:pip, a `python_installer`", "python_interpreter"),
        ("python_venv", "installer", "third:base, a `debian_packages`", "python_installer"),
        ("python_venv", "installer", "src/web:web, a `python_sources`", "python_installer"),
        ("python_image", "base", "third:cpython, a `python_interpreter`", "debian_packages` or `oci_base"),
    ],
)
def test_wrong_types(runner: RuleRunner, target: str, field: str, found: str, expected: str) -> None:
    address = found.partition(",")[0]
    runner.write_files({"wrong/BUILD": f"{target}(name='it', {field}='{address}')"})
    assert message(runner, Addresses, request(runner, "wrong", "it")) == (
        f"wrong:it: The `{field}` field needs a `{expected}` target.\n"
        "Found:\n"
        f"  {found}\n"
        f"Fix: name the address of a `{expected}` target."
    )


def test_the_parser_that_needs_a_python_of_the_machine(runner: RuleRunner) -> None:
    write(runner, FILES, *DEFAULTS, "--no-python-infer-use-rust-parser")
    image(runner, "script='x'")
    assert message(runner, Addresses, request(runner, "src/web", "image")) == (
        "src/web:image: Pants would read the imports of the app on a Python of this machine, which an image does not "
        "need.\n"
        "Found:\n"
        "  `[python-infer].use_rust_parser` is false\n"
        "Fix: set `use_rust_parser = true` in `[python-infer]` in pants.toml, which Pants 2.18 does by default."
    )


def test_wrong_type_in_an_option(runner: RuleRunner) -> None:
    write(runner, FILES, *DEFAULTS[:3], "--strata-venv=third:pip")
    assert error(runner, "script='x'") == (
        "src/web:image: The `venv` field needs a `python_venv` target.\n"
        "Found:\n"
        "  third:pip, a `python_installer`\n"
        "Fix: name the address of a `python_venv` target."
    )


@pytest.mark.parametrize(
    "name, found",
    [
        ("default_base", ["//:strata-base"]),
        ("default_venv", ["//:strata-installer", "//:strata-interpreter"]),
    ],
)
def test_targets_that_come_along_serve_where_nothing_is_named(runner: RuleRunner, name: str, found: list[str]) -> None:
    write(runner, FILES)
    assert sorted(dependencies(runner, "third", name)) == found


def test_address_that_names_nothing(runner: RuleRunner) -> None:
    image(runner, "script='x', venv='third:absent'")
    with pytest.raises(ExecutionError, match="the `venv` field of src/web:image") as caught:
        dependencies(runner, "src/web", "image")
    assert "third" in str(caught.value)
