"""A standard lock, with files of index.example: extras, groups, markers, wheels for platforms and an archive."""

from __future__ import annotations

EXAMPLE = """\
lock-version = "1.0"
environments = ["sys_platform == 'linux'", "sys_platform == 'darwin'"]
requires-python = ">=3.9"
extras = ["http", "fast-json"]
dependency-groups = ["test", "lint"]
default-groups = ["base"]
created-by = "uv"

[[packages]]
name = "click"
version = "8.1.8"
marker = "python_full_version < '3.10'"
requires-python = ">=3.7"
index = "https://index.example/simple"
sdist = { url = "https://index.example/click-8.1.8.tar.gz", hashes = { sha256 = "HASH" } }
wheels = [{ url = "https://index.example/click-8.1.8-py3-none-any.whl", size = 1, hashes = { sha256 = "HASH" } }]

[[packages]]
name = "click"
version = "8.3.0"
marker = "python_full_version >= '3.10'"
wheels = [{ name = "click-8.3.0-py3-none-any.whl", path = "wheels/x", hashes = { sha256 = "HASH" } }]

[[packages]]
name = "colorama"
version = "0.4.6"
marker = "sys_platform == 'win32'"
wheels = [{ url = "https://index.example/colorama-0.4.6-py2.py3-none-any.whl", hashes = { sha256 = "HASH" } }]

[[packages]]
name = "h11"
version = "0.16.0"
marker = "'http' in extras and 'lint' not in dependency_groups"
wheels = [{ url = "https://index.example/h11-0.16.0-py3-none-any.whl", hashes = { sha256 = "HASH" } }]

[[packages]]
name = "iniconfig"
version = "2.3.0"
marker = "'test' in dependency_groups or ('Fast_JSON' in extras and os_name == 'posix')"
sdist = { url = "https://index.example/iniconfig-2.3.0.tar.gz", hashes = { sha256 = "HASH" } }

[[packages]]
name = "markupsafe"
version = "3.0.3"
wheels = [
    { name = "markupsafe-3.0.3-cp310-cp310-manylinux_2_17_x86_64.whl", path = "x", hashes = { sha256 = "HASH" } },
    { name = "markupsafe-3.0.3-cp313-cp313-manylinux_2_17_x86_64.whl", path = "x", hashes = { sha256 = "HASH" } },
]

[[packages]]
name = "pluggy"
version = "1.6"
marker = "'base' in dependency_groups"
archive = { url = "https://index.example/pluggy-1.6-py3-none-any.whl", hashes = { sha256 = "HASH" } }

[[packages]]
name = "windows-only"
marker = "sys_platform == 'win32'"
vcs = { type = "git", url = "https://code.example/windows", commit-id = "abc" }
""".replace("HASH", "0" * 64)
