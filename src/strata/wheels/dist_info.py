"""This module finds the `.dist-info` directory of a wheel.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

from collections.abc import Iterable

from strata.errors import wheels as errors
from strata.wheels.project_name import normalized_name


def info_directory(wheel: str, project: str, members: Iterable[str]) -> str:
    """Return the name of the `.dist-info` directory. Raise StrataError unless there is one, and of that project.

    :param wheel: the file name of the wheel, for errors.
    :param project: the name of the wheel's project, in any spelling.
    :param members: the names of all members.
    """
    infos = {top for member in members for top in [member.partition("/")[0]] if top.endswith(".dist-info")}
    if len(infos) != 1:
        raise errors.unreadable_wheel(wheel, f"it has {len(infos)} .dist-info directories")
    (info,) = infos
    if normalized_name(info[: -len(".dist-info")].rpartition("-")[0]) != normalized_name(project):
        raise errors.unreadable_wheel(wheel, f"its metadata are those of another project: {info}")
    return info
