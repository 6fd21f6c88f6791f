"""This module has the options `[strata-limits]`: how much a package may hold or take (docs/security.md).

A limit is a constant of the library. Where one is changed, the slice of the library that a step gets has another
constant (library_slice.py): so the limit is in the cache keys of the steps that read it, and in no key where it is the
default.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import ModuleType

from pants.option.option_types import IntOption
from pants.option.subsystem import Subsystem

from strata.debian import limits as debian
from strata.fetch import limits as fetch
from strata.standalone import limits as standalone
from strata.wheels import limits as wheels

# Option → the module of the library and its constant.
_CONSTANTS: Mapping[str, tuple[ModuleType, str]] = {
    "wheel_members": (wheels, "MEMBERS"),
    "wheel_directory_bytes": (wheels, "DIRECTORY_BYTES"),
    "wheel_unpacked_bytes": (wheels, "UNPACKED_BYTES"),
    "wheel_path_bytes": (wheels, "PATH_BYTES"),
    "wheel_path_parts": (wheels, "PATH_PARTS"),
    "wheel_metadata_bytes": (wheels, "METADATA_BYTES"),
    "wheel_wheel_bytes": (wheels, "WHEEL_BYTES"),
    "wheel_entry_points_bytes": (wheels, "ENTRY_POINTS_BYTES"),
    "wheel_entry_point_length": (wheels, "ENTRY_POINT_LENGTH"),
    "wheel_record_member_bytes": (wheels, "RECORD_MEMBER_BYTES"),
    "file_bytes": (fetch, "FILE_BYTES"),
    "page_bytes": (fetch, "PAGE_BYTES"),
    "debian_members": (debian, "MEMBERS"),
    "debian_control_bytes": (debian, "CONTROL_BYTES"),
    "debian_unpacked_bytes": (debian, "UNPACKED_BYTES"),
    "debian_unpacked_factor": (debian, "UNPACKED_FACTOR"),
    "standalone_members": (standalone, "MEMBERS"),
    "standalone_unpacked_bytes": (standalone, "UNPACKED_BYTES"),
    "standalone_archive_bytes": (standalone, "ARCHIVE_BYTES"),
}


def _limit(default: int, what: str) -> IntOption[int]:
    return IntOption(default=default, advanced=True, help=f"The most {what}.")


class LimitsSubsystem(Subsystem):
    """The options of `[strata-limits]`."""

    options_scope = "strata-limits"
    help = (
        "How much a package may hold or take before it is refused. The defaults are far above what real packages need: "
        "raise one for a package that you trust. It is in the cache keys of the steps that read it, so set it in "
        "pants.toml, for all."
    )

    wheel_members = _limit(wheels.MEMBERS, "members of a wheel or a source distribution")
    wheel_directory_bytes = _limit(wheels.DIRECTORY_BYTES, "bytes of the directory of such an archive")
    wheel_unpacked_bytes = _limit(wheels.UNPACKED_BYTES, "bytes of all its members, unpacked")
    wheel_path_bytes = _limit(wheels.PATH_BYTES, "bytes of a member's path")
    wheel_path_parts = _limit(wheels.PATH_PARTS, "parts of a member's path")
    wheel_metadata_bytes = _limit(wheels.METADATA_BYTES, "bytes of a wheel's METADATA")
    wheel_wheel_bytes = _limit(wheels.WHEEL_BYTES, "bytes of a wheel's WHEEL")
    wheel_entry_points_bytes = _limit(wheels.ENTRY_POINTS_BYTES, "bytes of a wheel's entry_points.txt")
    wheel_entry_point_length = _limit(wheels.ENTRY_POINT_LENGTH, "characters of a line in a wheel's entry_points.txt")
    wheel_record_member_bytes = _limit(wheels.RECORD_MEMBER_BYTES, "bytes of a wheel's RECORD for each of its members")
    file_bytes = _limit(fetch.FILE_BYTES, "bytes of a wheel or a source distribution")
    page_bytes = _limit(fetch.PAGE_BYTES, "bytes of the page of a project in an index")
    debian_members = _limit(debian.MEMBERS, "members of a Debian package")
    debian_control_bytes = _limit(debian.CONTROL_BYTES, "bytes of a Debian package's control.tar, unpacked")
    debian_unpacked_bytes = _limit(debian.UNPACKED_BYTES, "bytes of a Debian package's data.tar, unpacked")
    debian_unpacked_factor = _limit(
        debian.UNPACKED_FACTOR, "times the size that a Debian package declares which its data.tar may have"
    )
    standalone_members = _limit(standalone.MEMBERS, "members of a standalone build of CPython")
    standalone_unpacked_bytes = _limit(standalone.UNPACKED_BYTES, "bytes of a standalone build, unpacked")
    standalone_archive_bytes = _limit(standalone.ARCHIVE_BYTES, "bytes of a standalone build that a new lock names")

    def applied(self, sources: Mapping[str, str]) -> dict[str, str]:
        """Return modules with the limits that were set.

        :param sources: path of a module, `strata/wheels/limits.py` → its source.
        """
        changed = dict(sources)
        for option, (module, constant) in _CONSTANTS.items():
            path, value = f"{module.__name__.replace('.', '/')}.py", getattr(self, option)
            if path in changed and value != getattr(module, constant):
                changed[path] = _with_constant(changed[path], constant, value)
        return changed


def _with_constant(source: str, name: str, value: int) -> str:
    """Return a module with another value of a constant."""
    (statement,) = (
        each
        for each in ast.parse(source).body
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and each.targets[0].id == name
    )
    lines = source.splitlines(keepends=True)
    lines[statement.lineno - 1 : statement.end_lineno] = [f"{name} = {value}\n"]
    return "".join(lines)
