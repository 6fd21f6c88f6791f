from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional

import pytest
from pants.engine.target import WrappedTarget, WrappedTargetRequest
from pants.testutil.option_util import create_subsystem
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts.installer import Installer, PreparedInstaller, PreparedInstallerRequest
from pants_strata.artifacts.layer import ArtifactLayer
from pants_strata.artifacts.venv import (
    DependenciesLayer,
    DependenciesLayerRequest,
    LockedVenv,
    LockedVenvRequest,
    Proof,
    ProofRequest,
    Venv,
    VenvLayer,
    VenvLayerRequest,
    VenvParts,
    VenvRequest,
)
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.policy_options import Policy, PolicySubsystem
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import PythonInstallerTarget, PythonVenvTarget
from pants_strata.util_rules.venvs.parts import make_venv_parts
from pants_strata.util_rules.venvs.venv import build_venv
from strata.attest.build_inputs import Input
from strata.errors import StrataError
from strata.oci.descriptor import Descriptor
from strata.oci.layer import Layer
from strata.plan.libraries import NativeWheel
from strata.protocol.dependencies_layer import Distribution, Libraries
from support.mocked_rules import Answers, run_mocked
from support.venvs.locked_wheels import ADDRESS, DIGEST, INSTALLER_ADDRESS, LARGE, LOCK, LockedWheels

INSTALLER = Installer(ADDRESS, "uv", "0.9", DIGEST, ("uv.whl",))

ALLOWING = {"start_code": Policy.allow, "start_code_of": [], "alike_paths": Policy.allow}


@dataclass
class Engine:
    """The rest of the build: a wheel for each name of `requires`, and notes of the requests.

    :param files: name → the paths in its wheel, each with a text for its content.
    :param libraries: name → platform → the shared libraries of its wheel.
    :param starts: name → the files with code that runs at each start of Python.
    :param policy: options over those that allow all.
    """

    requires: Mapping[str, Sequence[str]]
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    libraries: Mapping[str, Mapping[str, Libraries]] = field(default_factory=dict)
    starts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    size: int = LARGE
    crowded: Collection[str] = ()
    tool: str = "pip"
    written: list[list[str]] = field(default_factory=list)
    proved: list[list[str]] = field(default_factory=list)
    prepared: list[PreparedInstallerRequest] = field(default_factory=list)
    layers_at_proof: int = 0
    failure: Optional[StrataError] = None

    @cached_property
    def locked(self) -> LockedWheels:
        return LockedWheels(self.requires, self.size, self.crowded)

    def write(self, request: DependenciesLayerRequest) -> DependenciesLayer:
        names = [wheel.name for wheel in request.wheels]
        self.written.append(names)
        distributions = {
            name: Distribution(
                (f"{name}_module",),
                (f"{name}-script",),
                self.files.get(name, {}),
                self.starts.get(name, ()),
                self.libraries.get(name, {}),
            )
            for name in names
        }
        return DependenciesLayer(layer_of("+".join(names)), distributions)

    def prove(self, request: ProofRequest) -> Proof:
        self.proved.append([wheel.name for wheel in request.wheels])
        self.layers_at_proof = len(self.written)
        return Proof(INSTALLER, self.failure)

    def build(self, roots: Optional[Sequence[str]], wheels: Sequence[LockedWheel] = (), **fields: Any) -> Venv:
        request = VenvRequest(LOCK, None if roots is None else tuple(roots), "all", "gzip", tuple(wheels))
        installer = PythonInstallerTarget({"tool": self.tool}, INSTALLER_ADDRESS)
        targets = {each.address: each for each in (PythonVenvTarget(fields, ADDRESS), installer)}
        strata = create_subsystem(StrataSubsystem, layer_budget=100, layer_threshold=1024)
        policy = create_subsystem(PolicySubsystem, **{**ALLOWING, **self.policy})
        both: Answers = {
            (WrappedTarget, WrappedTargetRequest): lambda asked: WrappedTarget(targets[asked.address]),
            (LockedVenv, LockedVenvRequest): self.locked.venv,
            (DependenciesLayer, DependenciesLayerRequest): self.write,
        }
        of_parts: Answers = {
            **both,
            **self.locked.answers(),
            (Proof, ProofRequest): self.prove,
            (VenvLayer, VenvLayerRequest): lambda _: VenvLayer(layer_of("the venv"), frozenset(["json"])),
        }

        def prepare(request: PreparedInstallerRequest) -> PreparedInstaller:
            self.prepared.append(request)
            return PreparedInstaller(INSTALLER, DIGEST)

        of_venv: Answers = {
            **both,
            (VenvParts, VenvRequest): lambda asked: run_mocked(make_venv_parts, [asked, strata], of_parts),
            (PreparedInstaller, PreparedInstallerRequest): prepare,
        }
        made: Venv = run_mocked(build_venv, [request, strata, policy], of_venv)
        return made


