"""This module finds what an environment of Python says is installed in it.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import re
from email.parser import BytesHeaderParser
from typing import Optional

from strata.wheels.project_name import normalized_name

METADATA = re.compile(r"(?:.+/)?(?:site|dist)-packages/[^/]+(?:\.dist-info/METADATA|\.egg-info(?:/PKG-INFO)?)")
"""The path of a file that names an installed project: of a wheel, or as setuptools wrote it before."""


def installed_project(metadata: bytes) -> Optional[tuple[str, str]]:
    """Return the normalized name and the version in such a file; None where it does not tell both."""
    fields = BytesHeaderParser().parsebytes(metadata)
    name, version = (str(fields.get(field, "")).strip() for field in ("Name", "Version"))
    return (normalized_name(name), version) if name and version else None
