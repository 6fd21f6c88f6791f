from __future__ import annotations

import os
from pathlib import Path

import pytest

from strata.fetch import pip_config
from strata.fetch.pip_config import PipConfig

DEFAULT = "https://index.example/default"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def read(home: Path, **environment: str) -> PipConfig:
    """The configuration of a user without any but what stands in `home` and the variables."""
    fixed = {"HOME": str(home), "XDG_CONFIG_DIRS": str(home / "xdg")}
    return PipConfig.read({**fixed, **environment}, DEFAULT)


@pytest.fixture(autouse=True)
def _no_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of the whole machine is the only one that no variable moves."""
    files = pip_config._files
    monkeypatch.setattr(
        pip_config, "_files", lambda environment: (file for file in files(environment) if file != Path("/etc/pip.conf"))
    )


def test_nothing_is_configured(home: Path) -> None:
    assert read(home) == PipConfig((DEFAULT,), (), cert="", timeout=15, proxy="")


def test_machine_wide_file_is_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert Path("/etc/pip.conf") in pip_config._files({"HOME": str(home)})


def test_all_values(home: Path) -> None:
    write(
        home / ".config/pip/pip.conf",
        "[global]\n"
        "index-url = https://index.example/simple\n"
        "extra_index_url =\n    https://extra.example/1\n    https://extra.example/2\n"
        "find-links = /wheels https://links.example/page.html\n"
        "cert = /certs/ca.pem\n"
        "timeout = 60\n"
        "proxy = http://proxy.example:3128\n",
    )
    assert read(home) == PipConfig(
        ("https://index.example/simple", "https://extra.example/1", "https://extra.example/2"),
        ("/wheels", "https://links.example/page.html"),
        cert="/certs/ca.pem",
        timeout=60,
        proxy="http://proxy.example:3128",
    )


def test_levels(home: Path) -> None:
    """Files of the system, the user's two places, then variables: the later wins, value by value."""
    write(home / "xdg/pip/pip.conf", "[global]\nindex-url = https://system.example\ncert = system\nproxy = system\n")
    assert read(home).indexes == ("https://system.example",)
    write(home / ".pip/pip.conf", "[global]\nindex-url = https://old.example\ncert = old\n")
    assert read(home).indexes == ("https://old.example",)
    write(home / ".config/pip/pip.conf", "[global]\nindex-url = https://user.example\n")
    config = read(home)
    assert (config.indexes, config.cert, config.proxy) == (("https://user.example",), "old", "system")
    assert read(home, PIP_INDEX_URL="https://variable.example").indexes == ("https://variable.example",)
    assert read(home, PIP_INDEX_URL="").indexes == ("https://user.example",)


def test_several_system_folders(home: Path) -> None:
    write(home / "one/pip/pip.conf", "[global]\ncert = one\nproxy = one\n")
    write(home / "two/pip/pip.conf", "[global]\ncert = two\n")
    config = read(home, XDG_CONFIG_DIRS=f"{home}/one:{home}/two")
    assert (config.cert, config.proxy) == ("two", "one")


def test_empty_list_of_system_folders(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "pip/pip.conf", "[global]\ncert = of the working directory\n")
    monkeypatch.chdir(tmp_path)
    assert Path("/etc/xdg/pip/pip.conf") in pip_config._files({"XDG_CONFIG_DIRS": ""})
    assert read(home, XDG_CONFIG_DIRS="").cert != "of the working directory"


def test_folder_of_the_users_configuration(home: Path) -> None:
    write(home / "moved/pip/pip.conf", "[global]\ncert = moved\n")
    assert read(home, XDG_CONFIG_HOME=str(home / "moved")).cert == "moved"


def test_sections_come_before_levels(home: Path) -> None:
    write(home / "xdg/pip/pip.conf", "[install]\ncert = system\n[wheel]\nproxy = of another command\n")
    write(home / ".config/pip/pip.conf", "[global]\ncert = user\n[download]\ntimeout = 7\n")
    assert read(home) == PipConfig((DEFAULT,), (), cert="system", timeout=7, proxy="")


def test_named_file_replaces_the_users(home: Path, tmp_path: Path) -> None:
    write(home / "xdg/pip/pip.conf", "[global]\ncert = system\nproxy = system\n")
    write(home / ".config/pip/pip.conf", "[global]\ncert = user\ntimeout = 60\n")
    named = write(tmp_path / "named.conf", "[global]\ncert = named\n")
    config = read(home, PIP_CONFIG_FILE=str(named))
    assert (config.cert, config.proxy, config.timeout) == ("named", "system", 15)
    assert read(home, PIP_CONFIG_FILE=str(tmp_path / "absent.conf")).cert == "user"


def test_no_files_at_all(home: Path) -> None:
    write(home / ".config/pip/pip.conf", "[global]\ncert = user\n")
    config = read(home, PIP_CONFIG_FILE=os.devnull, PIP_TIMEOUT="3")
    assert (config.cert, config.timeout) == ("", 3)


@pytest.mark.parametrize(
    "value, indexes",
    [("1", ()), ("true", ()), ("Yes", ()), ("on", ()), ("0", (DEFAULT,)), ("f", (DEFAULT,)), ("No", (DEFAULT,))],
)
def test_no_index(home: Path, value: str, indexes: tuple[str, ...]) -> None:
    config = read(home, PIP_NO_INDEX=value, PIP_FIND_LINKS="/wheels")
    assert (config.indexes, config.find_links) == (indexes, ("/wheels",))


@pytest.mark.parametrize(
    "text",
    [
        b"no section = 1\n",
        b"[global]\nindex-url\n",
        b"[global]\ncert = 1\ncert = 2\n",
        b"\xff\xfe[global]\n",
        b"[global]\nindex-url =\n",
    ],
)
def test_damaged_or_empty_files_say_nothing(home: Path, text: bytes) -> None:
    write(home / ".config/pip/pip.conf", "").write_bytes(text)
    assert read(home) == PipConfig((DEFAULT,), (), cert="", timeout=15, proxy="")


def test_values_are_not_interpolated(home: Path) -> None:
    write(home / ".config/pip/pip.conf", "[global]\nindex-url = https://me:50%25%(x)s@index.example\n")
    assert read(home).indexes == ("https://me:50%25%(x)s@index.example",)


@pytest.mark.parametrize(
    "value, seconds", [("2.5", 2.5), ("soon", 15), ("-1", 15), ("inf", 15), ("nan", 15), ("0", 15)]
)
def test_time_out(home: Path, value: str, seconds: float) -> None:
    assert read(home, PIP_DEFAULT_TIMEOUT=value).timeout == seconds


def test_without_home() -> None:
    assert read(Path("/nonexistent"), HOME="").indexes == (DEFAULT,)