def layer_of(name: str) -> ArtifactLayer:
    layer = Layer(Descriptor("application/x-tar", f"sha256:{name}", 1), f"sha256:{name}", {"kind": name})
    return ArtifactLayer(layer, DIGEST, FrozenDict())


# ---- layers and proofs ----------------------------------------------------------------------------------------------


def test_a_venv_has_what_its_wheels_have() -> None:
    venv = Engine({"app": ["b"], "b": [], "unneeded": []}).build(["app"])
    assert venv.modules == {"app_module", "b_module"}
    assert venv.scripts == {"app-script", "b-script"}
    assert venv.standard_library == {"json"}


def test_the_installer_is_made_ready_beside_the_parts() -> None:
    engine = Engine({"app": []})
    engine.build(["app"])
    assert engine.prepared == [PreparedInstallerRequest(engine.locked.venv(LOCK).installer)]
    # Layers must not wait for it: nothing answers the rule that makes them if it asks for it.


def test_built_wheels_have_layers_and_proofs() -> None:
    own = LockedWheel("own", "1.2", "own-1.2-py3-none-any.whl", LARGE, (), ("own",), DIGEST)
    engine = Engine({"app": []})
    assert "own_module" in engine.build(["app"], [own]).modules
    assert sorted(engine.written) == [["app"], ["own"]]
    assert sorted(name for batch in engine.proved for name in batch) == ["app", "own"]


def test_large_wheels_have_layers_of_their_own_and_each_wheel_is_proved_once() -> None:
    engine = Engine({"a": [], "b": []})
    venv = engine.build(None)
    assert sorted(engine.written) == [["a"], ["b"]]
    assert sorted(name for batch in engine.proved for name in batch) == ["a", "b"]
    # No proof is asked for before the layers, which take longer.
    assert engine.layers_at_proof == 2
    assert [layer.layer.contents["kind"] for layer in venv.layers] == ["the venv", "a", "b"]
    assert dict(venv.layers[0].inputs) == {"installer": Input("uv 0.9", DIGEST.fingerprint)}


@pytest.mark.parametrize("tool, batches", [("pip", 1), ("poetry", 1), ("uv", 2)])
def test_an_installer_that_starts_at_once_installs_fewer_wheels_together(tool: str, batches: int) -> None:
    engine = Engine({f"project-{number}": [] for number in range(20)}, size=1, tool=tool)
    engine.build(None)
    assert len(engine.proved) == batches


def test_a_wheel_of_many_files_is_proved_apart_from_small_ones() -> None:
    engine = Engine({"a": [], "tzdata": [], "b": []}, size=1, crowded=["tzdata"])
    engine.build(None)
    assert sorted(engine.proved) == [["a", "b"], ["tzdata"]]


def test_images_share_the_proofs_of_requirements_that_they_share() -> None:
    requires = {"a": ["b"], "b": [], "c": ["b; python_version < '3'", "d"], "d": [], "e": []}
    one, other = (Engine(requires, size=1) for _ in range(2))
    one.build(["a", "c"])
    other.build(["c", "e", "d"])
    assert sorted(one.proved) == [["a", "b"], ["c", "d"]]
    assert sorted(other.proved) == [["c", "d"], ["e"]]


def test_a_built_wheel_is_proved_apart_from_what_it_requires() -> None:
    own = LockedWheel("own", "1.0", "own-1.0-py3-none-any.whl", 1, ("a",), ("own",), DIGEST)
    engine = Engine({"a": ["b"], "b": []}, size=1)
    engine.build([], [own])
    assert sorted(engine.proved) == [["a", "b"], ["own"]]


def test_a_proof_that_fails() -> None:
    failure = StrataError("pip failed.", found=["it said so"], fix="Choose another wheel.")
    with pytest.raises(StrataError) as caught:
        Engine({"a": []}, failure=failure).build(None)
    assert str(caught.value) == str(failure.at("third:venv"))


def test_what_is_wrong_with_wheels_comes_before_the_proof_that_fails() -> None:
    files = {"a": {"x": "1"}, "b": {"x/y": "1"}}
    with pytest.raises(StrataError) as caught:
        Engine({"a": [], "b": []}, files, failure=StrataError("pip failed.", fix="Choose another wheel.")).build(None)
    assert "pip failed." not in str(caught.value)


def test_fields_come_before_options() -> None:
    engine = Engine({"a": [], "b": []})
    engine.build(None, layer_budget=1)
    assert engine.written == [["a", "b"]]


def test_a_budget_beyond_what_runtimes_take() -> None:
    with pytest.raises(StrataError) as caught:
        Engine({"a": []}).build(None, layer_budget=500)
    assert str(caught.value).startswith(
        "third:venv: The dependencies of an image cannot have 500 layers at most.\nFound:\n"
    )


