from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from support.lockfiles import pex_locks
from support.lockfiles.pex_locks import lock, package, resolve, text, with_header
from support.locks import error, versions

WHERE = "3rdparty/web.lock"
EXAMPLE = "certifi==2026.1.1 idna==3.7 markupsafe==3.0.3 numpy==2.4.0 pysocks==1.7.1 requests==2.32.3"


def read(document: dict[str, Any], python: str = "3.13.5") -> str:
    return versions(text(document), None, WHERE, python=python)


def test_extras_markers_and_versions() -> None:
    assert read(pex_locks.example()) == EXAMPLE
    assert read(pex_locks.example(), "3.9.18") == EXAMPLE.replace("numpy==2.4.0", "numpy==2.0.2")


def test_the_header_of_pants() -> None:
    assert versions(with_header(pex_locks.example()), None, WHERE) == EXAMPLE


@pytest.mark.parametrize("style", ["strict", "sources"])
def test_a_lock_of_one_platform(style: str) -> None:
    tag = "cp313-cp313-manylinux_2_36_x86_64"
    wheel = "a-1-cp313-cp313-manylinux_2_17_x86_64.whl"
    found = lock(
        resolve(package("a", "1", files=[wheel]), tag=tag), requirements=["a"], style=style, requires_python=[]
    )
    assert read(found) == "a==1"


def test_locks_of_several_platforms() -> None:
    """The one whose files fit best is taken, as Pex does."""
    found = lock(
        resolve(
            package("a", "1", files=["a-1-cp313-cp313-macosx_11_0_arm64.whl"]), tag="cp313-cp313-macosx_11_0_arm64"
        ),
        resolve(package("a", "2", files=["a-2-py3-none-any.whl"]), tag="cp312-cp312-linux_x86_64"),
        resolve(package("a", "3", files=["a-3-cp313-cp313-linux_x86_64.whl"]), tag="cp313-cp313-linux_x86_64"),
        requirements=["a"],
        style="strict",
    )
    assert read(found) == "a==3"
    assert read(found, "3.12.1") == "a==2"


def test_a_universal_lock_split_by_markers() -> None:
    found = lock(
        resolve(package("a", "1"), marker='python_full_version < "3.10"'),
        resolve(package("a", "2"), marker='python_full_version >= "3.10"'),
        requirements=["a"],
    )
    assert read(found, "3.9.1") == "a==1"
    assert read(found) == "a==2"


def test_excludes_and_overrides() -> None:
    root = package("root", "1", "away", "gone>=2", "idna<3", "swapped[x]")
    found = lock(
        resolve(root, package("idna", "3.7"), package("other", "5"), package("old", "1")),
        requirements=["root"],
        excluded=["away", "gone>1"],
        overridden=["idna==3.7", "swapped=other>4", 'root==2; sys_platform == "win32"'],
        pex_version="2.105.2",
    )
    assert read(found) == "idna==3.7 other==5 root==1"


def test_a_lock_that_is_not_transitive() -> None:
    found = lock(resolve(package("a", "1", "b"), package("b", "1")), requirements=["a"], transitive=False)
    assert read(found) == "a==1"


def test_older_wheels_preferred_to_newer_sources() -> None:
    both = resolve(package("a", "2", files=["a-2.tar.gz"]), package("a", "1"))
    assert read(lock(both, requirements=["a"])) == "a==2"
    assert read(lock(both, requirements=["a"], prefer_older_binary=True)) == "a==1"


def test_files_by_path_mapping() -> None:
    mapped = package("a", "1", files=["file://${WHEELS}/a-1-py3-none-any.whl"])
    assert read(lock(resolve(mapped), requirements=["a"])) == "a==1"


def _requiring(requirement: str, *files: str, **changes: object) -> str:
    found = package("lib", "1", files=files)
    found["artifacts"] = [{**artifact, **changes} for artifact in found["artifacts"]]
    return with_header(lock(resolve(found), requirements=[requirement]))


RENEW = "run `./pants generate-lockfiles --resolve=web`"
FOREIGN = (
    "3rdparty/web.lock: lib is taken from {}, which other machines may not reach or may find changed.\n"
    f"Fix: publish a wheel of lib to an index or a find-links folder, require its version, and {RENEW}."
)
FOLDER = (
    "3rdparty/web.lock: lib is a folder of the machine that made the lock, not a package of an index.\n"
    f"Fix: let the app's targets depend on the code of lib, take lib out of the requirements, and {RENEW}."
)
BROKEN = (
    "3rdparty/web.lock is a lock of Pex that is cut off or damaged: it is not JSON.\n"
    "Found:\n  {}\n"
    "Fix: take the file from version control again, or {}."
)
WRONG = (
    "3rdparty/web.lock: {}.\n"
    "Fix: look for what a merge or an edit left there, or write the file again with the tool that made it."
)
HEADER = (
    "3rdparty/web.lock: the lines that Pants wrote before the lock were edited and cannot be read.\n"
    "Found:\n  the block between BEGIN and END PANTS LOCKFILE METADATA is not a JSON object\n"
    f"Fix: take the file from version control again, or {RENEW}."
)
PIN = lock(resolve(package("a", "1")), requirements=["a"])
LONELY = "write it again with `pex3 lock create`"


