"""This module words the errors of Debian packages: of their lock, and of choosing packages from an index.

The rules raise them when they read the lock of a `debian_packages` or `python_interpreter` target, and
`generate-lockfiles` when it makes the lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from strata.errors import StrataError

# `{address}` is filled in by StrataError.at.
RENEW = "make the lock again with `./pants generate-lockfiles --resolve={address}`"

# What a lock was made from, as fields and options call it.
_FIELDS = {"roots": "packages", "excluded": "exclude"}


def _damaged_lock(where: str, *found: str) -> StrataError:
    return StrataError(
        f"{where} is not a lock of Debian packages that can be read.",
        found=found,
        fix=f"restore the file from version control, or {RENEW}.",
    )


def lock_is_not_json(where: str, detail: str) -> StrataError:
    """Return the error for a lock that is not JSON.

    :param where: the path of the lock.
    :param detail: what the JSON parser says.
    """
    return _damaged_lock(where, f"no valid JSON: {detail}")


def lock_has_other_format(where: str, version: object, known: int) -> StrataError:
    """Return the error for a lock with another format number than this version writes.

    :param version: the number that was found.
    :param known: the number that is read.
    """
    return StrataError(
        f"{where} has a format that this version does not know.",
        found=[f"format {version!r}; known is {known}"],
        fix=f"use the version of Strata that wrote the file, or {RENEW}.",
    )


def lock_lacks_field(where: str, entry: str, field: str) -> StrataError:
    """Return the error for an entry of a lock without one of its fields.

    :param entry: where the field is missing, in words.
    """
    return _damaged_lock(where, f"{entry} has no field `{field}`")


def lock_field_is_wrong(where: str, entry: str, field: str, value: object, expected: str) -> StrataError:
    """Return the error for a field of a lock with a value of another kind.

    :param expected: what the value should be, with its article: `a list`.
    """
    return _damaged_lock(where, f"{entry}: `{field}` is {value!r}, not {expected}")


def lock_has_duplicate(where: str, platform: str, package: str) -> StrataError:
    """Return the error for a lock that has two packages of one name for a platform."""
    return _damaged_lock(where, f"{platform} names the package {package} twice")


def lock_lacks_platform(platform: str, held: Sequence[str]) -> StrataError:
    """Return the error for a platform that the lock was not made for.

    :param held: the platforms that it was made for.
    """
    return StrataError(
        f"The lock of Debian packages holds nothing for {platform}.",
        found=[f"it holds {name}" for name in held],
        fix=f"add {platform} to `[strata].platforms` in pants.toml, or to `[strata-debian].platforms` where only some "
        f"images or the machine that builds have it, and {RENEW}.",
    )


def lock_lacks_package(package: str, purpose: str) -> StrataError:
    """Return the error for a lock without a package that an artifact cannot do without.

    :param purpose: what the package does, as the end of a relative clause: `brings the C library`.
    """
    return StrataError(
        f"The lock of Debian packages has no {package}, which {purpose}.",
        fix=f"add {package} to the packages of the target and {RENEW}.",
    )


def version_is_unreadable(package: str, version: str, expected: str) -> StrataError:
    """Return the error for a locked package whose version has an unexpected form.

    :param expected: the expected form, in words.
    """
    return StrataError(
        f"The version of {package} in the lock of Debian packages cannot be read.",
        found=[f"{version!r}, not {expected}"],
        fix=f"{RENEW}.",
    )


def platform_is_unknown(platform: str, known: Sequence[str]) -> StrataError:
    """Return the error for a platform that has no Debian architecture here.

    :param known: the platforms that have one.
    """
    return StrataError(
        f"Debian packages for the platform {platform} are not supported.",
        found=[f"supported: {name}" for name in known],
        fix="choose one of the supported platforms.",
    )


def package_is_unknown(package: str, similar: Sequence[str]) -> StrataError:
    """Return the error for a wanted package that the index does not have.

    :param similar: names of the index that look like it.
    """
    return StrataError(
        f"The package index knows no package {package}.",
        found=[f"similar: {name}" for name in similar],
        fix="correct the name, or add the suite or component that has the package.",
    )


def dependency_is_unsatisfiable(chain: Sequence[str], relation: str, candidates: Sequence[str]) -> StrataError:
    """Return the error for a dependency that no package of the index satisfies.

    :param chain: names from the wanted package to the one that has the dependency.
    :param relation: the dependency as the index writes it, `libc6 (>= 2.38)`.
    :param candidates: packages of that name in other versions.
    """
    return StrataError(
        f"No package satisfies the dependency {relation} of {chain[-1]}.",
        found=[f"needed by {' → '.join(chain)}", *(f"there is {candidate}" for candidate in candidates)],
        fix="add the suite or component that has it, or exclude its name if the image works without it.",
    )


def index_lacks_field(package: str, field: str) -> StrataError:
    """Return the error for a package that the index describes without a field that a lock needs."""
    return StrataError(
        f"The package index describes {package} without a usable field {field}.",
        fix="check that the mirror serves a complete index of a Debian release.",
    )


def index_has_unusable_value(package: str, field: str, value: str) -> StrataError:
    """Return the error for a package whose version, or whose relation to another, cannot be read (deb-version(7)).

    :param value: the text of the field, or the part of it that cannot be read.
    """
    return StrataError(
        f"The package index describes {package} with a field {field} that cannot be read.",
        found=[repr(value)],
        fix="check that the mirror serves a complete index of a Debian release.",
    )


def no_shipped_lock(found: Sequence[str]) -> StrataError:
    """Return the error for a target without a lock file, whose fields or options are not the defaults.

    :param found: how they differ from those of the lock that comes with Strata, a line each.
    """
    return StrataError(
        "Strata brings no lock for these fields and options.",
        found=found,
        fix="declare the target in a BUILD file, with `lockfile` and a name for the file there, write the file with "
        "`./pants generate-lockfiles --resolve=ADDRESS`, and name the target in `[strata]` in pants.toml.",
    )


def differences(made_from: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a line for each kind of input of which the lock was made with other values than are wanted."""
    found = []
    for name in sorted(wanted):
        added, removed = set(wanted[name]) - set(made_from[name]), set(made_from[name]) - set(wanted[name])
        if added:
            found.append(f"{_FIELDS.get(name, name)}: the lock was made without {', '.join(sorted(added))}")
        if removed:
            found.append(f"{_FIELDS.get(name, name)}: the lock was made with {', '.join(sorted(removed))}")
    return found


