"""What fetching processes know of this machine: its Python, its certificates, its indexes and mirrors.

A process's environment and inputs are its cache key, so none of this may stand there. It is written into a named cache,
which processes see as a directory and keys do not. Credentials that the user keeps in environment variables pass this
way too: the file is readable by the user alone.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from pants.backend.python.subsystems.repos import PythonRepos
from pants.engine.rules import Rule, _uncacheable_rule, collect_rules
from pants.option.global_options import GlobalOptions

from pants_strata import engine
from pants_strata.artifacts.host import HostPrepared
from pants_strata.artifacts.workers import Workers
from pants_strata.publishing.registries import read_registries
from pants_strata.subsystem import DebianSubsystem, StandaloneSubsystem, StrataSubsystem
from strata.debian.apt_sources import apt_mirrors
from strata.errors.targets import content_stays_away

_logger = logging.getLogger(__name__)

# What pip's configuration, logins to registries, certificates and proxies may depend on (see strata.fetch and
# strata.registry); PATH, to find gpgv and programs that keep credentials.
_ENVIRONMENT = (
    "HOME", "PATH", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "NETRC",
    "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT",
    "PIP_PROXY", "PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT",
    "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip


# Not cached: somebody may have emptied the named cache since the last run, or changed the apt configuration.
@_uncacheable_rule
async def prepare_host(
    _: Workers,  # so that no step begins where these cannot be
    debian: DebianSubsystem,
    standalone: StandaloneSubsystem,
    repos: PythonRepos,
    strata: StrataSubsystem,
    options: GlobalOptions,
) -> HostPrepared:
    """Write the settings of the machine to where fetching processes read them."""
    behavior = options.cache_content_behavior.value
    if options.remote_cache_read and behavior != "fetch":
        _logger.info(content_stays_away(behavior))
    apt = apt_mirrors(_apt_configuration())
    settings = {
        "environment": dict(await engine.environment_variables((*_ENVIRONMENT, *strata.publish_env_vars))),
        "default_index": repos.pypi_index,
        "indexes": [] if repos.options.is_default("indexes") else list(repos.indexes),
        "find_links": list(repos.find_links),
        "ca_bundle": options.ca_certs_path or "",
        "debian_mirror": debian.mirror or apt.mirror,
        "debian_security_mirror": debian.security_mirror or apt.security_mirror,
        "debian_keyrings": list(debian.keyrings),
        "standalone_mirror": standalone.mirror,
        "plain_http": [registry.address for registry in read_registries(strata.registries) if registry.plain_http],
    }
    folder = Path(options.named_caches_dir, "strata_host")
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "settings.json", json.dumps(settings, indent=1, sort_keys=True))
    _link(folder / "python", os.path.realpath(sys.executable))
    return HostPrepared()


def _apt_configuration(folder: Path = Path("/etc/apt")) -> dict[str, str]:
    """Path → text of the files that say where apt gets packages from; a machine without apt has none."""
    files = [folder / "sources.list", *folder.glob("sources.list.d/*.list"), *folder.glob("sources.list.d/*.sources")]
    return {str(file): file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()}


# Both make the new file aside and move it into place: another Pants may be reading the old one.


def _write(path: Path, text: str) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    os.replace(aside, path)


def _link(path: Path, target: str) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.symlink_to(target)
    os.replace(aside, path)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