@pytest.mark.parametrize(
    "damaged, message",
    [
        (
            _requiring("lib", "git+https://user:secret@code.example/lib@abc#egg=lib", commit_id="abc"),
            FOREIGN.format("Git"),
        ),
        (_requiring("lib@ git+ssh://code.example/lib", "git+ssh://code.example/lib"), FOREIGN.format("Git")),
        (_requiring("lib", "hg+https://code.example/lib"), FOREIGN.format("Mercurial")),
        (_requiring("lib@ file:///home/me/lib", "file:///home/me/lib", editable=True), FOLDER),
        (_requiring("lib", "file://${HERE}/lib"), FOLDER),
        (
            _requiring("lib@ https://code.example/lib-1-py3-none-any.whl", "lib-1-py3-none-any.whl"),
            FOREIGN.format("a URL"),
        ),
        (
            _requiring("lib", "lib-1-py3-none-any.whl", algorithm="md5"),
            "3rdparty/web.lock: a file of lib 1 has no sha256, so what would be installed is not pinned.\n"
            f"Found:\n  a hash by md5\nFix: {RENEW}, with an index that gives sha256 hashes.",
        ),
        (text(PIN)[:100], BROKEN.format("Expecting value: line 5 column 21 (char 100)", LONELY)),
        (
            with_header(PIN)[:-1],
            BROKEN.format("Expecting ',' delimiter: line 69 column 21 (char 1217)", RENEW),
        ),
        (text({**PIN, "requirements": "a"}), WRONG.format("requirements is not a list of strings")),
        ('{"pex_version": "2.1.137", "style": "strict"}', WRONG.format("requirements is not there")),
        ("{}", WRONG.format("pex_version is not a string")),
        (
            text({**PIN, "style": "spiral", "forbidden": ["x"], "pex_version": "3.0.0"}),
            "3rdparty/web.lock is a lock of a newer format than is read here.\n"
            "Found:\n"
            "  written by Pex 3.0.0; those up to 2.105 are read\n"
            "  style: spiral\n"
            "  field: forbidden\n"
            "Fix: use a newer release of Strata, or set an older Pex (`[pex-cli].version` in pants.toml) and "
            f"{LONELY}.",
        ),
        (with_header(PIN).replace("// {", "// {{"), HEADER),
        (with_header(PIN).replace("END PANTS", "END OF PANTS"), HEADER),
        (with_header(PIN, generated_with_requirements="a"), HEADER),
        (
            with_header(PIN, generated_with_requirements=["A>=2", "b[y,x]"]),
            "3rdparty/web.lock was edited by hand: its requirements are not those that its header says it was made "
            "from.\n"
            "Found:\n"
            "  only in the header: a>=2\n"
            "  only in the header: b[x,y]\n"
            "  only in the lock: a\n"
            f"Fix: change the requirements where they are declared, and {RENEW}.",
        ),
        (
            with_header(PIN, valid_for_interpreter_constraints=["CPython==3.11.*", "PyPy==3.13.*"]),
            "3rdparty/web.lock is a lock for another interpreter version.\n"
            "Found:\n"
            "  locked for CPython==3.11.* or PyPy==3.13.*\n"
            "  the interpreter of the image is CPython 3.13.5\n"
            "Fix: give the image an interpreter of that range (`version` of `python_interpreter`), or widen "
            f"`interpreter_constraints` of the resolve and {RENEW}.",
        ),
        (
            text({**PIN, "target_systems": ["mac", "windows"]}),
            "3rdparty/web.lock is a lock for other platforms.\n"
            "Found:\n"
            "  locked for mac\n"
            "  locked for windows\n"
            f"Fix: lock for linux as well and {LONELY}.",
        ),
        (
            text(
                lock(
                    resolve(
                        package("a", "1", files=["a-1-cp313-cp313-macosx_11_0_arm64.whl"]),
                        package("b", "1", python=">=3.14"),
                        package("c", "1"),
                        tag="cp313-cp313-macosx_11_0_arm64",
                    ),
                    resolve(tag="cp39-cp39-linux_x86_64"),
                    requirements=["a", "b", "c>1"],
                )
            ),
            "3rdparty/web.lock does not hold all that is needed for the image's interpreter and platform.\n"
            "Found:\n"
            "  cp313-cp313-macosx_11_0_arm64: a 1 has no wheel for the platform\n"
            "  cp313-cp313-macosx_11_0_arm64: b 1 requires Python >=3.14\n"
            "  cp313-cp313-macosx_11_0_arm64: c 1 is not c>1\n"
            "  cp39-cp39-linux_x86_64: a is not locked\n"
            "  cp39-cp39-linux_x86_64: b is not locked\n"
            "  cp39-cp39-linux_x86_64: c>1 is not locked\n"
            "Fix: lock for that interpreter and platform as well, best with the style `universal`, and "
            f"{LONELY}.",
        ),
        (
            text({**PIN, "overridden": ["a==1", 'a==2; sys_platform == "linux"']}),
            "3rdparty/web.lock has more than one override of a for the same interpreter and platform.\n"
            "Found:\n"
            "  a==1\n"
            '  a==2; sys_platform == "linux"\n'
            "Fix: keep one in `[python].resolves_to_overrides`, or give them markers that exclude each other, and "
            f"{LONELY}.",
        ),
    ],
    ids=count(),
)
def test_errors(damaged: str, message: str) -> None:
    assert error(damaged, None, WHERE) == message


def test_groups_and_extras() -> None:
    assert error(text(PIN), None, WHERE, groups=("dev",), extras=("http",)) == (
        "3rdparty/web.lock is a lock of Pex, which has no groups and extras to choose from.\n"
        "Found:\n"
        "  group dev\n"
        "  extra http\n"
        "Fix: leave `groups` and `extras` out, and name extras in the requirements that are locked, for instance "
        '`python_requirement(requirements=["uvicorn[standard]"])`.'
    )
