"""Which installers are allowed, whom the others are refused with, and what an image says of both."""

from __future__ import annotations

import json
from typing import Any, Optional

import pytest

from strata.audit.evidence import ARCHIVE, METADATA, PACKAGE, SCRIPT, WHEEL, Evidence
from strata.audit.policy import ENSUREPIP, LOCK, Verdict, judge
from strata.audit.projects import PROJECTS
from strata.errors import StrataError
from strata.oci.descriptor import LAYER_GZIP, Descriptor
from strata.oci.layer import Layer

SITE = "opt/venv/lib/python3.13/site-packages"
BUNDLED = Evidence("usr/share/python-wheels/pip-25.1.1-py3-none-any.whl", "pip", WHEEL, "25.1.1")
MODULE = Evidence("usr/lib/python3.13/ensurepip", "ensurepip", PACKAGE)


def layer(kind: str, *installers: Evidence, packages: Optional[dict[str, str]] = None) -> Layer:
    contents: dict[str, Any] = {"kind": kind, "installers": [each.to_json() for each in installers]}
    if packages is not None:
        contents["packages"] = packages
    return Layer(Descriptor(LAYER_GZIP, f"sha256:{'0' * 64}", 1), f"sha256:{'0' * 64}", contents)


def verdict(*layers: Layer, ensurepip: str = "keep") -> Verdict:
    return judge(layers, ensurepip=ensurepip)


def refusal(*layers: Layer, ensurepip: str = "keep") -> str:
    with pytest.raises(StrataError) as caught:
        judge(layers, ensurepip=ensurepip)
    return str(caught.value.at("src/app:image"))


def requests(judged: Verdict) -> dict[str, str]:
    return {each.evidence.path: each.request for each in judged.found}


def test_the_lock_is_that_of_all_layers_of_dependencies() -> None:
    package, script = Evidence(f"{SITE}/pip", "pip", PACKAGE), Evidence("opt/venv/bin/pip", "pip", SCRIPT)
    layers = [layer("venv"), layer("dependencies", package, packages={"pip": "25.0"})]
    others = [layer("dependencies", packages={"click": "8.1"}), layer("dependencies", script, packages={"six": "1"})]
    assert requests(verdict(*layers, *others)) == {package.path: LOCK, script.path: LOCK}
    assert refusal(*others).startswith(
        "src/app:image: The image would hold an installer that its lock does not ask for.\n"
        "Found:\n"
        "  in the layer dependencies: pip, a script: /opt/venv/bin/pip\n"
    )


def test_nothing_is_found() -> None:
    judged = verdict(layer("os-packages"), layer("app"))
    assert judged.found == ()
    assert judged.summary() == "none"


def test_ensurepip_and_its_wheel_may_be_kept() -> None:
    judged = verdict(layer("interpreter", BUNDLED, MODULE))
    assert requests(judged) == {BUNDLED.path: ENSUREPIP, MODULE.path: ENSUREPIP}
    assert judged.summary() == 'none but ensurepip, pip 25.1.1 (ensurepip="keep")'
    upstream = Evidence(f"{MODULE.path}/_bundled/pip-25.1.1-py3-none-any.whl", "pip", WHEEL, "25.1.1")
    assert requests(verdict(layer("interpreter", upstream))) == {upstream.path: ENSUREPIP}


def test_what_is_to_be_removed_is_refused() -> None:
    assert refusal(layer("interpreter", BUNDLED, MODULE), ensurepip="remove") == (
        "src/app:image: The image would hold an installer that its lock does not ask for.\n"
        "Found:\n"
        "  in the layer interpreter: pip 25.1.1, a wheel: /usr/share/python-wheels/pip-25.1.1-py3-none-any.whl\n"
        "  in the layer interpreter: ensurepip, a package: /usr/lib/python3.13/ensurepip\n"
        "Fix: in the layer interpreter, lock Debian packages of CPython that do not bring it along; of all installers, "
        'it may only hold the wheels that ensurepip installs, and only with `ensurepip="keep"`.'
    )


@pytest.mark.parametrize(
    "item",
    [
        Evidence("usr/share/python-wheels/poetry-2.0-py3-none-any.whl", "poetry", WHEEL, "2.0"),
        Evidence("usr/share/wheels/pip-25.1.1-py3-none-any.whl", "pip", WHEEL, "25.1.1"),
        Evidence("usr/lib/python3/dist-packages/pip", "pip", PACKAGE),
        Evidence("usr/bin/pip3", "pip", SCRIPT),
    ],
)
def test_nothing_else_of_an_interpreter_is_kept(item: Evidence) -> None:
    assert f"  in the layer interpreter: {item}\n" in refusal(layer("interpreter", BUNDLED, MODULE, item))


@pytest.mark.parametrize(
    "item",
    [
        Evidence("usr/share/python-wheels/setuptools-66.1.1-py3-none-any.whl", "setuptools", WHEEL, "66.1.1"),
        Evidence("usr/share/python-wheels/pkg_resources-0.0.0-py2.py3-none-any.whl", "setuptools", ARCHIVE),
        Evidence("usr/lib/python3.11/ensurepip/_bundled/setuptools-65.5.0-py3-none-any.whl", "setuptools", WHEEL),
    ],
)
def test_what_older_versions_of_ensurepip_install(item: Evidence) -> None:
    assert requests(verdict(layer("interpreter", BUNDLED, MODULE, item)))[item.path] == ENSUREPIP