def built_with_renewed(address: str, changes: Sequence[str]) -> str:
    """Return the warning of a build that `[strata-debian].gone = "renew"` let go on without the lock.

    :param changes: the packages that differ from the lock, a line each.
    """
    return "\n".join(
        [
            f"{address}: the mirror has dropped packages that the lock names, so this build does not use the lock.",
            "Built with what the signed index holds now:",
            *(f"  {change}" for change in changes),
            f"Renew the lock with `./pants generate-lockfiles --resolve={address}`.",
        ]
    )


def built_with_newer_than_shipped(address: str, changes: Sequence[str]) -> str:
    """Return the warning for packages that the mirror replaced since the lock that comes with Strata was made."""
    return "\n".join(
        [
            f"{address}: the mirror has dropped packages of the lock that comes with Strata.",
            "Built with what the signed index holds now:",
            *(f"  {change}" for change in changes),
            "To build the same bytes tomorrow, declare the target in a BUILD file with a `lockfile` of its own, and "
            "name it in `[strata]` in pants.toml.",
        ]
    )


def no_busybox(found: Sequence[str]) -> StrataError:
    """Return the error for the packages of debug images that have no shell.

    :param found: the names of the packages.
    """
    return StrataError(
        "The packages of debug images have no busybox with a shell.",
        found=found,
        fix='let `//:strata-debug` be a `debian_packages(packages=["busybox-static"])`.',
    )
