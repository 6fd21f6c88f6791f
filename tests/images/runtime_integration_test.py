"""What an app finds in its container: Python, its dependencies, and the parts of a system that programs expect."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.oci.container import UnpackedImage, unpack
from support.oci.examples import MARKERS, SITE_PACKAGES, STANDARD_LIBRARY, WEB, pinned
from support.servers.tls import CLIENT, self_signed_server


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> UnpackedImage:
    return unpack(WEB, tmp_path_factory.mktemp("web") / "bundle")


# Python


def test_the_standard_library_comes_first_and_the_app_last(web: UnpackedImage) -> None:
    assert web.python("import json, sys; print(json.dumps(sys.path))").json == [
        *STANDARD_LIBRARY,
        SITE_PACKAGES,
        "/app",
    ]


def test_console_scripts_of_dependencies_run(web: UnpackedImage) -> None:
    assert web.run("uvicorn", "--version").output.startswith("Running uvicorn ")


def test_modules_of_all_dependencies_can_be_imported(web: UnpackedImage) -> None:
    code = """
import importlib, importlib.metadata
for name in importlib.metadata.packages_distributions():
    importlib.import_module(name)
    print(name)
"""
    assert {"fastapi", "pydantic_core", "uvloop", "yaml"} < set(web.python(code).output.split())


def test_bytecode_of_the_standard_library_is_used(web: UnpackedImage) -> None:
    ran = web.run("/usr/bin/python3.13", "-v", "-c", "import asyncio, json")
    for name in ("asyncio/events", "json/decoder"):
        directory, _, module = name.rpartition("/")
        source = f"/usr/lib/python3.13/{name}.py"
        code = f"/usr/lib/python3.13/{directory}/__pycache__/{module}.cpython-313.pyc"
        assert f"# {code} matches {source}" in ran.stderr.splitlines()


def test_bytecode_of_the_standard_library_is_complete(web: UnpackedImage) -> None:
    code = """
import importlib.util, json, pathlib, sysconfig
sources = pathlib.Path(sysconfig.get_path("stdlib")).rglob("*.py")
code = {str(path): pathlib.Path(importlib.util.cache_from_source(path)) for path in sources}
print(json.dumps([source for source, file in code.items() if not file.is_file()]))
"""
    assert web.python(code).json == []


def test_nothing_is_left_where_root_could_have_written_bytecode(web: UnpackedImage) -> None:
    code = """
import asyncio, email, http.client, json, logging.config, pathlib, sqlite3, unittest
new = [str(path) for path in pathlib.Path("/usr").rglob("*") if path.lstat().st_mtime != 315532800]
print(json.dumps(new))
"""
    assert web.run("/usr/bin/python3.13", "-c", code, user=0, writable=True).json == []


def test_the_venv_agrees_with_its_lock(web: UnpackedImage) -> None:
    found = {name: item["version"] for name, item in distributions(web).items()}
    assert len(found) > 10
    assert found.items() < pinned().items()


def test_the_requirements_of_all_dependencies_are_met(web: UnpackedImage) -> None:
    """What `pip check` would look at, without pip."""
    found = distributions(web)
    environment = {"extra": "", **MARKERS}
    for name, item in found.items():
        for requirement in map(Requirement, item["requires"]):
            if requirement.marker is None or requirement.marker.evaluate(environment):
                version = found[canonicalize_name(requirement.name)]["version"]
                assert requirement.specifier.contains(version), f"{name} needs {requirement}, but {version} is there"


def distributions(image: UnpackedImage) -> dict[str, Any]:
    """Name → version and requirements, as the image's own Python tells them."""
    code = """
import importlib.metadata, json
print(json.dumps([(each.name, each.version, each.requires or []) for each in importlib.metadata.distributions()]))
"""
    return {
        canonicalize_name(name): {"version": version, "requires": requires}
        for name, version, requires in image.python(code).json
    }


def test_records_of_all_dependencies_are_true(web: UnpackedImage) -> None:
    code = """
import base64, hashlib, importlib.metadata, json
wrong = []
for distribution in importlib.metadata.distributions():
    for file in distribution.files:
        data = file.locate().read_bytes()
        if file.hash is None:
            # RECORD names bytecode and leaves its hash out, as pip does: it follows from its source.
            if file.name != "RECORD" and file.suffix != ".pyc":
                wrong.append(str(file))
            continue
        digest = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, data).digest()).decode().rstrip("=")
        if (digest, len(data)) != (file.hash.value, file.size):
            wrong.append(str(file))
print(json.dumps(wrong))
"""
    assert web.python(code).json == []


