"""The verb `interpreter-layer` writes the Debian packages of CPython that the base lacks as a layer.

The layer describes itself as {"kind": "interpreter", "version": "3.13.5", "packages": {name: version},
"installers": […]} (strata.audit.layer).

The only trace of an installer is the wheel that `python -m ensurepip` installs. Where the request leaves out the Debian
packages of that wheel and of ensurepip, the layer has no trace, and the list for scanners does not name them.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from strata.audit.layer import installers
from strata.debian.packages.generated_files import generated_files
from strata.debian.packages.package_set import merge, status_files, unpacked, versions, without_documentation
from strata.debian.packages.parts import parts_of
from strata.interpreters.installer_hint import hint_entries
from strata.interpreters.library_bytecode import library_bytecode
from strata.interpreters.standard_library import is_useful
from strata.libraries.loader import found_by_loader
from strata.oci.layer import Symlink, write_layer
from strata.protocol.interpreter import feature_version
from strata.protocol.interpreter_layer import Request, Result


def run(request: Request) -> Result:
    """Write the layer. Raise StrataError for damaged packages, and for packages that disagree on a file."""
    feature = feature_version(request.version)
    standard_library = f"usr/lib/python{feature}"
    with unpacked(request.packages) as packages, tempfile.TemporaryDirectory(dir=".", prefix="library-") as scratch:
        names = versions(packages)
        entries = merge(packages)
        kept = {
            path: entry for path, entry in without_documentation(entries).items() if is_useful(path, standard_library)
        }
        kept.update(generated_files(names, entries))
        kept["usr/bin/python3"] = Symlink("usr/bin/python3", f"python{feature}")
        compiled = library_bytecode(kept, request.interpreter, standard_library, Path(scratch))
        written = [*kept.values(), *compiled, *status_files(packages, kept)]
        if request.installer_hint:
            has_ensurepip = f"{standard_library}/ensurepip/__init__.py" in kept
            written += hint_entries(f"usr/bin/python{feature}", ensurepip=has_ensurepip)
        contents = {
            "kind": "interpreter",
            "version": request.version,
            "packages": names,
            "installers": installers(written),
        }
        layer = write_layer(written, contents=contents, compression=request.compression)
        libraries = found_by_loader(entry.path for entry in written)
        return Result(layer.written(), libraries=libraries, parts=parts_of(written))
