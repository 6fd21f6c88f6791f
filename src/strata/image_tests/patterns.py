"""This module writes regular expressions of Go (RE2) as those of Python, for texts that a structure test compares.

https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<quoted>\\Q(?P<text>.*?)(?:\\E|\Z))
    | (?P<escape>\\[pP](?:\{[^}]*\}|.)|\\.)
    | (?P<class>\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\])
    | (?P<group>\(\?(?:P?<[A-Za-z_]\w*>|[imsU-]+[:)]|:))
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_NAMED = re.compile(r"\[:(\^?)([a-z]+):\]")


class NoPattern(Exception):
    """A regular expression that Python has no form of, or that is none."""


def python_pattern(pattern: str) -> str:
    r"""Return the same regular expression for Python's `re`. Raise NoPattern.

    Classes such as `\\d` hold ASCII alone, `$` is the very end of the text, and flags stand where they stood.
    """
    flags, rest = _leading_flags(pattern)
    if "U" in flags:
        raise NoPattern("the flag U has no form in Python")
    parts = [_part(token, multiline="m" in flags) for token in _TOKEN.finditer(rest)]
    found = f"(?a{flags}){''.join(parts)}"
    try:
        re.compile(found)
    except re.error as error:
        raise NoPattern(str(error)) from None
    return found


def _leading_flags(pattern: str) -> tuple[str, str]:
    found = re.match(r"\(\?([imsU]+)\)", pattern)
    return (found[1], pattern[found.end() :]) if found else ("", pattern)


def _part(token: re.Match[str], *, multiline: bool) -> str:
    text = token[0]
    if token["quoted"] is not None:
        return re.escape(token["text"])
    if token["escape"] is not None:
        if text[1] in "pP":
            raise NoPattern(f"{text} names a class of Unicode, which Python's expressions do not know")
        return {r"\z": r"\Z", r"\C": "(?s:.)"}.get(text, text)
    if token["class"] is not None:
        return _class(text)
    if token["group"] is not None:
        return _group(text)
    return r"\Z" if text == "$" and not multiline else text


def _class(text: str) -> str:
    def named(found: re.Match[str]) -> str:
        if found[1] or found[2] not in _POSIX:
            raise NoPattern(f"{found[0]} is no class that Python has a form of")
        return _POSIX[found[2]]

    start = 2 if text.startswith("[^") else 1
    body = _NAMED.sub(named, text[start:-1])
    # To Python an opening bracket may begin a set within a set, in a later version.
    return text[:start] + re.sub(r"(?<!\\)\[", r"\\[", body) + "]"


def _group(text: str) -> str:
    if "<" in text:
        return text.replace("(?<", "(?P<")
    if text.endswith(")"):
        raise NoPattern(f"the flags {text} stand behind the beginning")
    if "U" in text:
        raise NoPattern("the flag U has no form in Python")
    if "m" in text:
        raise NoPattern(f"the flag m stands in {text} alone: put it at the beginning")
    return text
