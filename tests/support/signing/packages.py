"""What `pants-strata[sign]` requires, for a Pants in another environment of the same CPython."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_MODULES = ("_cffi_backend", "cffi", "cryptography")


def link_packages(folder: Path) -> Path:
    """A folder for PYTHONPATH with the modules by which keys are read and used, as this process has them."""
    folder.mkdir()
    for name in _MODULES:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        place = origin.parent if origin.name == "__init__.py" else origin
        (folder / place.name).symlink_to(place)
    return folder
