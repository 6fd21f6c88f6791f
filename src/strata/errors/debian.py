"""What a user reads about Debian packages: their lock, the index they are chosen from, and the signed release file."""

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
    return _damaged_lock(where, f"no valid JSON: {detail}")


def lock_has_other_format(where: str, version: object, known: int) -> StrataError:
    return StrataError(
        f"{where} has a format that this version does not know.",
        found=[f"format {version!r}; known is {known}"],
        fix=f"use the version of Strata that wrote the file, or {RENEW}.",
    )


def lock_lacks_field(where: str, entry: str, field: str) -> StrataError:
    return _damaged_lock(where, f"{entry} has no field `{field}`")


def lock_field_is_wrong(where: str, entry: str, field: str, value: object, expected: str) -> StrataError:
    return _damaged_lock(where, f"{entry}: `{field}` is {value!r}, not {expected}")


def lock_has_duplicate(where: str, platform: str, package: str) -> StrataError:
    return _damaged_lock(where, f"{platform} names the package {package} twice")


def lock_lacks_platform(platform: str, held: Sequence[str]) -> StrataError:
    return StrataError(
        f"The lock of Debian packages holds nothing for {platform}.",
        found=[f"it holds {name}" for name in held],
        fix=f"add {platform} to `[strata-debian].platforms` and {RENEW}.",
    )


def lock_lacks_package(package: str, purpose: str) -> StrataError:
    return StrataError(
        f"The lock of Debian packages has no {package}, which {purpose}.",
        fix=f"add {package} to the packages of the target and {RENEW}.",
    )


def version_is_unreadable(package: str, version: str, expected: str) -> StrataError:
    return StrataError(
        f"The version of {package} in the lock of Debian packages cannot be read.",
        found=[f"{version!r}, not {expected}"],
        fix=f"{RENEW}.",
    )


def platform_is_unknown(platform: str, known: Sequence[str]) -> StrataError:
    return StrataError(
        f"Debian packages for the platform {platform} are not supported.",
        found=[f"supported: {name}" for name in known],
        fix="choose one of the supported platforms.",
    )


def package_is_unknown(package: str, similar: Sequence[str]) -> StrataError:
    return StrataError(
        f"The package index knows no package {package}.",
        found=[f"similar: {name}" for name in similar],
        fix="correct the name, or add the suite or component that has the package.",
    )


def dependency_is_unsatisfiable(chain: Sequence[str], relation: str, candidates: Sequence[str]) -> StrataError:
    """:param chain: names from the root to the package that has the dependency."""
    return StrataError(
        f"No package satisfies the dependency {relation} of {chain[-1]}.",
        found=[f"needed by {' → '.join(chain)}", *(f"there is {candidate}" for candidate in candidates)],
        fix="add the suite or component that has it, or exclude its name if the image works without it.",
    )


def index_lacks_field(package: str, field: str) -> StrataError:
    return StrataError(
        f"The package index describes {package} without a usable field {field}.",
        fix="check that the mirror serves a complete index of a Debian release.",
    )


def lock_is_missing(where: str) -> StrataError:
    return StrataError(
        f"The lock file {where} does not exist.",
        fix="write it with `./pants generate-lockfiles --resolve={address}`.",
    )


def lock_is_stale(
    where: str, made_from: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[str]]
) -> StrataError:
    """:param made_from: what the lock was made from, and :param wanted: what the target and the options ask for."""
    return StrataError(
        f"The lock file {where} was made for other fields or options than those of today.",
        found=differences(made_from, wanted),
        fix="renew it with `./pants generate-lockfiles --resolve={address}`.",
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
    """Return a line for each kind of input that a lock was made with and is not to have, or lacks."""
    found = []
    for name in sorted(wanted):
        added, removed = set(wanted[name]) - set(made_from[name]), set(made_from[name]) - set(wanted[name])
        if added:
            found.append(f"{_FIELDS.get(name, name)}: the lock was made without {', '.join(sorted(added))}")
        if removed:
            found.append(f"{_FIELDS.get(name, name)}: the lock was made with {', '.join(sorted(removed))}")
    return found


def built_with_renewed(address: str, changes: Sequence[str]) -> str:
    """A warning, not an error: what `[strata-debian].gone = "renew"` did."""
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
