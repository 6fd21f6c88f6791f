from __future__ import annotations

from dataclasses import dataclass

import pytest
from pants.engine.addresses import Address
from pants.engine.rules import QueryRule, rule
from pants.testutil.rule_runner import RuleRunner

from pants_strata import engine
from pants_strata.artifacts.venv import Venv
from pants_strata.target_types import EntryPointField
from pants_strata.util_rules.entry_point import EntryPoint, entry_point, image_command
from support.rules import message, repository, write


@dataclass(frozen=True)
class CommandRequest:
    address: Address


@dataclass(frozen=True)
class Command:
    argv: tuple[str, ...]
    owners: tuple[Address, ...]


@rule
async def command(request: CommandRequest) -> Command:
    """What an image runs, with a venv that has uvicorn."""
    target = await engine.target(request.address)
    venv = Venv(
        layers=(),
        modules=frozenset({"uvicorn", "uvicorn.main", "uvicorn.__main__", "idle", "idle.core", "six"}),
        scripts=frozenset({"uvicorn", "dotenv"}),
        standard_library=frozenset({"http", "json"}),
    )
    argv = await image_command(target, venv, lambda targets: targets, "3.13.5")
    point = await entry_point(target[EntryPointField], lambda targets: targets)
    return Command(argv, point.owners if point else ())


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return repository([command, QueryRule(Command, [CommandRequest])])


@pytest.fixture(autouse=True)
def files(runner: RuleRunner) -> None:
    write(
        runner,
        {
            "src/web/BUILD": "python_sources()",
            "src/web/__init__.py": "",
            "src/web/main.py": "",
            "src/tool/BUILD": "python_sources()",
            "src/tool/__init__.py": "",
            "src/tool/__main__.py": "",
            "src/library/BUILD": "python_sources()",
            "src/library/__init__.py": "",
            "src/alone.py": "",
            "src/one/BUILD": "python_source(name='main', source='main.py')\n"
            "python_source(name='more', source='main.py')",
            "src/one/main.py": "",
            "both.py": "",
            "src/both.py": "",
            "BUILD": "python_sources(sources=['both.py'])",
            "src/BUILD": "python_sources(sources=['both.py'])",
            "3rdparty/BUILD": "python_requirement(name='six', requirements=['six'])\n"
            "python_requirement(name='absent', requirements=['absent'])",
        },
    )


def image(runner: RuleRunner, folder: str, fields: str) -> CommandRequest:
    files = {f"{folder}/BUILD.image": f"python_image(name='image', {fields})\n"}
    runner.write_files(files)
    return CommandRequest(Address(folder, target_name="image"))


def run(runner: RuleRunner, folder: str, fields: str) -> tuple[tuple[str, ...], list[str]]:
    found = runner.request(Command, [image(runner, folder, fields)])
    return found.argv, [str(address) for address in found.owners]


def error(runner: RuleRunner, folder: str, fields: str) -> str:
    return message(runner, Command, image(runner, folder, fields))


PYTHON = ("/opt/venv/bin/python", "-P")


@pytest.mark.parametrize("folder, name", [("src/web", "main.py"), ("src/web", "web.main"), ("src", "web/main.py")])
def test_file_and_module(runner: RuleRunner, folder: str, name: str) -> None:
    assert run(runner, folder, f"entry_point='{name}'") == ((*PYTHON, "-m", "web.main"), ["src/web/main.py"])


def test_a_file_without_a_package(runner: RuleRunner) -> None:
    write(runner, {"src/BUILD": "python_sources(sources=['__init__.py'])", "src/__init__.py": ""})
    argv, owners = run(runner, "src", "entry_point='__init__.py:run'")
    assert argv[2:] == ("-c", "import sys; from __init__ import run; sys.exit(run())")
    assert owners == ["src/__init__.py"]


