"""This module words the errors of what BUILD files and options say: addresses, entry points, needed requirements.

The rules raise them while they plan an image; the functions that return a text give warnings, which a rule logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from strata.errors import StrataError


def no_artifact(field: str, expected: str, option: str) -> StrataError:
    """Return the error for an artifact that neither a field nor an option names.

    :param expected: the alias of its target type.
    """
    return StrataError(
        f"No `{expected}` is named.",
        fix=f"set the `{field}` field to the address of a `{expected}` target, or `{option}` in pants.toml for all.",
    )


def wrong_type(field: str, address: str, found: str, expected: str) -> StrataError:
    """Return the error for an address of another target type than the field takes.

    :param found: the alias of the target's type.
    :param expected: the alias that the field takes.
    """
    return StrataError(
        f"The `{field}` field needs a `{expected}` target.",
        found=[f"{address}, a `{found}`"],
        fix=f"name the address of a `{expected}` target.",
    )


def lock_is_missing(where: str) -> StrataError:
    """Return the error for a `lockfile` field whose file does not exist."""
    return StrataError(
        f"The lock file {where} does not exist.",
        fix="write it with `./pants generate-lockfiles --resolve={address}`.",
    )


def lock_is_stale(where: str, found: Sequence[str]) -> StrataError:
    """Return the error for a lock that was made for other fields or options than the target has now.

    :param found: how they differ, a line each.
    """
    return StrataError(
        f"The lock file {where} was made for other fields or options than those of today.",
        found=found,
        fix="renew it with `./pants generate-lockfiles --resolve={address}`.",
    )


def lock_of_another_python(found: str, wanted: str) -> StrataError:
    """Return the error for a lock of CPython with another version than the target's `version` field asks for."""
    return StrataError(
        f"The lock holds CPython {found}, but the target asks for {wanted}.",
        fix="renew the lock with `./pants generate-lockfiles --resolve={address}`, or change `version`.",
    )


def one_entry_point(found: Sequence[str]) -> StrataError:
    """Return the error for an image with both or neither of `entry_point` and `script`.

    :param found: the fields that are set, with their values.
    """
    return StrataError(
        "An image runs exactly one of `entry_point` and `script`.",
        found=found or ["neither is set"],
        fix='set for instance `entry_point="main.py"`, or `script="uvicorn"`.',
    )


def entry_point_file_missing(path: str, folder: str, similar: Sequence[str]) -> StrataError:
    """Return the error for an `entry_point` that names no file.

    :param similar: the Python files of the folder.
    """
    return StrataError(
        f"The entry point {path} does not exist.",
        found=[f"Python files in {folder}: {', '.join(similar) or 'none'}"],
        fix="name a Python file below the directory of the BUILD file, or a module with dots.",
    )


def entry_point_file_elsewhere(name: str) -> StrataError:
    """Return the error for an `entry_point` that leads out of the BUILD file's directory."""
    return StrataError(
        f"The entry point {name} is not below the directory of the BUILD file.",
        fix="name the module with dots instead, for instance `package.main`.",
    )


def entry_point_file_unowned(path: str) -> StrataError:
    """Return the error for an `entry_point` whose file is the source of no target."""
    return StrataError(
        f"The entry point {path} belongs to no target, so it would not be in the image.",
        fix="add a `python_sources()` target beside it; `./pants tailor ::` does.",
    )


def entry_point_file_no_module(path: str, module: str) -> StrataError:
    """Return the error for an `entry_point` whose path has a part that is no identifier.

    :param module: the path as the name of a module.
    """
    return StrataError(
        f"The entry point {path} cannot be run as a module.",
        found=[f"its name would be {module!r}"],
        fix="rename the file and its folders so that each name has letters, digits and underscores only.",
    )


def entry_point_module_missing(module: str) -> StrataError:
    """Return the error for an `entry_point` module that nothing in the image provides."""
    return StrataError(
        f"The entry point module {module} is neither in the repository, nor in the venv, nor in the standard library.",
        fix="correct `entry_point`; for a first-party module, see that a `python_sources` target owns it and that its "
        "source root is among `./pants roots`; for one of the lock, add its `python_requirement` to `dependencies`.",
    )


