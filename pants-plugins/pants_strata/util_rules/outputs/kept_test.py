from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Optional

import pytest
from pants.backend.python.target_types import PythonTestTarget
from pants.base.build_root import BuildRoot
from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, OutputPathField, PackageFieldSet
from pants.core.target_types import ArchiveTarget
from pants.core.util_rules.distdir import DistDir
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, Digest, DigestEntries, SymlinkEntry
from pants.engine.internals.session import RunId
from pants.engine.rules import QueryRule, rule
from pants.engine.streaming_workunit_handler import WorkunitsCallbackFactory
from pants.engine.target import COMMON_TARGET_FIELDS, Dependencies, Target
from pants.engine.unions import UnionRule
from pants.testutil.option_util import create_subsystem
from pants.testutil.rule_runner import RuleRunner

from pants_strata.artifacts.dist import (
    Dist,
    DistRequest,
    EmbeddedPackages,
    NamedTargets,
    Output,
    PackageInDist,
    PackageInDistRequest,
    PackagesInDist,
    PackagesInDistRequest,
)
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import PythonImageTarget, PythonVenvTarget
from pants_strata.util_rules.outputs import kept
from pants_strata.util_rules.outputs.kept import (
    EndOfRunRequest,
    dist_of_this_run,
    embedded_packages,
    end_of_run,
    named_targets,
    package_in_dist,
    packages_in_dist,
    unless_kept,
)
from pants_strata.util_rules.outputs.written import Entry
from support import rules
from support.mocked_rules import Answers, run_mocked

IMAGE = Address("src/app", target_name="image")
RUN = RunId(7)
DIST = Dist(RUN, "/repository", "out", keeps=True)
DIGEST = Digest("d" * 64, 1)
ENTRY = SymlinkEntry("src.app/image/blobs", "../blobs")
PACKAGE = BuiltPackage(
    DIGEST,
    (
        BuiltPackageArtifact("src.app/image", ("  linux/amd64 sha256:0", "  app: 0.0 kB")),
        BuiltPackageArtifact("src.app/image.inputs.json"),
        BuiltPackageArtifact(None, ("note",)),
    ),
)
NO_OTHER = EmbeddedPackages(frozenset(), frozenset())
OUTPUT = Output("/repository/out", ("src.app/image", "src.app/image.inputs.json"), DIGEST)

BUILD = """
python_image(name="image", entry_point="main.py", venv=":venv", extra_files=[":texts"])
python_image(name="other", entry_point="main.py", output_path="out/other")
python_venv(name="venv", lockfile="requirements.lock")
"""


class Contents(Dependencies):
    """What goes into a box."""


class BoxTarget(Target):
    """What another plugin puts packages of its dependencies into."""

    alias = "box"
    core_fields = (*COMMON_TARGET_FIELDS, Contents, OutputPathField)
    help = "A box."


@dataclass(frozen=True)
class BoxFieldSet(PackageFieldSet):
    """The fields of a box."""

    __module__ = rules.__name__  # One that is not of this plugin.
    required_fields = (Contents,)


@rule
async def package_box(field_set: BoxFieldSet) -> BuiltPackage:
    raise AssertionError(field_set)


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    own = [
        *(embedded_packages, package_box, UnionRule(PackageFieldSet, BoxFieldSet)),
        QueryRule(EmbeddedPackages, [NamedTargets]),
    ]
    targets = [ArchiveTarget, BoxTarget, PythonImageTarget, PythonTestTarget, PythonVenvTarget]
    return RuleRunner(rules=[*rules.pants_rules(), *own], target_types=targets)


def test_nobody_takes_what_no_target_names(runner: RuleRunner) -> None:
    # Neither an image's own fields count, nor what a test takes when it runs.
    tested = 'python_test(name="test", source="app_test.py", runtime_package_dependencies=[":image"])'
    rules.write(runner, {"src/app/BUILD": f"{BUILD}{tested}\n", "src/app/app_test.py": ""})
    outputs = frozenset({"out/other", "src.app/image", "src.app/venv"})
    for whole in (True, False):
        embedded = runner.request(EmbeddedPackages, [NamedTargets(whole)])
        assert embedded == EmbeddedPackages(frozenset(), outputs)


@pytest.mark.parametrize(
    "targets, taken",
    [
        ('box(name="box")', {"box"}),
        ('box(name="box", dependencies=[":image"])', {"box", "image"}),
        ('box(name="box", dependencies=[":in"])\nbox(name="in", dependencies=[":venv"])', {"box", "in", "venv"}),
        ('archive(name="archive", format="tar", packages=[":other"])', {"archive", "other"}),
        # A target that is wrong, which this run may not ask for.
        ('box(name="box", dependencies=[":missing"])', None),
        ('archive(name="archive", format="tar", packages=[":missing"])', None),
    ],
)
def test_packages_that_others_take(targets: str, taken: Optional[set[str]], runner: RuleRunner) -> None:
    rules.write(runner, {"src/app/BUILD": f"{BUILD}{targets}\n"})
    embedded = runner.request(EmbeddedPackages, [NamedTargets(whole=True)])
    assert (embedded.addresses and {address.target_name for address in embedded.addresses}) == taken
    # A run that does not ask for all targets does not look at what others depend on.
    assert runner.request(EmbeddedPackages, [NamedTargets(whole=False)]).addresses is None


@pytest.mark.parametrize(
    "embedded, needed",
    [
        (EmbeddedPackages(frozenset(), frozenset({"src.app/image", "src.app/other", "src.ap"})), False),
        (EmbeddedPackages(frozenset({IMAGE}), frozenset()), True),
        (EmbeddedPackages(None, frozenset()), True),
        # Another target writes a folder above.
        (EmbeddedPackages(frozenset(), frozenset({"src.app"})), True),
    ],
)
def test_whether_somebody_needs_the_files(embedded: EmbeddedPackages, needed: bool) -> None:
    assert embedded.need(IMAGE, ["src.app/image", "src.app/image.inputs.json"]) is needed


