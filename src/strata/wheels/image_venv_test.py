from __future__ import annotations

from strata.oci.entry import Directory, File, Symlink
from strata.wheels.image_venv import image_site_packages, venv_entries


def test_venv_in_the_image() -> None:
    entries = list(venv_entries("3.13", "/usr/bin/python3.13"))
    links = {entry.path: entry.target for entry in entries if isinstance(entry, Symlink)}
    assert links == {
        "opt/venv/bin/python": "/usr/bin/python3.13",
        "opt/venv/bin/python3": "python",
        "opt/venv/bin/python3.13": "python",
        "opt/venv/lib64": "lib",
    }
    assert [(entry.path, entry.source) for entry in entries if isinstance(entry, File)] == [
        ("opt/venv/pyvenv.cfg", b"home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.13\n")
    ]
    assert [entry.path for entry in entries if isinstance(entry, Directory)] == [image_site_packages("3.13")]


def test_venv_on_a_python_elsewhere() -> None:
    link, home = "opt/venv/bin/python", b"home = /usr/local/bin\n"
    entries = {entry.path: entry for entry in venv_entries("3.13", "/usr/local/bin/python3.13")}
    assert entries[link] == Symlink(link, "/usr/local/bin/python3.13")
    configuration = entries["opt/venv/pyvenv.cfg"]
    assert isinstance(configuration, File)
    assert isinstance(configuration.source, bytes)
    assert configuration.source.startswith(home)


def test_site_packages() -> None:
    assert image_site_packages("3.13") == "opt/venv/lib/python3.13/site-packages"