def entry_point_not_runnable(package: str) -> StrataError:
    """Return the error for an `entry_point` that names a package which `python -m` cannot run."""
    return StrataError(
        f"The entry point {package} is a package without a module `__main__`, so it cannot be run.",
        fix="name one of its modules, or a function as `module:function`.",
    )


def entry_point_malformed(value: str) -> StrataError:
    """Return the error for an `entry_point` in no known form."""
    return StrataError(
        f"The entry point {value!r} is neither a file, nor a module, nor a function of one.",
        fix='write "main.py", "package.module", or either with ":function".',
    )


def ambiguous_module(module: str, owners: Sequence[str]) -> StrataError:
    """Return the error for an `entry_point` module that several targets provide.

    :param owners: their addresses.
    """
    return StrataError(
        f"More than one target provides the entry point module {module}.",
        found=owners,
        fix="name the file in `entry_point`.",
    )


def ambiguous_file(path: str, owners: Sequence[str]) -> StrataError:
    """Return the error for an `entry_point` file that is the source of several targets.

    :param owners: their addresses.
    """
    return StrataError(
        f"More than one target owns the entry point {path}.",
        found=owners,
        fix="keep one of them, so that it is clear whose dependencies the image gets.",
    )


def script_missing(script: str, known: Sequence[str]) -> StrataError:
    """Return the error for a `script` that no wheel of the image declares.

    :param known: the scripts that there are.
    """
    return StrataError(
        f"The image's venv has no console script {script!r}.",
        found=[f"scripts of the wheels that the image needs: {', '.join(known) or 'none'}"],
        fix="name one of these, or add the `python_requirement` of the project that has it to `dependencies`.",
    )


def layer_budget_unusable(found: int, most: int) -> StrataError:
    """Return the error for a `layer_budget` outside of its range.

    :param found: the value.
    :param most: the largest value.
    """
    return StrataError(
        f"The dependencies of an image cannot have {found} layers at most.",
        found=["runtimes take images of up to 127 layers, and some of them are no dependencies"],
        fix=f"set `layer_budget`, or `[strata].layer_budget` in pants.toml, to a number from 1 to {most}.",
    )


def no_linux_host(machine: str) -> StrataError:
    """Return the error for a machine that images cannot be built on.

    :param machine: its system and processor.
    """
    return StrataError(
        "Images are built on Linux, with an x86-64 or an arm64 processor, for both.",
        found=[machine],
        fix="run this command on such a machine, or in a container or virtual machine of that kind.",
    )


def unusable_platforms(unknown: Sequence[str], known: Sequence[str]) -> StrataError:
    """Return the error for options that name platforms which images cannot be built for, or no platform.

    :param unknown: those that are named and not known; may be empty.
    :param known: those that images can be built for.
    """
    return StrataError(
        "The options for platforms do not say what images are to be built for.",
        found=[f"unknown: {name}" for name in unknown] or ["`[strata].platforms` is empty"],
        fix=f"name {' or '.join(known)}, or both, in `[strata].platforms` in pants.toml.",
    )


def platform_without_images(further: Sequence[str], built: Sequence[str]) -> StrataError:
    """Return the error for platforms that locks are made for, where nothing says whether images are built for them.

    :param further: the platforms of the locks alone.
    :param built: those that images would be built for, by default.
    """
    every = ", ".join(f'"{name}"' for name in sorted({*built, *further}))
    own = ", ".join(f'"{name}"' for name in built)
    return StrataError(
        f"Locks hold packages for {', '.join(further)}, and nothing says whether images are built for it.",
        found=[
            f"`[strata-debian].platforms` names {', '.join(further)}",
            f"`[strata].platforms` is {', '.join(built)}, by default",
        ],
        fix=f"set `[strata].platforms` in pants.toml: `[{every}]` builds images for all of them, and "
        f"`[strata-debian].platforms` is not needed then; `[{own}]` builds as before, while some images have a "
        "`platforms` field of their own, or machines with another processor build them.",
    )


def platforms_differ(versions: Mapping[str, str]) -> StrataError:
    """Return the error for a lock that has different versions of CPython for the machine and for an image.

    :param versions: platform → the full version of CPython.
    """
    return StrataError(
        "The lock holds different versions of CPython for two platforms, and one of them compiles the bytecode for "
        "both.",
        found=[f"{platform}: CPython {version}" for platform, version in sorted(versions.items())],
        fix="renew the lock with `./pants generate-lockfiles --resolve={address}`. If it stays as it is, the mirror "
        "has one of the packages later than the other: try again then.",
    )


