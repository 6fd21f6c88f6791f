"""Entry points that do not exist."""

from __future__ import annotations

from support.mistakes import Project

APP = {
    "src/app/main.py": "",
    "src/app/BUILD": """\
python_sources()
python_image(name="no_file", entry_point="app.py")
python_image(name="no_module", entry_point="web.main")
python_image(name="no_script", script="gunicorn")
python_image(name="nothing")
""",
}


def test_an_entry_point_file_that_does_not_exist(project: Project) -> None:
    assert project.error("src/app:no_file", APP) == (
        "StrataError: src/app:no_file: The entry point src/app/app.py does not exist.\n"
        "Found:\n"
        "  Python files in src/app: main.py\n"
        "Fix: name a Python file below the directory of the BUILD file, or a module with dots."
    )


def test_an_entry_point_module_that_does_not_exist(project: Project) -> None:
    assert project.error("src/app:no_module", APP) == (
        "StrataError: src/app:no_module: The entry point module web.main is neither in the repository, nor in the "
        "venv, nor in the standard library.\n"
        "Fix: correct `entry_point`; for a first-party module, see that a `python_sources` target owns it and that its "
        "source root is among `./pants roots`; for one of the lock, add its `python_requirement` to `dependencies`."
    )


def test_a_script_that_does_not_exist(project: Project) -> None:
    assert project.error("src/app:no_script", APP) == (
        "StrataError: src/app:no_script: The image's venv has no console script 'gunicorn'.\n"
        "Found:\n"
        "  scripts of the wheels that the image needs: none\n"
        "Fix: name one of these, or add the `python_requirement` of the project that has it to `dependencies`."
    )


def test_an_image_without_an_entry_point(project: Project) -> None:
    assert project.error("src/app:nothing", APP) == (
        "StrataError: src/app:nothing: An image runs exactly one of `entry_point` and `script`.\n"
        "Found:\n"
        "  neither is set\n"
        'Fix: set for instance `entry_point="main.py"`, or `script="uvicorn"`.'
    )
