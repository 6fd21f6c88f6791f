"""This module has evidence, the things in a layer that show an installer, and finds it by paths alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from strata.audit.projects import ALL, Package, Project, project_named

PACKAGE = "package"
METADATA = "metadata directory"
MODULE = "module"
SCRIPT = "script"
WHEEL = "wheel"
ARCHIVE = "zip archive"
TAR = "tar archive"
COMPRESSED = "compressed file"
PROGRAM = "program"

SITE_DIRECTORIES = ("site-packages", "dist-packages")

# https://packaging.python.org/en/latest/specifications/recording-installed-packages/ and, before that, setuptools.
_METADATA = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+?)(-(?P<version>\d[^-]*)(-py[\d.]+)?)?\.(dist-info|egg-info|egg|egg-link)"
)
# https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention
_WHEEL = re.compile(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>[^-]+)(-\d[^-]*)?-[^-]+-[^-]+-[^-]+\.whl")
_SUFFIXES = (".py", ".pyc")

# By the last part of a path, since all paths of a layer are looked up.
_PACKAGES: dict[str, list[tuple[Project, Package]]] = {}
_MODULES: dict[str, list[tuple[Project, str]]] = {}
for _project in ALL:
    for _package in _project.packages:
        _PACKAGES.setdefault(_package.members[0].rpartition("/")[2], []).append((_project, _package))
    for _file in _project.modules:
        _MODULES.setdefault(_file.rpartition("/")[2], []).append((_project, _file))


@dataclass(frozen=True, order=True)
class Evidence:
    """One thing: a package's directory, a `.dist-info`, a command, an archive. It speaks for all files in it.

    :param path: without a leading slash. :param version: empty where the thing does not tell.
    """

    path: str
    project: str
    kind: str
    version: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the evidence as JSON values."""
        fields = {"path": self.path, "project": self.project, "kind": self.kind}
        return {**fields, "version": self.version} if self.version else fields

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Evidence:
        """Return the evidence that JSON values hold."""
        return cls(fields["path"], fields["project"], fields["kind"], fields.get("version", ""))

    def __str__(self) -> str:
        name = f"{self.project} {self.version}" if self.version else self.project
        return f"{name}, {'an' if self.kind[0] in 'aeiou' else 'a'} {self.kind}: /{self.path}"


def evidence_of_paths(files: Collection[str]) -> Iterator[Evidence]:
    """Yield what the paths of all files and links of a layer, or of an archive, show. Each thing comes once."""
    yield from _packages(files)
    found: set[Evidence] = set()
    # Paths are kept as a tree, part by part: a file of some bytes may have hundreds of directories.
    tree: dict[tuple[int, str], int] = {}
    for path in files:
        place = end = 0
        for name in path.split("/"):
            end += len(name)
            if (place, name) not in tree:
                tree[place, name] = len(tree) + 1
                found.update(_evidence_of_path(path[:end], name, files))
            place = tree[place, name]
            end += 1
    yield from sorted(found)


def _evidence_of_path(path: str, name: str, files: Collection[str]) -> Iterator[Evidence]:
    """Yield what the last part of a path shows, which is its name."""
    metadata, wheel = _METADATA.fullmatch(name), _WHEEL.fullmatch(name)
    match, kind = (metadata, METADATA) if metadata else (wheel, WHEEL)
    named = project_named(match["name"]) if match else None
    if match and named and not (kind == METADATA and _is_vendored(path, files)):
        yield Evidence(path, named.name, kind, match["version"] or "")
    for project, module in _MODULES.get(name, ()):
        if f"/{path}".endswith(f"/{module}"):
            yield Evidence(path, project.name, MODULE)


def _packages(files: Collection[str]) -> Iterator[Evidence]:
    found = set()
    for path in files:
        module = _module(path) or ""
        for project, package in _PACKAGES.get(module.rpartition("/")[2], ()):
            if f"/{module}".endswith(f"/{package.directory}/{package.members[0]}"):
                directory = module[: -len(package.members[0]) - 1]
                if _is_complete(directory, package, files) and not _is_harmless_copy(directory, package, files):
                    found.add(Evidence(directory, project.name, PACKAGE))
    return iter(sorted(found))


def _is_complete(directory: str, package: Package, files: Collection[str]) -> bool:
    return all(any(f"{directory}/{member}{suffix}" in files for suffix in _SUFFIXES) for member in package.members)


def _is_harmless_copy(directory: str, package: Package, files: Collection[str]) -> bool:
    """Return whether the package is vendored: in another package, it is another module, and nobody's `import` finds it.

    A copy of pip is never harmless: it runs from wherever it lies, as `python DIRECTORY/pip install …`.
    """
    top = directory[: -len(package.directory)] + package.directory.partition("/")[0]
    return package.directory != "pip" and _is_vendored(top, files)


def _is_vendored(path: str, files: Collection[str]) -> bool:
    parent = path.rpartition("/")[0]
    if parent.rpartition("/")[2] in SITE_DIRECTORIES:
        return False  # some wheels leave an `__init__.py` there, which makes no package of it
    return any(f"{parent}/__init__{suffix}" in files for suffix in _SUFFIXES)


def _module(path: str) -> Optional[str]:
    """Return the path of a module without its suffix. Bytecode in `__pycache__` alone cannot be imported."""
    for suffix in _SUFFIXES:
        if path.endswith(suffix) and "/__pycache__/" not in path:
            return path[: -len(suffix)]
    return None
