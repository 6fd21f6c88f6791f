"""A generated monorepo: apps that import packages of one lock and modules of one library, chosen by a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.in")

# Of projects whose module has another name. Pants knows most of these too; it need not for this.
_MODULES = {
    "attrs": "attr",
    "beautifulsoup4": "bs4",
    "djangorestframework": "rest_framework",
    "flask-cors": "flask_cors",
    "opentelemetry-sdk": "opentelemetry.sdk",
    "pillow": "PIL",
    "prometheus-client": "prometheus_client",
    "psycopg": "psycopg",
    "pydantic-settings": "pydantic_settings",
    "pyjwt": "jwt",
    "scikit-learn": "sklearn",
    "sentry-sdk": "sentry_sdk",
    "slack-sdk": "slack_sdk",
}
_LIBRARY_MODULES = 20
_MOST_IMPORTS = 15
_LEAST_IMPORTS = 3

_PYTHON_BUILD = """\
python_interpreter(name="cpython", lockfile="cpython.lock.json")

python_installer(name="pip")

python_venv(name="venv")

python_requirements(name="packages", source="requirements.in", module_mapping=%r)
"""


def roots() -> Mapping[str, str]:
    """The requirements that apps import → their modules: what stands before the first empty line of the list."""
    text = REQUIREMENTS.read_text().partition("\n\n")[0]
    names = re.findall(r"^([a-z0-9-]+)(?=[\[=])", text, re.M)
    return {name: _MODULES.get(name, name.replace("-", "_")) for name in names}


def app_name(number: int) -> str:
    return f"app{number:03}"


def address(number: int) -> str:
    return f"src/{app_name(number)}:image"


def monorepo(apps: int) -> Mapping[str, str]:
    """Path → text of all files but the lock. A larger monorepo has the apps of a smaller one."""
    modules = roots()
    requirements = REQUIREMENTS.read_text().partition("\n\n")[0]
    mapping = {name: [module] for name, module in modules.items()}
    files = {
        "3rdparty/python/BUILD": _PYTHON_BUILD % mapping,
        "3rdparty/python/requirements.in": requirements,
        "src/library/BUILD": "python_sources()\n",
        "src/library/__init__.py": "",
        **{
            f"src/library/part{number}.py": f"def value():\n    return {number}\n" for number in range(_LIBRARY_MODULES)
        },
    }
    chance = random.Random(20)
    for number in range(apps):
        files.update(_app(number, list(modules.values()), chance))
    return files


def _app(number: int, modules: Sequence[str], chance: random.Random) -> Mapping[str, str]:
    imported = sorted(chance.sample(modules, chance.randint(_LEAST_IMPORTS, _MOST_IMPORTS)))
    part = chance.randrange(_LIBRARY_MODULES)
    lines = [*(f"import {module}" for module in imported), "", f"from library.part{part} import value"]
    folder = f"src/{app_name(number)}"
    return {
        f"{folder}/BUILD": 'python_sources()\n\npython_image(name="image", entry_point="main.py")\n',
        f"{folder}/__init__.py": "",
        f"{folder}/main.py": "\n".join([*lines, "", f"print({number}, value())", ""]),
    }


def first_packages(lock: str, count: int) -> str:
    """The hashed list cut to that many packages, spread over the whole list, so that sizes are mixed."""
    entries = _entries(lock)
    return "".join(entries[index * len(entries) // count] for index in range(count))


def chosen_packages(lock: str, names: Collection[str]) -> str:
    """The hashed list cut to these packages, all of which it has."""
    chosen = [entry for entry in _entries(lock) if entry.partition("==")[0] in names]
    assert len(chosen) == len(names), (names, chosen)
    return "".join(chosen)


def _entries(lock: str) -> Sequence[str]:
    return [f"{entry}\n" for entry in re.findall(r"^[a-z0-9-]+==.*(?:\n +--hash=.*)+", lock, re.M)]
