"""The goal as a user runs it. Its images and the mirror's index are made by rules of the test."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from pants.backend.python import register as python
from pants.core import register as core
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST
from pants.engine.internals.scheduler import ExecutionError
from pants.engine.rules import rule
from pants.testutil.rule_runner import GoalRuleResult, RuleRunner
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.debian_lock import DebianIndex, DebianIndexRequest
from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.artifacts.oci_base import OciBase, OciBaseRequest
from pants_strata.artifacts.venv import LockedVenvRequest
from pants_strata.goals import image_check
from pants_strata.goals.image_check import ImageCheck
from pants_strata.target_types import (
    DebianPackagesTarget,
    OciBaseTarget,
    PythonImageTarget,
    PythonInterpreterTarget,
    PythonVenvTarget,
)
from strata.attest.build_inputs import BuildInputs
from strata.audit.policy import Verdict
from strata.bases.findings import Findings
from strata.debian.index import IndexText, PackageIndex
from strata.debian.lock import (
    SECURITY_REPOSITORY,
    DebianLock,
    LockedPackage,
    LockInputs,
    PlatformPackages,
    debian_lock_text,
)
from strata.debian.releases import suites
from strata.errors import StrataError
from strata.errors.fetch import mirror_unreachable
from strata.oci.image import Image, RuntimeConfig
from strata.protocol.bases import fetch_base
from strata.protocol.package import InstalledPackage
from strata.protocol.system_layer import Parts
from support.oci.images import AMD64, layer
from support.rules import OPTIONS, pants_rules

OSV = {
    "id": "PYSEC-1",
    "aliases": ["CVE-1"],
    "summary": "Click clicks",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "click"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "8.3"}]}],
        }
    ],
    "database_specific": {"severity": "HIGH"},
}
TRACKER = {
    "openssl": {
        "CVE-2": {"releases": {"trixie": {"status": "resolved", "fixed_version": "3.5.7", "urgency": "medium"}}},
        "CVE-3": {"releases": {"trixie": {"status": "open", "urgency": "unimportant"}}},
    }
}
PARAGRAPH = (
    f"Package: libssl3t64\nVersion: 3.5.7\nArchitecture: amd64\nFilename: pool/x.deb\nSize: 1\nSHA256: {'0' * 64}\n"
)
PARAGRAPHS = "\n".join([PARAGRAPH, PARAGRAPH.replace("libssl3t64", "elsewhere")])
LOCK = DebianLock(
    LockInputs.of(suites=suites("trixie"), components=("main",), roots=("libssl3t64",), excluded=()),
    (
        PlatformPackages(
            "linux/amd64",
            # The image has no package of the second name: it comes from elsewhere, as the C library of an interpreter.
            tuple(
                LockedPackage(name, "3.5.6", "amd64", "pool/y.deb", 1, "0" * 64, "debian")
                for name in ("libssl3t64", "elsewhere")
            ),
        ),
    ),
)


# What the lock of the oci_base says, and the lock of an earlier version of Strata.
FINDINGS = {
    "company": Findings(
        *((), {"libssl3t64": "3.5.5+b1"}, {}, {}),
        system="debian-13",
        details={"libssl3t64": {"source": "openssl 3.5.5"}},
        distributions={"click": ("8.0", "8.4")},
    ),
    "old": Findings((), {"libssl3t64": "3.5.5"}, {}, {}),
}


@rule
async def built_image(request: ImageRequest) -> BuiltImage:
    click = json.loads((await engine.repository_files(["click.json"]))["click.json"])
    with tempfile.TemporaryDirectory() as directory:
        blobs = Path(directory, "blobs", "sha256")
        layers = [
            layer(blobs, {"kind": "os-packages", "packages": {"libssl3t64": "3.5.6"}}),
            layer(blobs, {"kind": "dependencies", "packages": {"click": click}}),
        ]
    venv = LockedVenvRequest(
        Address("", target_name="venv"),
        request.platform,
        Address("", target_name={"upon": "company", "upon-old": "old"}.get(request.address.target_name, "base")),
        Address("", target_name="python"),
    )
    image = Image.assemble(AMD64, layers, RuntimeConfig(("python",)), annotations={})
    libssl = InstalledPackage("libssl3t64", "3.5.6", "amd64", "openssl", "3.5.6")
    parts = FrozenDict({layers[0].descriptor.digest: Parts((libssl,))})
    return BuiltImage(image, EMPTY_DIGEST, BuildInputs((), {}), Verdict("keep", ()), venv, parts=parts)


@rule
async def company_base(request: OciBaseRequest) -> OciBase:
    manifest = f"sha256:{'b' * 64}"
    image = fetch_base.Result(manifest, manifest, (), fetch_base.BaseRuntime())
    findings = FINDINGS[request.address.target_name]
    return OciBase(f"registry.example/base@{manifest}", "registry.example/base", image, findings, False)


@rule
async def index(request: DebianIndexRequest) -> DebianIndex:
    if (await engine.repository_files(["mirror"]))["mirror"] == b"down":
        return DebianIndex(error=mirror_unreachable(request.suites[0], "no route"))
    return DebianIndex(
        PackageIndex([IndexText(SECURITY_REPOSITORY, PARAGRAPHS)]),
        "2026-11-20",
    )


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    runner = RuleRunner(
        rules=[*pants_rules(), *image_check.rules(), built_image, company_base, index],
        target_types=[
            *core.target_types(),  # type: ignore[no-untyped-call]
            *python.target_types(),  # type: ignore[no-untyped-call]
            DebianPackagesTarget,
            OciBaseTarget,
            PythonImageTarget,
            PythonInterpreterTarget,
            PythonVenvTarget,
        ],
    )
    runner.write_files(
        {
            "BUILD": (
                "debian_packages(name='base', packages=['libssl3t64'], exclude=[], lockfile='base.lock')\n"
                "oci_base(name='company', image='registry.example/base:1')\n"
                "oci_base(name='old', image='registry.example/base:1')\n"
                "python_interpreter(name='python', lockfile='python.lock')\n"
                "python_venv(name='venv', lockfile='uv.lock')\n"
            ),
            "base.lock": debian_lock_text(LOCK),
            "uv.lock": "",
            "src/web/BUILD": "python_image(name='image', entry_point='main.py')\n",
            "src/web/main.py": "",
            "mirror": "up",
            "click.json": '"8.2.1"',
            "osv/1.json": json.dumps(OSV),
            "tracker.json": json.dumps(TRACKER),
        }
    )
    return runner


ALL = ("--osv=osv", "--debian-tracker=tracker.json")


def run(runner: RuleRunner, *arguments: str) -> GoalRuleResult:
    return runner.run_goal_rule(ImageCheck, args=arguments, global_args=OPTIONS, env={"PATH": os.environ["PATH"]})


def message(runner: RuleRunner, *arguments: str) -> str:
    with pytest.raises(ExecutionError) as caught:
        run(runner, *arguments)
    error = next(iter(caught.value.wrapped_exceptions))
    assert isinstance(error, StrataError), error
    return str(error)


def findings(result: GoalRuleResult) -> list[tuple[Any, ...]]:
    (image,) = json.loads(result.stdout)["images"]
    return [(each["id"], each["package"], each["severity"], each["fix"]) for each in image["findings"]]


def test_findings_by_image_with_what_mends_them(runner: RuleRunner) -> None:
    result = run(runner, *ALL, "::")
    assert (result.exit_code, result.stdout) == (
        1,
        "src/web:image linux/amd64: 4 findings\n"
        "SEVERITY  PACKAGE           FIXED IN  FINDING\n"
        "high      click 8.2.1       8.3       CVE-1 (PYSEC-1): Click clicks\n"
        "medium    libssl3t64 3.5.6  3.5.7     update: Debian has a newer version, a security fix\n"
        "medium    openssl 3.5.6     3.5.7     CVE-2\n"
        "low       openssl 3.5.6     -         CVE-3\n"
        "Fix click: uv lock --upgrade in the build root\n"
        "Fix libssl3t64, openssl: ./pants generate-lockfiles --resolve=//:base\n",
    )


def test_json_and_the_threshold(runner: RuleRunner) -> None:
    result = run(runner, *ALL, "--json", "--fail-on=critical", "--only-fixed", "::")
    renew = "./pants generate-lockfiles --resolve=//:base"
    assert (result.exit_code, findings(result)) == (
        0,
        [
            ("CVE-1", "click", "high", "uv lock --upgrade in the build root"),
            ("update", "libssl3t64", "medium", renew),
            ("CVE-2", "openssl", "medium", renew),
        ],
    )
    path = Path(runner.build_root, "report.json")
    assert run(runner, "--json", f"--output-file={path}", "::").stdout == ""
    assert json.loads(path.read_text())["notes"][0] == (
        "no OSV export was given, so no vulnerable wheels were looked for"
    )


def test_files_that_changed_are_read_again(runner: RuleRunner) -> None:
    """A daemon keeps what rules returned: nothing that the goal reads may be among it."""
    elsewhere = Path(tempfile.mkdtemp(), "osv.json")
    elsewhere.write_text(json.dumps(OSV))
    arguments = (f"--osv={elsewhere}", "--json", "--no-debian-index", "--fail-on=high", "::")
    assert run(runner, *arguments).exit_code == 1
    elsewhere.write_text(json.dumps({"id": "X"}))
    assert run(runner, *arguments).exit_code == 0


def test_what_is_ignored(runner: RuleRunner) -> None:
    entry = '[[ignore]]\nid = "PYSEC-1"\npackage = "click"\nreason = "no terminal"\nuntil = '
    runner.write_files({"ignore.toml": f"{entry}9999-12-31\n"})
    result = run(runner, *ALL, "--ignore=ignore.toml", "::")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "src/web:image linux/amd64: 3 findings, 1 ignored")
    runner.write_files({"ignore.toml": f"{entry}2000-01-01\n"})
    result = run(runner, *ALL, "--ignore=ignore.toml", "::")
    assert result.exit_code == 1
    assert "Click clicks [was ignored until 2000-01-01: no terminal]\n" in result.stdout


def test_an_image_upon_an_oci_base(runner: RuleRunner) -> None:
    images = "".join(f"python_image(name='{name}', entry_point='main.py')\n" for name in ("upon", "upon-old"))
    runner.write_files({"upon/BUILD": images})
    result = run(runner, *ALL, "--json", "upon:upon")
    (image,) = json.loads(result.stdout)["images"]
    assert [(each["id"], each["package"], each["version"]) for each in image["findings"]] == [
        # The layer above the base has a package of the same name, and replaces the base's.
        ("CVE-1", "click", "8.0"),
        ("CVE-1", "click", "8.2.1"),
        ("CVE-2", "openssl", "3.5.6"),
        ("CVE-3", "openssl", "3.5.6"),
    ]
    (image,) = json.loads(run(runner, *ALL, "--json", "upon:upon-old").stdout)["images"]
    runner.write_files({"upon/BUILD": ""})
    assert [each["id"] for each in image["findings"]] == ["CVE-1"]
    assert image["notes"] == [
        "the lock of //:old does not say which Python projects, source packages and distribution the base has: "
        "renew it with ./pants generate-lockfiles --resolve=//:old",
        "the image does not say which release of Debian it is, so the tracker was not asked",
    ]


def test_an_index_that_cannot_be_reached_is_a_note(runner: RuleRunner) -> None:
    runner.write_files({"mirror": "down"})
    result = run(runner, "--osv=osv", "--json", "::")
    assert [each[0] for each in findings(result)] == ["CVE-1"]
    (note, _) = json.loads(result.stdout)["notes"]
    assert note.startswith("no newer packages than those of //:base were looked for: ")
    assert "no newer packages" not in run(runner, "--osv=osv", "--no-debian-index", "::").stdout
    runner.write_files({"mirror": "up"})


@pytest.mark.parametrize(
    "lock, content, fix",
    [
        ("3rdparty/pylock.toml", 'lock-version = "1.0"\n', "renew 3rdparty/pylock.toml with the tool that made it"),
        ("3rdparty/apps.lock", "click==8.2.1\n", "renew 3rdparty/apps.lock with the tool that made it"),
        ("3rdparty/apps.lock", '// by Pants\n{"locked_resolves": []}\n', "./pants generate-lockfiles --resolve=apps"),
        ("3rdparty/poetry.lock", "[metadata]\n", "poetry update in 3rdparty"),
    ],
)
def test_what_renews_the_lock_of_a_resolve(runner: RuleRunner, lock: str, content: str, fix: str) -> None:
    before = Path(runner.build_root, "BUILD").read_text()
    runner.write_files({"BUILD": before.replace("lockfile='uv.lock'", "resolve='apps'"), lock: content})
    resolves = ("--python-enable-resolves", f"--python-resolves={{'apps': '{lock}'}}", "--python-default-resolve=apps")
    result = runner.run_goal_rule(
        ImageCheck,
        args=("--osv=osv", "--json", "--no-debian-index", "::"),
        global_args=(*OPTIONS[1:], *resolves),
        env={"PATH": os.environ["PATH"]},
    )
    runner.write_files({"BUILD": before})
    assert findings(result) == [("CVE-1", "click", "high", fix)]


def test_what_is_missing(runner: RuleRunner) -> None:
    assert message(runner, "//:base") == (
        "image-check found no `python_image` target to check.\nFix: name one, as `./pants image-check src/web:image`."
    )
    assert message(runner, "--osv=no", "::") == (
        f"{runner.build_root}/no cannot be read: No such file or directory.\n"
        "Fix: download it again, or name another file."
    )


def test_files_are_looked_at_before_images_are_built(runner: RuleRunner) -> None:
    runner.write_files({"click.json": "no JSON: an image would be an error", "list.json": "[]", "ignore.toml": "[["})
    assert message(runner, "--osv=list.json", "--debian-tracker=list.json", "::") == (
        f"{runner.build_root}/list.json is damaged: it does not begin with a JSON object.\n"
        "Fix: download it again, or name another file."
    )
    assert message(runner, "--osv=osv", "--ignore=ignore.toml", "::").startswith(f"{runner.build_root}/ignore.toml ")
    assert message(runner, "--osv=tracker.json", "::").startswith(f"{runner.build_root}/tracker.json ")
    runner.write_files({"click.json": '"8.2.1"'})
