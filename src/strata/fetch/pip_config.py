"""This module reads pip's own configuration: the files and environment variables that say which indexes a machine uses.

Source: https://pip.pypa.io/en/stable/topics/configuration/. The global level comes first, then the user's, then the
file of `PIP_CONFIG_FILE`, then the variables `PIP_*`. pip's site level belongs to one venv, and there is no venv here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# Of these, the later wins, on whichever level it stands.
_SECTIONS = ("global", "download", "install")
_FALSE = ("", "0", "f", "false", "n", "no", "off")


@dataclass(frozen=True)
class PipConfig:
    """The settings of pip that a fetch needs.

    :param indexes: URLs of indexes (PEP 503), the main one first.
    :param find_links: folders, or URLs of pages with links.
    :param cert: the path of a CA bundle; may be empty, as `proxy`.
    :param timeout: in seconds.
    :param proxy: a URL.
    """

    indexes: tuple[str, ...]
    find_links: tuple[str, ...]
    cert: str
    timeout: float
    proxy: str

    @classmethod
    def read(cls, environment: Mapping[str, str], default_index: str) -> PipConfig:
        """Return the settings of the files and of an environment.

        :param default_index: the URL that serves where neither names an index.
        """
        sections: dict[str, dict[str, str]] = {name: {} for name in _SECTIONS}
        if environment.get("PIP_CONFIG_FILE") != os.devnull:
            for file in _files(environment):
                for section, found in _values(file):
                    sections[section].update(found)
        values = {name: value for section in _SECTIONS for name, value in sections[section].items()}
        for name, value in environment.items():
            if name.startswith("PIP_") and value:
                values[name[len("PIP_") :].lower().replace("_", "-")] = value
        offline = values.get("no-index", "").lower() not in _FALSE
        indexes = [values.get("index-url", default_index), *values.get("extra-index-url", "").split()]
        return cls(
            indexes=() if offline else tuple(indexes),
            find_links=tuple(values.get("find-links", "").split()),
            cert=values.get("cert", ""),
            timeout=_seconds(values.get("timeout") or values.get("default-timeout", "")),
            proxy=values.get("proxy", ""),
        )


def _seconds(text: str, default: float = 15) -> float:
    try:
        return float(text) if 0 < float(text) < math.inf else default
    except ValueError:
        return default


def _files(environment: Mapping[str, str]) -> Iterator[Path]:
    for folder in (environment.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
        yield Path(folder, "pip", "pip.conf")
    yield Path("/etc/pip.conf")
    # A file that the environment names takes the place of the user's.
    named = environment.get("PIP_CONFIG_FILE")
    if named and os.path.exists(named):
        yield Path(named)
        return
    home = environment.get("HOME")
    if home:
        yield Path(home, ".pip", "pip.conf")
        yield Path(home, "Library", "Application Support", "pip", "pip.conf")
    config = environment.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    if config:
        yield Path(config, "pip", "pip.conf")


def _values(file: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the name of each section and its values that are not empty; nothing for a file that cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return
    # Most machines have no such file, and each process that fetches looks for it.
    import configparser

    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for section in _SECTIONS:
        if parser.has_section(section):
            yield section, {name.replace("_", "-"): value for name, value in parser.items(section) if value}
