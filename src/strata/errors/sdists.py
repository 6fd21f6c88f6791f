"""This module words the errors of source distributions, and of building wheels from them.

The verb `build-wheel` raises those of one build; the rules that choose what is built raise the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from strata.errors import StrataError


def unreadable_sdist(name: str, reason: str) -> StrataError:
    """Return the error for a source distribution that is no readable tar or zip archive.

    :param name: of the file.
    :param reason: why, for one line.
    """
    return StrataError(
        f"{name} is no source distribution that can be unpacked.",
        found=[reason],
        fix="lock another version of the project.",
    )


def needs_compiler(release: str, programs: Iterable[str], output: Sequence[str]) -> StrataError:
    """Return the error for a build that called a compiler.

    :param programs: the compilers that it started.
    :param output: what the build wrote, a line each.
    """
    return StrataError(
        f"{release} cannot be built: its build needs a compiler, and there is none beside the interpreter.",
        found=[f"the build started {', '.join(programs)}", *output],
        fix="lock a version that has a wheel for this platform, or build one elsewhere with `pip wheel` and put it "
        "into an index or a find-links folder.",
    )


def build_failed(release: str, tool: str, requirements: Sequence[str], output: Sequence[str]) -> StrataError:
    """Return the error for a build that ended with an error.

    :param tool: the front end.
    :param requirements: what was installed for the build.
    :param output: what it wrote, a line each.
    """
    locked = ", ".join(requirements) or "none, as `build_lockfile` is not set"
    return StrataError(
        f"{tool} could not build a wheel of {release}.",
        found=[f"build requirements: {locked}", *output],
        fix="name a `build_lockfile` with all that `[build-system].requires` in the project's pyproject.toml asks for, "
        "setuptools where there is none, or lock a version that has a wheel. A build has no network.",
    )


def build_lock_missing(path: str) -> StrataError:
    """Return the error for a `build_lockfile` field whose file does not exist."""
    return StrataError(
        f"The lock file {path} does not exist.",
        fix="list what builds need (setuptools, say) in build.in beside it and run "
        f"`uv pip compile --generate-hashes -o {path.rpartition('/')[2]} build.in` there, or name another file in "
        "`build_lockfile`.",
    )


def not_reproducible(address: str, release: str, members: Sequence[str]) -> str:
    """Return the warning for a wheel that came out differently when it was built a second time.

    :param address: of the venv.
    :param members: the paths in the wheel that differ.
    """
    lines = [f"  {member}" for member in members]
    return "\n".join(
        [
            f"{address}: {release} was built twice from its source distribution, and the wheels differ. Images on "
            "machines that do not share a cache will differ too:",
            *lines,
        ]
    )


def only_sdists(releases: Sequence[tuple[str, str]], python: str, platform: str) -> StrataError:
    """Return the error for a lock with releases that have no wheel that fits, of which none may be built.

    :param releases: `name version`, and the file name of the source distribution, of each.
    """
    names = ", ".join(f'"{release.split()[0]}"' for release, _ in releases)
    return StrataError(
        f"Not every requirement has a wheel for CPython {python} on {platform}; these have only a source distribution.",
        found=[f"{release}: {file}" for release, file in releases],
        fix="lock versions that have wheels; or build them with `pip wheel` and put them into an index or a find-links "
        f"folder; or let Strata build them without a compiler: set `allow_sdists=[{names}]` and "
        '`build_lockfile="build.lock"` in a `python_venv`, list what the builds need (setuptools, say) in build.in '
        "beside the BUILD file, and run `uv pip compile --generate-hashes -o build.lock build.in` there.",
    )
