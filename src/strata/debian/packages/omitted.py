"""This module lists the files of Debian packages that stay out of images. No program reads them when it runs."""

from __future__ import annotations

# Each is a directory or a file, given with the reason.
OMITTED = (
    "etc/update-motd.d",  # greets people who log in
    "usr/bin/ldd",  # a script for a shell that the base does not have
    "usr/lib/binfmt.d",  # registered with the kernel of a machine that boots
    "usr/sbin/update-ca-certificates",  # the same; generated_files writes its output
    "usr/share/applications",  # menus of desktops
    "usr/share/base-files",  # templates that the package's script copies; those that matter are generated
    "usr/share/bash-completion",  # interactive shells
    "usr/share/binfmts",  # registered with the kernel by a package script
    "usr/share/bug",  # scripts that report bugs to Debian
    "usr/share/dict",  # empty but for a spelling checker's list
    "usr/share/doc-base",  # registers documentation
    "usr/share/fish",  # interactive shells
    "usr/share/gcc",  # pretty printers for debuggers
    "usr/share/gdb",  # the same
    "usr/share/icons",  # desktops
    "usr/share/info",  # documentation
    "usr/share/lintian",  # the package checker's notes
    "usr/share/locale",  # translated messages: programs in images speak English
    "usr/share/man",  # documentation
    "usr/share/menu",  # menus of desktops
    "usr/share/pixmaps",  # desktops
    "usr/share/zsh",  # interactive shells
)
DOCUMENTATION = "usr/share/doc"


def is_omitted(path: str) -> bool:
    """Return whether a file stays out of images. Of documentation, `usr/share/doc/NAME/copyright` stays in."""
    if is_below(path, DOCUMENTATION):
        parts = path.count("/") - DOCUMENTATION.count("/")
        return not (parts == 2 and path.endswith("/copyright"))
    return any(is_below(path, directory) for directory in OMITTED)


def is_below(path: str, directory: str) -> bool:
    """Return whether the path is the directory or lies in it."""
    return path == directory or path.startswith(directory + "/")
