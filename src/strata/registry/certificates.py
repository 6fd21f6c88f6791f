"""This module finds the certificates for a registry: bundles of authorities, and certificates of this client.

SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE replaces the system's bundle. Folders HOST:PORT below certs.d of
containers or Docker add to it: `*.crt` are authorities, `NAME.cert` with `NAME.key` is a certificate of the client.
https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from strata.errors import registry as errors

# Where systems keep their bundle, for a Python that was built to look elsewhere.
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_SYSTEM_FOLDERS = (Path("/etc/containers/certs.d"), Path("/etc/docker/certs.d"))


def bundle(environment: Mapping[str, str]) -> str:
    """Return the path of the bundle of authorities, empty where none is found."""
    named = (environment.get(name, "") for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))
    return next((path for path in (*named, *_SYSTEM_BUNDLES) if path and os.path.isfile(path)), "")


def context(registry: str, environment: Mapping[str, str]) -> ssl.SSLContext:
    """Return what TLS connections to a registry are made with. Raise StrataError for a file that cannot be used."""
    authorities = bundle(environment)
    with _named(authorities):
        made = ssl.create_default_context(cafile=authorities or None)
    home = Path(environment.get("HOME") or os.path.expanduser("~"))
    own = Path(environment.get("XDG_CONFIG_HOME") or home / ".config", "containers/certs.d")
    for folder in (own / registry, *(each / registry for each in _SYSTEM_FOLDERS)):
        for authority in sorted(folder.glob("*.crt")):
            with _named(str(authority)):
                made.load_verify_locations(cafile=str(authority))
        for certificate in sorted(folder.glob("*.cert")):
            key = certificate.with_suffix(".key")
            if not key.is_file():
                raise errors.bad_certificate_file(str(certificate), f"{key.name} is not beside it")
            with _named(str(certificate)):
                made.load_cert_chain(str(certificate), str(key))
    return made


@contextmanager
def _named(path: str) -> Iterator[None]:
    """Raise StrataError, which names the file, for one that cannot be read or holds something else."""
    try:
        yield
    except ssl.SSLError:
        raise errors.bad_certificate_file(path, "it, or its key, is not what such a file holds") from None
    except OSError as error:
        raise errors.bad_certificate_file(path, error.strerror or type(error).__name__) from None
