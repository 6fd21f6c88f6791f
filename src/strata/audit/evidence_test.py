"""What paths alone show."""

from __future__ import annotations

import pytest

from strata.audit.evidence import Evidence, evidence_of_paths

SITE = "opt/venv/lib/python3.13/site-packages"


def found(*files: str) -> list[str]:
    return sorted(str(each) for each in evidence_of_paths(set(files)))


def test_an_installed_project_is_its_package_and_its_metadata() -> None:
    assert found(
        f"{SITE}/pip/__init__.py",
        f"{SITE}/pip/__main__.py",
        f"{SITE}/pip/_internal/__init__.py",
        f"{SITE}/pip/_vendor/distlib/__init__.py",
        f"{SITE}/pip/_vendor/distlib/scripts.py",
        f"{SITE}/pip/_vendor/distlib/wheel.py",
        f"{SITE}/pip/_vendor/__init__.py",
        f"{SITE}/pip-26.3.dist-info/METADATA",
    ) == [f"pip 26.3, a metadata directory: /{SITE}/pip-26.3.dist-info", f"pip, a package: /{SITE}/pip"]


@pytest.mark.parametrize(
    "files, project",
    [
        (["pip/req/req_install.py"], "pip"),
        (["pip/_internal/__init__.pyc"], "pip"),
        (["uv/_find_uv.py"], "uv"),
        (["poetry/console/application.py", "poetry/installation/installer.py"], "poetry"),
        (["setuptools/dist.py", "setuptools/command/easy_install.py"], "setuptools"),
        (["pkg_resources/__init__.py"], "setuptools"),
        (["_distutils_hack/__init__.py"], "setuptools"),
        (["wheel/wheelfile.py", "wheel/bdist_wheel.py"], "wheel"),
        (["virtualenv/run/__init__.py", "virtualenv/seed/__init__.py"], "virtualenv"),
        (["ensurepip/__init__.py", "ensurepip/_uninstall.py"], "ensurepip"),
    ],
)
@pytest.mark.parametrize("directory", ["srv", "usr/lib/python3.13", "usr/lib/python3/dist-packages", SITE])
def test_a_package_is_found_wherever_it_lies(files: list[str], project: str, directory: str) -> None:
    package = files[0].partition("/")[0]
    paths = [f"{directory}/{file}" for file in files]
    assert found(*paths) == [f"{project}, a package: /{directory}/{package}"]


@pytest.mark.parametrize(
    "path, what",
    [
        ("pip-25.1.1.dist-info/RECORD", "pip 25.1.1, a metadata directory: /{}/pip-25.1.1.dist-info"),
        ("poetry_core-2.1.dist-info/RECORD", "poetry-core 2.1, a metadata directory: /{}/poetry_core-2.1.dist-info"),
        ("pip.egg-info/PKG-INFO", "pip, a metadata directory: /{}/pip.egg-info"),
        ("setuptools-66.1.1.egg-info", "setuptools 66.1.1, a metadata directory: /{}/setuptools-66.1.1.egg-info"),
        ("pip-9.0-py3.8.egg/EGG-INFO/RECORD", "pip 9.0, a metadata directory: /{}/pip-9.0-py3.8.egg"),
        ("setuptools.egg-link", "setuptools, a metadata directory: /{}/setuptools.egg-link"),
        ("easy_install.py", "setuptools, a module: /{}/easy_install.py"),
        ("distutils-precedence.pth", "setuptools, a module: /{}/distutils-precedence.pth"),
        ("get-pip.py", "pip, a module: /{}/get-pip.py"),
        ("pip-25.1-py3-none-any.whl", "pip 25.1, a wheel: /{}/pip-25.1-py3-none-any.whl"),
        ("uv-0.9-1a-py3-none-any.whl", "uv 0.9, a wheel: /{}/uv-0.9-1a-py3-none-any.whl"),
    ],
)
def test_names_that_say_it(path: str, what: str) -> None:
    assert found(f"{SITE}/{path}") == [what.format(SITE)]


@pytest.mark.parametrize(
    "files",
    [
        # An app's own modules, about cars, ultraviolet light and the setup of machines.
        ["app/wheel.py", "app/uv/__init__.py", "app/installer/__init__.py", "app/setuptools/__init__.py"],
        ["app/easy_install.py", "app/virtualenv.py"],
        ["opt/venv/lib/python3.13/site-packages/pipeline/__init__.py", "srv/pip/__init__.py"],
        # Bytecode that nothing imports without its source.
        [f"{SITE}/pip/_internal/__pycache__/__init__.cpython-313.pyc"],
        ["usr/share/doc/python3-pip-whl/copyright", "var/lib/dpkg/status.d/python3-pip-whl"],
        [f"{SITE}/pip_audit-2.9.dist-info/RECORD", "srv/wheelhouse-1.0-py3-none-any.whl"],
    ],
)
def test_what_is_no_installer(files: list[str]) -> None:
    assert found(*files) == []


def test_a_vendored_package_cannot_be_imported_as_what_it_is() -> None:
    vendored = [
        f"{SITE}/tool/_vendor/wheel/wheelfile.py",
        f"{SITE}/tool/_vendor/wheel/bdist_wheel.py",
        f"{SITE}/tool/_vendor/wheel-0.45.dist-info/RECORD",
    ]
    assert found(*vendored, f"{SITE}/tool/_vendor/__init__.py") == []
    assert found(*vendored) == [
        f"wheel 0.45, a metadata directory: /{SITE}/tool/_vendor/wheel-0.45.dist-info",
        f"wheel, a package: /{SITE}/tool/_vendor/wheel",
    ]


def test_a_vendored_pip_runs_wherever_it_lies() -> None:
    assert found(f"{SITE}/tool/__init__.py", f"{SITE}/tool/pip/_internal/__init__.py") == [
        f"pip, a package: /{SITE}/tool/pip"
    ]


def test_a_wheel_that_leaves_a_module_in_site_packages_makes_no_package_of_it() -> None:
    assert found(f"{SITE}/__init__.py", f"{SITE}/uv/_find_uv.py") == [f"uv, a package: /{SITE}/uv"]


def test_paths_of_others() -> None:
    assert found("/usr/bin/x", "./lib//pip.whl", "/opt/pip-25.1-py3-none-any.whl", "") == [
        "pip 25.1, a wheel: //opt/pip-25.1-py3-none-any.whl"
    ]


def test_evidence_survives_json() -> None:
    for each in (Evidence("srv/pip", "pip", "package"), Evidence("srv/x.whl", "pip", "wheel", "25.1")):
        assert Evidence.from_json(each.to_json()) == each