def test_without_wheels_no_installer_is_named() -> None:
    engine = Engine({"unneeded": []})
    venv = engine.build([])
    assert (engine.locked.fetched, engine.written, engine.proved, engine.prepared) == ([], [], [], [])
    assert [dict(layer.inputs) for layer in venv.layers] == [{}]


def test_libraries_are_those_for_the_platform() -> None:
    own, other = Libraries(("own.so",), {"libz.so.1": "own.so"}), Libraries(("other.so",), {})
    engine = Engine(
        {"a": [], "b": [], "c": []},
        libraries={"a": {"linux/arm64": other}, "b": {"linux/amd64": own, "linux/arm64": other}},
    )
    assert engine.build(None).libraries == (NativeWheel("b 1.0", ("own.so",), FrozenDict({"libz.so.1": "own.so"})),)


# ---- overlapping files ----------------------------------------------------------------------------------------------


def test_wheels_with_different_files_at_one_path_share_a_layer(caplog: pytest.LogCaptureFixture) -> None:
    files = {"a": {"x/__init__.py": "1"}, "b": {"x/__init__.py": "2"}, "c": {"y.py": "3"}}
    engine = Engine({"a": [], "b": [], "c": []}, files)
    with caplog.at_level(logging.WARNING):
        venv = engine.build(None)
    assert sorted(engine.written[:3]) == [["a"], ["b"], ["c"]]
    assert sorted(engine.written[3:]) == [["a", "b"], ["c"]]
    assert sorted(layer.layer.contents["kind"] for layer in venv.layers) == ["a+b", "c", "the venv"]
    assert sorted(name for batch in engine.proved for name in batch) == ["a", "b", "c"]
    assert [record.getMessage() for record in caplog.records] == [
        "third:venv: wheels install different files at one path; the venv has the last one's:\n"
        "  x/__init__.py: a-1.0-py3-none-any.whl, b-1.0-py3-none-any.whl"
    ]


def test_the_same_file_twice_is_no_overlap(caplog: pytest.LogCaptureFixture) -> None:
    files = {"a": {"x/__init__.py": "1"}, "b": {"x/__init__.py": "1"}}
    engine = Engine({"a": [], "b": []}, files)
    engine.build(None)
    assert (sorted(engine.written), caplog.records) == ([["a"], ["b"]], [])


def test_a_file_where_another_wheel_has_a_directory() -> None:
    files = {"a": {"x": "1"}, "b": {"x/__init__.py": "2", "x/y.py": "3"}, "c": {"x.py": "4"}}
    with pytest.raises(StrataError) as raised:
        Engine({"a": [], "b": [], "c": []}, files).build(None)
    assert str(raised.value) == (
        "third:venv: wheels install a file where others install a directory, and no venv can have both.\n"
        "Found:\n"
        "  x: a file of a-1.0-py3-none-any.whl, a directory of b-1.0-py3-none-any.whl\n"
        "Fix: lock other versions of one of them, or do without it: they were not made for one venv."
    )


# ---- policy ---------------------------------------------------------------------------------------------------------


def test_code_at_each_start_is_named_and_may_be_refused() -> None:
    starts = {"a": ("site/a.pth",), "b-c": ("site/sitecustomize.py",)}
    requires: dict[str, list[str]] = {"a": [], "b-c": []}
    named = Engine(requires, starts=starts).build(None).notices.starts
    assert dict(named) == {"site/a.pth": "a", "site/sitecustomize.py": "b-c"}
    policy = {"start_code": Policy.error, "start_code_of": ["B_C"]}
    with pytest.raises(StrataError) as refused:
        Engine(requires, starts=starts, policy=policy).build(None)
    assert str(refused.value) == (
        f"{ADDRESS}: dependencies have code that runs at each start of Python, which `[strata-policy]` refuses.\n"
        "Found:\n"
        "  /site/a.pth, of a\n"
        "Fix: lock other projects; or name those that may have such code in `[strata-policy].start_code_of`."
    )
    Engine({"b-c": []}, starts=starts, policy=policy).build(None)


def test_paths_that_are_alike_are_named_and_may_be_refused() -> None:
    files = {"a": {"site/PIL/x.py": "1"}, "b": {"site/pil/y.py": "1"}}
    requires: dict[str, list[str]] = {"a": [], "b": []}
    assert dict(Engine(requires, files).build(None).notices.alike) == {("site/PIL", "site/pil"): ("a", "b")}
    policy = {"alike_paths": Policy.error}
    with pytest.raises(StrataError) as refused:
        Engine(requires, files, policy=policy).build(None)
    assert str(refused.value) == (
        f"{ADDRESS}: paths of dependencies differ only in case or in their Unicode form, which `[strata-policy]` "
        "refuses.\n"
        "Found:\n"
        "  site/PIL, site/pil: of a, b\n"
        'Fix: lock other projects; or set `alike_paths = "allow"` in `[strata-policy]`, where images are used on file '
        "systems that tell such paths apart."
    )
    Engine({"a": []}, files, policy=policy).build(None)