def test_nonroot_gets_pip_into_an_environment_of_its_own(web: UnpackedImage) -> None:
    """ensurepip may not write into the venv of the app: docs/troubleshooting.md says what to do instead."""
    code = """
import subprocess, sys
run = lambda *command: subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
refused = run(sys.executable, "-m", "ensurepip", "--default-pip")
assert refused.returncode and "[Errno" in refused.stdout, refused
assert run(sys.executable, "-m", "venv", "/tmp/debug").returncode == 0
pip = ["/tmp/debug/bin/python", "-m", "pip", "--python", "/opt/venv/bin/python"]
print(run(*pip, "list", "--format=freeze").stdout)
"""
    # As Docker mounts it by default: no file there can be executed.
    mount = {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["mode=1777", "nosuid", "noexec"]}
    image = replace(web, spec={**web.spec, "mounts": [*web.spec["mounts"], mount]})
    assert {"fastapi", "pydantic"} <= {line.partition("==")[0] for line in image.python(code).output.split()}


# The system


def test_nonroot_may_write_to_its_home_and_to_tmp_and_nowhere_else(web: UnpackedImage) -> None:
    code = """
import json, os
directories = (path for path, _, _ in os.walk("/") if not path.startswith(("/proc", "/dev")))
print(json.dumps(sorted(path for path in directories if os.access(path, os.W_OK))))
"""
    assert web.python(code, writable=True).json == ["/home/nonroot", "/run/lock", "/tmp", "/var/tmp"]
    assert web.python("import os; print(os.path.expanduser('~'))").output == "/home/nonroot\n"


def test_users_have_names(web: UnpackedImage) -> None:
    code = "import grp, pwd; print([(pwd.getpwuid(each)[0], grp.getgrgid(each)[0]) for each in (0, 65532, 65534)])"
    assert web.python(code).output == "[('root', 'root'), ('nonroot', 'nonroot'), ('nobody', 'nobody')]\n"


def test_time_zones_come_from_the_system(web: UnpackedImage) -> None:
    # The system's Python does not see the tzdata wheel of the venv.
    code = """
import datetime, time, zoneinfo
moment = datetime.datetime(2024, 7, 15, 6, tzinfo=zoneinfo.ZoneInfo("UTC"))
print(moment.astimezone(zoneinfo.ZoneInfo("America/St_Johns")).isoformat(), *time.tzname)
"""
    python = "/usr/bin/python3.13"
    assert web.run(python, "-I", "-c", code).output == "2024-07-15T03:30:00-02:30 UTC UTC\n"
    assert web.run(python, "-I", "-c", code, env={"TZ": "Europe/Oslo"}).output == "2024-07-15T03:30:00-02:30 CET CEST\n"


def test_text_is_utf_8(web: UnpackedImage) -> None:
    code = "import locale, sys; print(sys.getfilesystemencoding(), locale.getpreferredencoding(), 'ÿ€', sys.argv[1])"
    assert web.python(code, "grüß").output == "utf-8 UTF-8 ÿ€ grüß\n"


def test_programs_can_set_the_locale_of_the_image(web: UnpackedImage) -> None:
    assert web.python("import locale; print(locale.setlocale(locale.LC_ALL, ''))").output == "C.UTF-8\n"


def test_names_of_services_are_known(web: UnpackedImage) -> None:
    code = "import socket, mimetypes; print(socket.getservbyname('https'), mimetypes.guess_type('a.webp')[0])"
    assert web.python(code).output == "443 image/webp\n"


# HTTPS


def test_authorities_are_known(web: UnpackedImage) -> None:
    code = """
import json, os, ssl
paths = ssl.get_default_verify_paths()
print(json.dumps([len(ssl.create_default_context().get_ca_certs()), os.path.realpath(paths.cafile)]))
"""
    count, file = web.python(code).json
    assert count > 100
    assert file == "/etc/ssl/certs/ca-certificates.crt"


def test_a_server_of_an_unknown_authority_is_refused(web: UnpackedImage, tmp_path: Path) -> None:
    authority, port = self_signed_server(tmp_path)
    refused = web.python(CLIENT, env={"PORT": str(port)}, network=True)
    assert refused.output == "self-signed certificate\n"
    trusted = web.python(CLIENT, env={"PORT": str(port), "AUTHORITY": authority}, network=True)
    assert trusted.output == "TLSv1.3\n"