def not_locked(venv: str, missing: Sequence[str]) -> StrataError:
    """Return the error for requirements of an image's code that the venv's lock does not have.

    :param venv: the address of the venv.
    :param missing: the requirements, each with the targets that need it.
    """
    return StrataError(
        f"The image needs requirements that the lock of {venv} does not have.",
        found=missing,
        fix="renew the lock from the requirements, name another `venv`, or take what is not needed out of the "
        "dependencies. `./pants dependencies --transitive {address}` tells what leads there.",
    )


def files_overlap(address: str, overlaps: Mapping[str, Sequence[str]]) -> str:
    """Return the warning for wheels that have different files at one path.

    :param overlaps: path → the names of the wheels that have it, of which the last one's file is in the venv.
    """
    lines = [f"  {path}: {', '.join(wheels)}" for path, wheels in sorted(overlaps.items())]
    return "\n".join([f"{address}: wheels install different files at one path; the venv has the last one's:", *lines])


def file_in_place_of_directory(address: str, found: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> StrataError:
    """Return the error for wheels of which one installs a file where another installs a directory.

    :param found: path → the names of the wheels that have a file there, and of those with files below it.
    """
    return StrataError(
        f"{address}: wheels install a file where others install a directory, and no venv can have both.",
        found=[
            f"{path}: a file of {', '.join(files)}, a directory of {', '.join(directories)}"
            for path, (files, directories) in sorted(found.items())
        ],
        fix="lock other versions of one of them, or do without it: they were not made for one venv.",
    )


def content_stays_away(behavior: str) -> str:
    """Return the warning for a setting with which a remote cache that is lost, or loses content, ends a build.

    :param behavior: the value of the setting.
    """
    return (
        f"[GLOBAL].cache_content_behavior is `{behavior}`. If this build ends with `Unavailable` or `Missing digest`, "
        "the remote cache is away or has lost what it had: build again with `--cache-content-behavior=fetch`."
    )


def ambiguous_import(module: str, where: str, wheels: Sequence[str]) -> StrataError:
    """Return the error for an import that no requirement owns, and several locked wheels provide.

    :param where: file and line. :param wheels: each with its version, `demo 1.0`.
    """
    first, top = wheels[0].partition(" ")[0], module.partition(".")[0]
    return StrataError(
        f"The app imports {module}, and several locked wheels provide it, so that none was chosen.",
        found=[f"imported in {where}", *(f"provided by {wheel}" for wheel in wheels)],
        fix="say which one it is, in the BUILD file of your requirements, for instance "
        f'`python_requirement(name="{first}", requirements=["{first}"], modules=["{top}"])`.',
    )


def imports_without_wheel(imports: Sequence[str]) -> StrataError:
    """Return the error for imports that nothing in the image provides, so that it would not start.

    :param imports: module, file and line of each: `cv2, in app/main.py:3`.
    """
    return StrataError(
        "The app imports modules that are neither in the repository, nor in any locked wheel, nor in the standard "
        "library.",
        found=imports,
        fix="lock the project that provides each; for first-party code, see that a `python_sources` target owns it and "
        "`./pants roots` lists its source root; write `# pants: no-infer-dep` behind an import that the image can do "
        "without.",
    )


def parser_needs_python() -> StrataError:
    """Return the error for the setting with which Pants 2.17 reads imports on a Python of the machine."""
    return StrataError(
        "Pants would read the imports of the app on a Python of this machine, which an image does not need.",
        found=["`[python-infer].use_rust_parser` is false"],
        fix="set `use_rust_parser = true` in `[python-infer]` in pants.toml, which Pants 2.18 does by default.",
    )


def docker_archive_of_platforms(platforms: Sequence[str]) -> StrataError:
    """Return the error for `archive="docker"` on an image for several platforms, whose archives hold one."""
    return StrataError(
        'An archive for Docker, `archive="docker"`, holds an image for one platform.',
        found=platforms,
        fix='set `archive="oci"`, which Docker 25 and podman read, too; or let the image be for one platform.',
    )