@pytest.mark.parametrize(
    "goals, chosen, keeps",
    [
        (["package"], True, True),
        (["package"], False, False),
        # They take the same package, and need its files.
        (["package", "publish"], True, False),
        (["publish"], True, False),
        (["test"], True, False),
        ([], True, False),
    ],
)
def test_where_a_run_packages_into(goals: list[str], chosen: bool, keeps: bool) -> None:
    strata = create_subsystem(StrataSubsystem, keep_unchanged=chosen)
    options = SimpleNamespace(options=SimpleNamespace(goals=goals))
    root = BuildRoot()
    found = run_mocked(dist_of_this_run, [DistRequest(), RUN, DistDir(Path("out")), root, strata, options], {})
    assert found == Dist(RUN, root.path, "out", keeps)


@pytest.mark.parametrize(
    "specs, whole", [(["::"], True), (["src/app:image", "src/other::"], False), (["src::", "::"], True), ([], False)]
)
def test_what_a_command_names(specs: list[str], whole: bool) -> None:
    options = SimpleNamespace(options=SimpleNamespace(specs=specs))
    assert run_mocked(named_targets, [options], {}) == NamedTargets(whole)


@dataclass
class Known:
    """What is known of the files in the folder."""

    there: dict[str, Output] = field(default_factory=dict)
    noted: list[tuple[Output, Sequence[Entry]]] = field(default_factory=list)

    def unchanged(self, folder: str, path: str, run: RunId) -> Optional[Output]:
        return self.all_unchanged(folder, run).get(path)

    def all_unchanged(self, folder: str, run: RunId) -> dict[str, Output]:
        assert (folder, run) == ("/repository/out", RUN)
        return self.there

    def note(self, output: Output, entries: Sequence[Entry]) -> None:
        self.noted.append((output, entries))

    def look(self) -> None:
        self.noted.clear()


@dataclass(frozen=True)
class Asked:
    """What the goal gets."""

    package: BuiltPackage


@rule
async def asked(package: BuiltPackage, embedded: EmbeddedPackages) -> Asked:
    return Asked(await unless_kept(package, IMAGE, embedded))


def ask(
    known: Known, embedded: EmbeddedPackages, monkeypatch: pytest.MonkeyPatch, *, dist: Dist = DIST, whole: bool = True
) -> BuiltPackage:
    monkeypatch.setattr(kept, "WRITTEN", known)
    of_dist: Answers = {(Dist, DistRequest): lambda _: dist}
    of_one: Answers = {
        **of_dist,
        (PackagesInDist, PackagesInDistRequest): lambda request: run_mocked(packages_in_dist, [request], of_dist),
    }
    answers: Answers = {
        **of_dist,
        (PackageInDist, PackageInDistRequest): lambda request: run_mocked(
            package_in_dist, [request, NamedTargets(whole)], of_one
        ),
        (DigestEntries, Digest): lambda _: DigestEntries([ENTRY]),
    }
    found: Asked = run_mocked(asked, [PACKAGE, embedded], answers)
    return found.package


@pytest.mark.parametrize("whole", [True, False])
def test_a_package_that_lies_there_is_kept(whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Known({"src.app/image": OUTPUT})
    found = ask(known, NO_OTHER, monkeypatch, whole=whole)
    lines = ("Kept out/src.app/image", "  linux/amd64 sha256:0")
    assert found == BuiltPackage(EMPTY_DIGEST, (BuiltPackageArtifact(None, lines),))
    assert known.noted == []


@pytest.mark.parametrize(
    "there, address",
    [
        (None, None),
        (OUTPUT, IMAGE),
        (replace(OUTPUT, digest=Digest("e" * 64, 1)), None),
        (replace(OUTPUT, own=OUTPUT.own[:1]), None),
    ],
)
def test_a_package_that_is_written(
    there: Optional[Output], address: Optional[Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Known({} if there is None else {"src.app/image": there})
    embedded = EmbeddedPackages(frozenset({address} if address else ()), frozenset())
    assert ask(known, embedded, monkeypatch) == PACKAGE
    assert known.noted == [(OUTPUT, (ENTRY,))]


@pytest.mark.parametrize("whole", [True, False])
def test_a_run_that_keeps_nothing_looks_at_nothing(whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Known({"src.app/image": OUTPUT})
    assert ask(known, NO_OTHER, monkeypatch, dist=replace(DIST, keeps=False), whole=whole) == PACKAGE
    assert known.noted == []


def test_what_a_run_wrote_is_looked_at_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Known(noted=[(OUTPUT, [ENTRY])])
    monkeypatch.setattr(kept, "WRITTEN", known)
    made: WorkunitsCallbackFactory = run_mocked(end_of_run, [EndOfRunRequest()], {(Dist, DistRequest): lambda _: DIST})
    end = made.callback_factory()
    assert end is not None
    assert not end.can_finish_async
    told: dict[str, Any] = {"started_workunits": (), "completed_workunits": (), "context": None}
    end(**told, finished=False)
    assert len(known.noted) == 1
    end(**told, finished=True)
    assert known.noted == []


def test_a_run_that_keeps_nothing_is_not_looked_at() -> None:
    answers: Answers = {(Dist, DistRequest): lambda _: replace(DIST, keeps=False)}
    made: WorkunitsCallbackFactory = run_mocked(end_of_run, [EndOfRunRequest()], answers)
    assert made.callback_factory() is None
