"""Writes docs/reference: `./pants run tests/documentation/write_reference.py`, from the root of the repository."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pants.engine.goal import GoalSubsystem
from pants.engine.target import NO_VALUE, Field, Target
from pants.help.help_info_extracter import TargetFieldHelpInfo
from pants.option.option_types import collect_options_info
from pants.option.subsystem import Subsystem

from pants_strata import register

FOLDER = Path("docs/reference")
_WIDTH = 130
# Of Pants' own fields the reference of Pants has the words.
_PANTS = ("tags", "description")


def reference() -> dict[str, str]:
    """Return the pages, by their names in docs/reference."""
    return {"targets.md": _targets(), "options.md": _options()}


def _targets() -> str:
    parts = [
        "# Targets\n\nWhat a BUILD file may hold, and each field with its default. The words are those of "
        "`./pants help TARGET`: this page is made of\nthem. Every target has the fields `name`, `tags` and "
        "`description`, too."
    ]
    for target in sorted(register.target_types(), key=lambda each: each.alias):
        parts.append(f"## `{target.alias}`")
        parts.append(_prose(target.help))
        parts += [_field(target, field) for field in target.core_fields if field.alias not in _PANTS]
    return "\n\n".join(parts) + "\n"


def _field(target: type[Target], field: type[Field]) -> str:
    told = TargetFieldHelpInfo.create(field, provider="")
    default = "required" if told.required else f"default `{_shown(field.default)}`"
    choices = getattr(field, "valid_choices", None)
    named = [each.value if isinstance(each, Enum) else each for each in choices or ()]
    allowed = f", one of {', '.join(f'`{each}`' for each in named)}" if named else ""
    return f"### `{target.alias}.{field.alias}`\n\n{_kind(told.type_hint)}, {default}{allowed}.\n\n{_prose(field.help)}"


def _kind(hint: str) -> str:
    """Return the type of a field in words."""
    plain = hint.replace(" | None", "").strip()
    names = {
        "str": "A text",
        "bool": "`True` or `False`",
        "int": "A number",
        "Iterable": "A list of texts",
        "Iterable[str]": "A list of texts",
        "str | Iterable": "A text, or a list of texts",
        "dict": "A dict from texts to texts",
        "Dict[str, str]": "A dict from texts to texts",
    }
    return names.get(plain, f"`{plain}`")


def _options() -> str:
    parts = [
        "# Options\n\nWhat `pants.toml` may set in the sections of Strata. An option is also a flag: `--strata-base=…` "
        "for `base` in\n`[strata]`. The words are those of `./pants help-advanced SECTION`: this page is made of them."
    ]
    for subsystem in sorted(subsystems(), key=lambda each: str(each.options_scope)):
        parts.append(f"## `[{subsystem.options_scope}]`")
        parts.append(_prose(subsystem.help))
        for option in collect_options_info(subsystem):
            name = option.flag_names[-1].lstrip("-").replace("-", "_")
            default = _shown(option.flag_options.get("default"))
            parts.append(f"### `{subsystem.options_scope}.{name}`")
            parts.append(f"Default `{default}`.\n\n{_prose(option.flag_options['help'])}")
    return "\n\n".join(parts) + "\n"


def subsystems() -> set[type[Subsystem]]:
    """Return the subsystems that the rules ask for and that are Strata's own, goals among them."""
    asked = {
        parameter
        for item in register.rules()
        for parameter in getattr(item, "input_selectors", ())
        if inspect.isclass(parameter) and issubclass(parameter, Subsystem)
    }
    goals = {each for each in _all_subclasses(GoalSubsystem) if each.__module__.startswith("pants_strata.")}
    return {each for each in asked | goals if each.__module__.startswith("pants_strata.")}


def _all_subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _all_subclasses(each)


def _prose(text: Any) -> str:
    """Return a help text as Markdown: paragraphs and lists, wrapped."""
    told = inspect.cleandoc(text() if callable(text) else str(text))
    blocks = []
    for paragraph in re.split(r"\n\s*\n", told):
        lines = paragraph.splitlines()
        if any(line.lstrip().startswith(("* ", "- ")) or line.startswith("  ") for line in lines):
            blocks.append(paragraph)
        else:
            blocks.append(textwrap.fill(" ".join(lines), _WIDTH, break_long_words=False, break_on_hyphens=False))
    return "\n\n".join(blocks)


def _shown(value: Any) -> str:
    if value is None or value is NO_VALUE:
        return "None"
    if isinstance(value, Enum):
        return str(value.value)
    return repr(list(value) if isinstance(value, tuple) else value)


def write() -> None:
    """Write the pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in reference().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