@pytest.mark.parametrize("python, has_option", [("3.9.2", False), ("3.10.0", False), ("3.11.2", True)])
def test_a_cpython_without_the_option(python: str, has_option: bool) -> None:
    module, function = EntryPoint("web.main", "", ()), EntryPoint("web.main", "App.run", ())
    if has_option:
        assert module.command(python) == (*PYTHON, "-m", "web.main")
        return
    start = "import sys; del sys.path[0]; "
    assert module.command(python) == (
        *(PYTHON[0], "-c"),
        f"{start}import runpy; runpy._run_module_as_main('web.main')",
    )
    assert function.command(python) == (
        *(PYTHON[0], "-c"),
        f"{start}from web.main import App; sys.exit(App.run())",
    )


def test_function(runner: RuleRunner) -> None:
    code = "import sys; from web.main import App; sys.exit(App.run())"
    assert run(runner, "src/web", "entry_point='main.py:App.run'") == ((*PYTHON, "-c", code), ["src/web/main.py"])


@pytest.mark.parametrize("name", ["tool", "tool.__main__"])
def test_package(runner: RuleRunner, name: str) -> None:
    argv, owners = run(runner, "src/tool", f"entry_point='{name}'")
    assert argv == (*PYTHON, "-m", name)
    assert "src/tool/__main__.py" in owners


def test_file_of_a_package(runner: RuleRunner) -> None:
    assert run(runner, "src/tool", "entry_point='__main__.py'") == ((*PYTHON, "-m", "tool"), ["src/tool/__main__.py"])


def test_function_in_the_main_file_of_a_package(runner: RuleRunner) -> None:
    argv, owners = run(runner, "src/tool", "entry_point='__main__.py:run'")
    assert argv[-1] == "import sys; from tool.__main__ import run; sys.exit(run())"
    assert owners == ["src/tool/__main__.py"]


def test_file_that_another_root_has_too(runner: RuleRunner) -> None:
    assert run(runner, "src", "entry_point='both.py'") == ((*PYTHON, "-m", "both"), ["src/both.py"])


@pytest.mark.parametrize("name", ["uvicorn", "uvicorn.main", "six", "http.server", "json"])
def test_module_of_the_venv_or_of_python(runner: RuleRunner, name: str) -> None:
    """A requirement that provides the module is none of the image's own code."""
    assert run(runner, "src/web", f"entry_point='{name}'") == ((*PYTHON, "-m", name), [])


def test_script(runner: RuleRunner) -> None:
    assert run(runner, "src/web", "script='uvicorn'") == ((*PYTHON, "/opt/venv/bin/uvicorn"), [])


# ---- errors ---------------------------------------------------------------------------------------------------------


def test_neither(runner: RuleRunner) -> None:
    assert error(runner, "src/web", "") == (
        "src/web:image: An image runs exactly one of `entry_point` and `script`.\n"
        "Found:\n"
        "  neither is set\n"
        'Fix: set for instance `entry_point="main.py"`, or `script="uvicorn"`.'
    )


def test_both(runner: RuleRunner) -> None:
    assert error(runner, "src/web", "entry_point='main.py', script='uvicorn'") == (
        "src/web:image: An image runs exactly one of `entry_point` and `script`.\n"
        "Found:\n"
        '  entry_point="main.py"\n'
        '  script="uvicorn"\n'
        'Fix: set for instance `entry_point="main.py"`, or `script="uvicorn"`.'
    )


def test_file_is_missing(runner: RuleRunner) -> None:
    assert error(runner, "src/web", "entry_point='app.py'") == (
        "src/web:image: The entry point src/web/app.py does not exist.\n"
        "Found:\n"
        "  Python files in src/web: __init__.py, main.py\n"
        "Fix: name a Python file below the directory of the BUILD file, or a module with dots."
    )


@pytest.mark.parametrize("name", ["../web/main.py", "/src/web/main.py"])
def test_file_elsewhere(runner: RuleRunner, name: str) -> None:
    assert error(runner, "src/tool", f"entry_point='{name}'") == (
        f"src/tool:image: The entry point {name} is not below the directory of the BUILD file.\n"
        "Fix: name the module with dots instead, for instance `package.main`."
    )


