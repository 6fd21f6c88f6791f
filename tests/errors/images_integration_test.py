"""Images that need what their lock does not have, and layers that no image can have."""

from __future__ import annotations

import pytest

from support.mistakes import Project, locked
from support.venvs.wheels import WheelFile


def test_a_requirement_that_the_lock_does_not_have(project: Project) -> None:
    build = """\
python_sources()
python_requirement(name="absent", requirements=["absent[extra]>=1"])
python_requirement(name="present", requirements=["present"])
python_venv(name="venv")
python_image(name="image", entry_point="main.py", venv=":venv", dependencies=[":absent", ":present"])
"""
    files = {"src/lacking/BUILD": build, "src/lacking/main.py": "", "src/lacking/requirements.lock": locked("present")}
    assert project.error("src/lacking:image", files) == (
        "StrataError: src/lacking:image: The image needs requirements that the lock of src/lacking:venv does not "
        "have.\n"
        "Found:\n"
        "  absent[extra]>=1, of src/lacking:absent\n"
        "Fix: renew the lock from the requirements, name another `venv`, or take what is not needed out of the "
        "dependencies. `./pants dependencies --transitive src/lacking:image` tells what leads there."
    )


def test_a_script_of_a_project_that_the_image_does_not_need(project: Project) -> None:
    scripts = "[console_scripts]\n{0} = {0}:main\n"
    wheels = [
        WheelFile(name, files={f"{name}.py": ""}, entry_points=scripts.format(script))
        for name, script in (("needed", "known"), ("unneeded", "hidden"))
    ]
    build = """\
python_requirement(name="needed", requirements=["needed"])
python_venv(name="venv")
python_image(name="image", script="hidden", venv=":venv", dependencies=[":needed"])
"""
    lock = "".join(locked(wheel.name, project.offer(wheel)) for wheel in wheels)
    files = {"src/hidden/BUILD": build, "src/hidden/requirements.lock": lock}
    assert project.error("src/hidden:image", files, index=f"{project.url}/simple") == (
        "StrataError: src/hidden:image: The image's venv has no console script 'hidden'.\n"
        "Found:\n"
        "  scripts of the wheels that the image needs: known\n"
        "Fix: name one of these, or add the `python_requirement` of the project that has it to `dependencies`."
    )


@pytest.mark.parametrize("budget", [0, 124])
@pytest.mark.parametrize("where", ["target", "option"])
def test_a_budget_of_layers_that_no_image_can_have(project: Project, budget: int, where: str) -> None:
    folder = f"budget_{where}_{budget}"
    field = f", layer_budget={budget}" if where == "target" else ""
    files = {f"{folder}/BUILD": f'python_venv(name="venv"{field})\n', f"{folder}/requirements.lock": ""}
    options = [f"--strata-layer-budget={budget}"] if where == "option" else []
    try:
        told = project.error(f"{folder}:venv", files, *options)
    finally:
        (project.pants.root / folder / "BUILD").unlink()
    if (where, budget) == ("target", 0):
        # Pants' own check of a field.
        assert told == (
            f"InvalidTargetException: {folder}/BUILD:1: The 'layer_budget' field in target {folder}:venv must be "
            "greater than zero, but was set to `0`."
        )
        return
    assert told == (
        f"StrataError: {folder}:venv: The dependencies of an image cannot have {budget} layers at most.\n"
        "Found:\n"
        "  runtimes take images of up to 127 layers, and some of them are no dependencies\n"
        "Fix: set `layer_budget`, or `[strata].layer_budget` in pants.toml, to a number from 1 to 123."
    )


def test_a_compression_that_nothing_reads(project: Project) -> None:
    files = {"src/lzma/BUILD": 'python_image(name="image", entry_point="main.py", compression="lzma")\n'}
    try:
        told = project.error("src/lzma:image", files)
    finally:
        (project.pants.root / "src/lzma/BUILD").unlink()
    assert told == (
        "InvalidTargetException: src/lzma/BUILD:1: Values for the 'compression' field in target src/lzma:image must be "
        "one of ['gzip', 'zstd'], but 'lzma' was provided."
    )


def test_wheels_that_a_policy_refuses(project: Project) -> None:
    files = {"boot.pth": "import boot\n", "boot.py": "", "Boot/data.txt": "", "boot/data.txt": ""}
    digest = project.offer(WheelFile("boot", files=files))
    lock = {"boot/BUILD": 'python_venv(name="venv")\n', "boot/requirements.lock": locked("boot", digest)}
    index = f"{project.url}/simple"
    site = "lib/python3.13/site-packages"
    assert project.error("boot:venv", lock, "--strata-policy-start-code=error", index=index) == (
        "StrataError: boot:venv: dependencies have code that runs at each start of Python, which `[strata-policy]` "
        "refuses.\n"
        "Found:\n"
        f"  /opt/venv/{site}/boot.pth, of boot\n"
        "Fix: lock other projects; or name those that may have such code in `[strata-policy].start_code_of`."
    )
    assert project.error("boot:venv", lock, "--strata-policy-alike-paths=error", index=index) == (
        "StrataError: boot:venv: paths of dependencies differ only in case or in their Unicode form, which "
        "`[strata-policy]` refuses.\n"
        "Found:\n"
        f"  {site}/Boot, {site}/boot: of boot\n"
        f"  {site}/Boot/data.txt, {site}/boot/data.txt: of boot\n"
        'Fix: lock other projects; or set `alike_paths = "allow"` in `[strata-policy]`, where images are used on file '
        "systems that tell such paths apart."
    )