def test_a_base_holds_no_wheel_for_ensurepip() -> None:
    assert refusal(layer("os-packages", BUNDLED), layer("interpreter", MODULE)) == (
        "src/app:image: The image would hold an installer that its lock does not ask for.\n"
        "Found:\n"
        "  in the layer os-packages: pip 25.1.1, a wheel: /usr/share/python-wheels/pip-25.1.1-py3-none-any.whl\n"
        "Fix: in the layer os-packages, take the Debian package that brings it out of `packages` of the "
        "`debian_packages` target, or name it in `exclude`, and renew its lock."
    )


def test_what_the_lock_asks_for_may_be_there() -> None:
    installed = [
        Evidence("opt/venv/bin/pip3", "pip", SCRIPT),
        Evidence(f"{SITE}/pip", "pip", PACKAGE),
        Evidence(f"{SITE}/pip-26.3.dist-info", "pip", METADATA, "26.3"),
    ]
    judged = verdict(layer("dependencies", *installed, packages={"pip": "26.3", "rich": "15.0"}))
    assert set(requests(judged).values()) == {LOCK}
    assert judged.summary() == "none but pip 26.3 (the lock of the dependencies)"


def test_what_an_installer_of_the_lock_brings_along_may_be_there() -> None:
    installed = [
        Evidence(f"{SITE}/virtualenv", "virtualenv", PACKAGE),
        Evidence(f"{SITE}/virtualenv/seed/wheels/embed/pip-25.0-py3-none-any.whl", "pip", WHEEL, "25.0"),
    ]
    judged = verdict(layer("dependencies", *installed, packages={"virtualenv": "21.0"}))
    assert judged.summary() == "none but pip 25.0, virtualenv (the lock of the dependencies)"


@pytest.mark.parametrize(
    "item",
    [
        Evidence(f"{SITE}/pip", "pip", PACKAGE),
        Evidence(f"{SITE}/innocent/pip-25.0-py3-none-any.whl", "pip", WHEEL, "25.0"),
        # uv is locked, in another version, and lies outside the venv.
        Evidence(f"{SITE}/uv-0.8.dist-info", "uv", METADATA, "0.8"),
        Evidence("usr/bin/uv", "uv", SCRIPT),
        Evidence(f"{SITE}/uvx/pip", "pip", PACKAGE),
    ],
)
def test_a_venv_holds_nothing_that_its_lock_does_not_name(item: Evidence) -> None:
    locked = Evidence(f"{SITE}/uv", "uv", PACKAGE)
    found = refusal(layer("dependencies", locked, item, packages={"uv": "0.9", "innocent": "1.0"}))
    assert found == (
        "src/app:image: The image would hold an installer that its lock does not ask for.\n"
        "Found:\n"
        f"  in the layer dependencies: {item}\n"
        "Fix: in the layer dependencies, if the app needs it, add the project to its requirements and renew the lock; "
        "else lock no project that brings it along."
    )


def test_a_lock_asks_for_nothing_in_other_layers() -> None:
    item = Evidence("app/tools/pip", "pip", PACKAGE)
    assert refusal(layer("dependencies", packages={"pip": "26.3"}), layer("app", item)) == (
        "src/app:image: The image would hold an installer that its lock does not ask for.\n"
        "Found:\n"
        "  in the layer app: pip, a package: /app/tools/pip\n"
        "Fix: in the layer app, take the files out of what the image depends on; if the app needs the project, add it "
        "to its requirements."
    )


def test_layers_have_their_own_fixes() -> None:
    script = Evidence("usr/bin/pip", "pip", SCRIPT)
    found = refusal(layer("os-packages", script), layer("os-packages", MODULE), layer("app", script))
    assert found.count("in the layer os-packages, take") == 1
    assert "renew its lock; in the layer app, take" in found


def test_a_layer_that_was_not_looked_into_is_no_layer() -> None:
    unseen = Layer(Descriptor(LAYER_GZIP, f"sha256:{'0' * 64}", 1), f"sha256:{'0' * 64}", {"kind": "app"})
    with pytest.raises(KeyError, match="installers"):
        verdict(unseen)


def test_an_image_says_what_was_looked_for_what_was_found_and_who_asked() -> None:
    text = verdict(layer("os-packages"), layer("interpreter", BUNDLED)).to_annotation()
    annotation = json.loads(text)
    assert annotation["ensurepip"] == "keep"
    assert annotation["version"] == 1
    assert annotation["found"] == [
        {
            "path": BUNDLED.path,
            "project": "pip",
            "version": "25.1.1",
            "kind": "wheel",
            "layer": "interpreter",
            "requestedBy": 'ensurepip="keep"',
        }
    ]
    assert list(annotation["lookedFor"]) == [project.name for project in PROJECTS]
    assert annotation["lookedFor"]["uv"] == [
        "**/uv/_find_uv.py[c]",
        "**/uv[-VERSION].(dist-info|egg-info|egg|egg-link)",
        "**/uv-*.whl",
        "**/(bin|sbin|condabin|Scripts)/uv[VERSION]",
        "**/(bin|sbin|condabin|Scripts)/uvx[VERSION]",
    ]
    # Registries take manifests of 4 MiB.
    assert len(text) < 8192
