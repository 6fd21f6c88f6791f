"""The verb `standalone-interpreter-layer` writes a standalone build of CPython as a layer.

strata.interpreters.standalone.reduction says which files of the archive it has. The layer describes itself as
{"kind": "interpreter", "version": "3.12.13", "release": "20260414", "packages": {}, "installers": […]}
(strata.audit.layer). There is no Debian package that scanners could read of: a bill of materials names CPython and the
libraries that are linked into it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from strata.audit.layer import installers
from strata.interpreters.installer_hint import hint_entries
from strata.interpreters.library_bytecode import library_bytecode
from strata.interpreters.standalone.components import bill_of_materials, linked_libraries
from strata.interpreters.standalone.reduction import kept_entries
from strata.libraries.loader import found_by_loader
from strata.oci.layer import Symlink, write_layer
from strata.protocol.interpreter import feature_version
from strata.protocol.standalone.standalone_interpreter_layer import Request, Result
from strata.protocol.system_layer import Parts

# The build's OpenSSL looks here by default (its OPENSSLDIR is /etc/ssl); the bundle is the base's.
_CERTIFICATES = Symlink("etc/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt")


def run(request: Request) -> Result:
    """Write the layer. Raise StrataError for a damaged archive, and for one of another CPython."""
    feature = feature_version(request.version)
    standard_library = f"usr/lib/python{feature}"
    with tempfile.TemporaryDirectory(dir=".", prefix="archive-") as scratch:
        unpacked, library = Path(scratch, "unpacked"), Path(scratch, "library")
        for directory in (unpacked, library):
            directory.mkdir()
        kept = kept_entries(
            request.archive,
            unpacked,
            platform=request.platform,
            version=request.version,
            ensurepip=request.ensurepip,
        )
        kept["usr/bin/python3"] = Symlink("usr/bin/python3", f"python{feature}")
        linked = linked_libraries(request.interpreter)
        written = [
            *kept.values(),
            *library_bytecode(kept, request.interpreter, standard_library, library),
            bill_of_materials(request.interpreter, request.release, linked),
        ]
        if request.certificates:
            written.append(_CERTIFICATES)
        if request.installer_hint:
            written += hint_entries(f"usr/bin/python{feature}", ensurepip=request.ensurepip)
        contents = {
            "kind": "interpreter",
            "version": request.version,
            "release": request.release,
            "packages": {},
            "installers": installers(written),
        }
        layer = write_layer(written, contents=contents, compression=request.compression)
        libraries = found_by_loader(entry.path for entry in written)
        return Result(layer.written(), libraries=libraries, parts=Parts(linked=linked))
