"""This module words the errors of wheels that are built, from source distributions and from an image's own.

The verb `build-wheel` raises those of one build; the rules that choose what is built raise the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from strata.errors import StrataError
from strata.errors.archive import or_raise


def unreadable_sdist(name: str, reason: str) -> StrataError:
    """Return the error for a source distribution that is no readable tar or zip archive.

    :param name: of the file.
    :param reason: why, for one line.
    """
    return StrataError(
        f"{name} is no source distribution that can be unpacked.",
        found=[reason],
        fix=or_raise("lock another version of the project.", reason),
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


def built_for_this_machine(release: str, wheel: str, machine: str, platform: str) -> StrataError:
    """Return the error for a built wheel that is not for all platforms, in an image for another one.

    :param wheel: the name of its file.
    :param machine: the platform of the machine that built it.
    :param platform: the image's.
    """
    return StrataError(
        f"{release} was built for {machine}, where this build runs, and the image is for {platform}.",
        found=[wheel],
        fix=f"lock a version that has a wheel for {platform}; or build one on such a machine with `pip wheel`, and put "
        "it into an index or a find-links folder.",
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


def not_one_wheel(distribution: str, files: Sequence[str]) -> StrataError:
    """Return the error for a distribution of which Pants built no wheel, or several.

    :param distribution: the address.
    :param files: all that was built.
    """
    return StrataError(
        f"An image installs one wheel of a distribution, and {distribution} does not give exactly one.",
        found=[f"built: {file}" for file in files] or ["nothing was built"],
        fix="set `wheel=True` on the `python_distribution`; let its build backend write one wheel.",
    )


def wheel_does_not_fit(distribution: str, file: str, python: str, platform: str) -> StrataError:
    """Return the error for a wheel that the image's interpreter cannot use.

    :param python: the version of the interpreter, in full.
    """
    return StrataError(
        f"The wheel of {distribution} does not fit CPython {python} on {platform}.",
        found=[file],
        fix="make it a wheel for every platform (`py3-none-any`), or build it in an environment like the image's and "
        "lock it as a third-party requirement.",
    )


def project_twice(project: str, places: Sequence[str]) -> StrataError:
    """Return the error for a project that an image would get from two places.

    :param places: a distribution and a lock, or two distributions.
    """
    return StrataError(
        f"The image would get the project {project} from two places.",
        found=places,
        fix="rename one of them in `python_artifact(name=…)`, or take one out: of the `dependencies`, or of "
        "the requirements and then of the lock.",
    )


def requirements_missing(venv: str, missing: Sequence[str]) -> StrataError:
    """Return the error for requirements of distributions that neither the lock nor another distribution gives.

    :param venv: the address of the venv. :param missing: each with the distribution that needs it.
    """
    return StrataError(
        f"The image's distributions need projects that the lock of {venv} does not have.",
        found=missing,
        fix="add third-party projects to the requirements and renew the lock; add first-party ones, as "
        "`python_distribution` targets, to the `dependencies` of {address}.",
    )


def package_divided(package: str, files: Sequence[str]) -> StrataError:
    """Return the error for a package that a distribution installs, of which the app has other modules.

    :param package: its directory. :param files: those that the app has and the distribution lacks.
    """
    return StrataError(
        f"The package {package} comes from a distribution, and Python would not find the app's other files of it.",
        found=files,
        fix="add them to the `dependencies` of the `python_distribution`, or leave the distribution out of the image: "
        "Strata puts first-party sources into an image without one.",
    )
