"""This module stands in for `gettext` where a process starts fast: messages of the command line stay in English."""

from __future__ import annotations


def gettext(message: str) -> str:
    """Return a message."""
    return message


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form of a message for a number."""
    return singular if number == 1 else plural
