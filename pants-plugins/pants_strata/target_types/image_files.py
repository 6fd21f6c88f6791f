"""The target `image_files` and its fields, and the field of `python_image` that names such targets."""

from __future__ import annotations

import re
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    AsyncFieldMixin,
    Dependencies,
    InvalidFieldException,
    SpecialCasedDependencies,
    StringField,
    Target,
)
from pants.util.strutil import help_text

from strata.debian.packages.generated_files import NONROOT
from strata.oci.entry import unsafe

_USERS = {"root": 0, "nobody": 65534, "nonroot": NONROOT}
# The first is a link to /usr in Debian's images; a runtime mounts its own over the second; the third is the venv, whose
# files are those that an installer put there.
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_MOUNTED = ("dev", "proc", "run", "sys", "tmp", "var/lock", "var/run", "var/tmp")
_VENV = "opt/venv"
_MOST_ID = (1 << 32) - 2


class ImageFilesDependenciesField(Dependencies):
    """The field `dependencies`."""

    required = True
    help = help_text(
        """
        The `files`, `file` and `relocated_files` targets whose files are placed in images, generated ones included.
        Sources and `resources` are not: they belong to the app, and lie in `/app`.
        """
    )


class ImageFilesPathField(StringField):
    """The field `path`."""

    alias = "path"
    required = True
    value: str
    help = help_text(
        """
        The directory in the image that the files are placed in, for instance `"/srv/www"` or `"/etc/app"`.
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> str:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address) or ""
        reason = _unusable(value)
        if reason:
            raise InvalidFieldException(f"The `{cls.alias}` field in target {address} is {value!r}. {reason}")
        return value

    @property
    def below_root(self) -> str:
        """Return the path without the leading slash; empty for the root directory itself."""
        return self.value.strip("/")


def _unusable(path: str) -> str:
    """Return why files cannot be placed there, and where they can; empty where they can."""
    below = path.strip("/")
    if not path.startswith("/") or (below and unsafe(below)):
        return 'It must be an absolute path in its shortest form, for instance "/srv/www".'
    first = below.partition("/")[0]
    if first in _MERGED:
        return f'/{first} is a link to /usr/{first} in the images: write "/usr/{below}".'
    if f"{below}/".startswith(f"{_VENV}/"):
        return "The venv holds what its installer put there, and nothing else: choose a directory of your own."
    mounted = next((each for each in _MOUNTED if f"{below}/".startswith(f"{each}/")), "")
    return f"Runtimes mount a file system of their own over /{mounted}: choose another directory." if mounted else ""


class ImageFilesStripPrefixField(StringField, AsyncFieldMixin):
    """The field `strip_prefix`."""

    alias = "strip_prefix"
    help = help_text(
        """
        The directory, relative to that of the BUILD file, that is left out of the paths of the files:
        with `strip_prefix="static"` the file `static/app.css` is placed at `app.css` below `path`, and by default at
        `static/app.css`. `"//assets"` is relative to the root of the repository.
        """
    )

    @property
    def folder(self) -> str:
        """Return the directory, relative to the root of the repository; empty for the root itself."""
        value = self.value or ""
        parts = [value[2:]] if value.startswith("//") else [self.address.spec_path, value]
        return "/".join(part.strip("/") for part in parts if part.strip("/"))


class ImageFilesModeField(StringField):
    """The field `mode`."""

    alias = "mode"
    help = help_text(
        """
        The mode of each file, in octal digits: `"0640"`. Directories get it too, and may be entered by whoever may read
        them. By default files are `0644`, or `0755` where the repository has them executable, and directories `0755`.
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> Optional[str]:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        if value is not None and not re.fullmatch(r"0?[0-7]{3}", value):
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} must be three octal digits, but was {value!r}. "
                f'Write for instance `{cls.alias}="0644"`. No file may run as another user.'
            )
        return value

    @property
    def number(self) -> Optional[int]:
        """Return the mode; None for that of the repository."""
        return None if self.value is None else int(self.value, 8)


class ImageFilesOwnerField(StringField):
    """The field `owner`."""

    alias = "owner"
    default = "root"
    value: str
    help = help_text(
        f"""
        Whom the files belong to, as `user` or `user:group`: a number, or one of {", ".join(_USERS)}, who have a group
        each. By default `root`, so that the app can read its files and not change them. `path` itself and the
        directories below it belong to the owner, too, where `path` is not one that every system has, as `/etc`.
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> str:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address) or cls.default
        user, colon, group = value.partition(":")
        if _number(user) is None or (colon and _number(group) is None):
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} must be a user, or a user and a group, but was "
                f'{value!r}. Write numbers, as "1000:1000", or one of {", ".join(_USERS)}.'
            )
        return value

    @property
    def numbers(self) -> tuple[int, int]:
        """Return the numbers of the user and of the group."""
        user, _, group = self.value.partition(":")
        uid, gid = _number(user), _number(group or user)
        assert uid is not None
        assert gid is not None
        return uid, gid


def _number(name: str) -> Optional[int]:
    if name in _USERS:
        return _USERS[name]
    return int(name) if re.fullmatch(r"\d{1,10}", name) and int(name) <= _MOST_ID else None


class ImageFilesTarget(Target):
    """The target `image_files`."""

    alias = "image_files"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        ImageFilesDependenciesField,
        ImageFilesPathField,
        ImageFilesStripPrefixField,
        ImageFilesModeField,
        ImageFilesOwnerField,
    )
    help = help_text(
        """
        Files of the repository at a path of their own in images, with a mode and an owner: static files of a web
        server, a configuration below `/etc`. Images name it in `extra_files`. It is a layer of its own, which all
        images that name it share.
        """
    )


class ExtraFilesField(SpecialCasedDependencies):
    """The field `extra_files` of `python_image`."""

    alias = "extra_files"
    help = help_text(
        """
        The addresses of `image_files` targets, whose files the image holds at paths of their own. What only the app's
        code reads is better a `resources` target among the `dependencies`: it lies beside the code in `/app`.
        """
    )
