"""This module words the errors of the audit: installers that no lock asks for, and layers that cannot be read.

The rule that assembles an image raises `installers_found`, the command `strata audit` raises `unknown_layer`; the rule
that makes a venv raises the errors of a policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from strata.errors import StrataError

_FIXES = {
    "os-packages": "take the Debian package that brings it out of `packages` of the `debian_packages` target, or name "
    "it in `exclude`, and renew its lock",
    "base": "name a base without it, or set `allow_installers=True` of the `oci_base`",
    "interpreter": "lock Debian packages of CPython that do not bring it along; of all installers, it may only hold "
    'the wheels that ensurepip installs, and only with `ensurepip="keep"`',
    "dependencies": "if the app needs it, add the project to its requirements and renew the lock; else lock no project "
    "that brings it along",
    "files": "take the files out of what the `image_files` target depends on",
    "app": "take the files out of what the image depends on; if the app needs the project, add it to its requirements",
}


def installers_found(found: Sequence[tuple[str, str]]) -> StrataError:
    """Return the error for installers that no lock asks for.

    :param found: for each installer, the kind of its layer (`dependencies`) and what was found there.
    """
    kinds = dict.fromkeys(kind for kind, _ in found)
    fixes = [f"in the layer {kind}, {_FIXES[kind]}" for kind in kinds]
    return StrataError(
        "The image would hold an installer that its lock does not ask for.",
        found=[f"in the layer {kind}: {what}" for kind, what in found],
        fix=f"{'; '.join(fixes)}.",
    )


def code_at_each_start(address: str, found: Mapping[str, str]) -> StrataError:
    """Return the error for wheels with code that runs at each start of Python, where a policy forbids it.

    :param address: of the venv.
    :param found: path in an image → the name of the project.
    """
    return StrataError(
        f"{address}: dependencies have code that runs at each start of Python, which `[strata-policy]` refuses.",
        found=[f"/{path}, of {name}" for path, name in sorted(found.items())],
        fix="lock other projects; or name those that may have such code in `[strata-policy].start_code_of`.",
    )


def paths_alike(address: str, found: Mapping[tuple[str, ...], Sequence[str]]) -> StrataError:
    """Return the error for wheels whose paths differ only in case or Unicode form, where a policy forbids it.

    :param address: of the venv.
    :param found: the paths → the names of the projects.
    """
    return StrataError(
        f"{address}: paths of dependencies differ only in case or in their Unicode form, which `[strata-policy]` "
        "refuses.",
        found=[f"{', '.join(paths)}: of {', '.join(names)}" for paths, names in sorted(found.items())],
        fix='lock other projects; or set `alike_paths = "allow"` in `[strata-policy]`, where images are used on file '
        "systems that tell such paths apart.",
    )


def unknown_layer(layout: str, layer: str, media_type: str) -> StrataError:
    """Return the error for a layer whose media type the audit does not read.

    :param layout: the path of the layout.
    :param layer: the digest of the layer.
    """
    return StrataError(
        f"{layout} cannot be audited: nothing is known about what is in one of its layers.",
        found=[f"{layer}, of the type {media_type}"],
        fix="copy the image with its layers as gzip, for instance with `skopeo copy --dest-compress-format=gzip`.",
    )
