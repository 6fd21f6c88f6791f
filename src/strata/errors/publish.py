"""This module words the errors of `./pants publish`: registries in options and fields, and names with `{…}` in them.

The rule raises them before anything is pushed. What a registry answers is worded in strata.errors.registry.
"""

from __future__ import annotations

from collections.abc import Iterable

from strata.errors import StrataError

_EXAMPLE = '`[strata.registries.live]` with `address = "registry.example"` and `default = true`'


def bad_registry(alias: str, found: str) -> StrataError:
    """Return the error for an entry of `[strata].registries` that cannot be read; `found` says why."""
    return StrataError(
        f"`[strata.registries.{alias}]` in pants.toml does not describe a registry.",
        found=[found],
        fix="give it an `address` (text), and if need be `default`, `skip_push`, `plain_http`, `sign` (true or false), "
        "`repository` (text) and `extra_image_tags` (a list of texts).",
    )


def unknown_alias(alias: str, known: Iterable[str]) -> StrataError:
    """Return the error for an `@alias` that no registry has; `known` are those that there are."""
    return StrataError(
        f"The `registries` field names {alias}, but no registry has that alias.",
        found=[*known] or ["no registries in `[strata].registries`"],
        fix=f"correct the alias, or add the registry to pants.toml: {_EXAMPLE}.",
    )


def no_registry(repository: str) -> StrataError:
    """Return the error for a repository without a registry that it is in."""
    return StrataError(
        f"The image goes to the repository {repository}, but to no registry: the `registries` field is not set, and no "
        "registry in `[strata].registries` is a default.",
        fix=f"add a registry to pants.toml: {_EXAMPLE}; or set `skip_push=True`.",
    )


def unknown_name(text: str, name: str, known: Iterable[str]) -> StrataError:
    """Return the error for `{name}` in a repository or tag that stands for nothing; `known` are those that do."""
    return StrataError(
        f"{text!r} has {{{name}}}, which stands for nothing.",
        found=[", ".join(f"{{{each}}}" for each in [*known, "env.NAME"])],
        fix="use one of these, or leave it out.",
    )


def variable_not_set(text: str, name: str) -> StrataError:
    """Return the error for `{env.NAME}` in a repository or tag, where the variable is not set or empty."""
    return StrataError(
        f"{text!r} asks for the environment variable {name}, which is not set or empty.",
        fix=f"set it: `{name}=… ./pants publish …`.",
    )


def no_commit(text: str) -> StrataError:
    """Return the error for `{git_commit}` in a repository or tag, where no commit is checked out."""
    return StrataError(
        f"{text!r} asks for the Git commit, but no commit is checked out here, or there is no `git` on PATH.",
        fix="publish from a Git checkout, or take the name from the environment: {env.NAME}.",
    )


def two_ways_to_sign() -> StrataError:
    """Return the error for options that name a key file and a helper."""
    return StrataError(
        "`[strata-sign].key` and `[strata-sign].helper` are both set, and an image is signed with one key.",
        fix="leave one of them out.",
    )


def helper_without_public_key() -> StrataError:
    """Return the error for a helper whose signatures cannot be checked."""
    return StrataError(
        "`[strata-sign].helper` is set without its public key.", fix="name a PEM file in `[strata-sign].public_key`."
    )