def test_file_is_unowned(runner: RuleRunner) -> None:
    assert error(runner, "src", "entry_point='alone.py'") == (
        "src:image: The entry point src/alone.py belongs to no target, so it would not be in the image.\n"
        "Fix: add a `python_sources()` target beside it; `./pants tailor ::` does."
    )


def test_file_has_two_owners(runner: RuleRunner) -> None:
    assert error(runner, "src/one", "entry_point='main.py'") == (
        "src/one:image: More than one target owns the entry point src/one/main.py.\n"
        "Found:\n"
        "  src/one:main\n"
        "  src/one:more\n"
        "Fix: keep one of them, so that it is clear whose dependencies the image gets."
    )


def test_file_that_is_no_module(runner: RuleRunner) -> None:
    runner.write_files({"src/web/my-app.py": ""})
    assert error(runner, "src/web", "entry_point='my-app.py'") == (
        "src/web:image: The entry point src/web/my-app.py cannot be run as a module.\n"
        "Found:\n"
        "  its name would be 'web.my-app'\n"
        "Fix: rename the file and its folders so that each name has letters, digits and underscores only."
    )


@pytest.mark.parametrize(
    "name", ["web.main:", ":main", "web..main", "web/main", "main.py:a b", "python -m web", "main.py:"]
)
def test_malformed(runner: RuleRunner, name: str) -> None:
    assert error(runner, "src/web", f"entry_point='{name}'") == (
        f"src/web:image: The entry point {name!r} is neither a file, nor a module, nor a function of one.\n"
        'Fix: write "main.py", "package.module", or either with ":function".'
    )


@pytest.mark.parametrize("name", ["library", "__init__.py"])
def test_package_without_main(runner: RuleRunner, name: str) -> None:
    assert error(runner, "src/library", f"entry_point='{name}'") == (
        "src/library:image: The entry point library is a package without a module `__main__`, so it cannot be run.\n"
        "Fix: name one of its modules, or a function as `module:function`."
    )


def test_package_of_the_venv_without_main(runner: RuleRunner) -> None:
    assert error(runner, "src/web", "entry_point='idle'") == (
        "src/web:image: The entry point idle is a package without a module `__main__`, so it cannot be run.\n"
        "Fix: name one of its modules, or a function as `module:function`."
    )
    assert run(runner, "src/web", "entry_point='idle:main'")[0][2] == "-c"


def test_ambiguous_module(runner: RuleRunner) -> None:
    assert error(runner, "src/web", "entry_point='both'") == (
        "src/web:image: More than one target provides the entry point module both.\n"
        "Found:\n"
        "  //both.py\n"
        "  src/both.py\n"
        "Fix: name the file in `entry_point`."
    )


@pytest.mark.parametrize("name", ["web.absent", "web.absent:main", "absent", "uvicorn.absent"])
def test_module_in_no_place(runner: RuleRunner, name: str) -> None:
    assert error(runner, "src/web", f"entry_point='{name}'") == (
        f"src/web:image: The entry point module {name.partition(':')[0]} is neither in the repository, nor in the "
        "venv, nor in the standard library.\n"
        "Fix: correct `entry_point`; for a first-party module, see that a `python_sources` target owns it and that its "
        "source root is among `./pants roots`; for one of the lock, add its `python_requirement` to `dependencies`."
    )


def test_script_is_missing(runner: RuleRunner) -> None:
    assert error(runner, "src/web", "script='gunicorn'") == (
        "src/web:image: The image's venv has no console script 'gunicorn'.\n"
        "Found:\n"
        "  scripts of the wheels that the image needs: dotenv, uvicorn\n"
        "Fix: name one of these, or add the `python_requirement` of the project that has it to `dependencies`."
    )
