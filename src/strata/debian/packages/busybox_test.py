"""The tools in Debian's busybox."""

from __future__ import annotations

from pathlib import Path

from strata.debian.packages.busybox import busybox, tools
from strata.oci.entry import Entry, File, Symlink


def table(*names: str) -> bytes:
    return b"\x7fELF \xae [\0[[\0" + b"".join(name.encode() + b"\0" for name in names) + b"\0\0rest"


def test_the_names_are_those_of_the_table() -> None:
    assert tools(table("acpid", "ash", "sh", "wget")) == ("[", "[[", "acpid", "ash", "sh", "wget")


def test_what_is_no_busybox_with_a_shell() -> None:
    assert tools(b"") == ()
    assert tools(table("acpid", "wget")) == ()
    # Texts of the kind may stand elsewhere: the table is sorted.
    assert tools(table("sh", "ash")) == ()
    assert tools(table("sh", "ash") + table("ash", "sh")) == ("[", "[[", "ash", "sh")


def test_the_program_among_entries() -> None:
    entries: list[Entry] = [Symlink("usr/bin/sh", "busybox"), File("usr/bin/busybox", Path("busybox"), mode=0o755)]
    assert busybox(entries) == Path("busybox")
    assert busybox(entries[:1]) is None
