"""The verb `os-packages-layer` writes Debian packages as one layer, with the files that their scripts would make.

The layer describes itself as {"kind": "os-packages", "packages": {name: version}, "installers": […]}
(strata.audit.layer).
"""

from __future__ import annotations

from strata.audit.layer import installers
from strata.debian.packages.generated_files import generated_files
from strata.debian.packages.package_set import merge, status_files, unpacked, versions, without_documentation
from strata.debian.packages.parts import parts_of
from strata.libraries.loader import found_by_loader
from strata.oci.layer import write_layer
from strata.protocol.os_packages_layer import Request, Result


def run(request: Request) -> Result:
    """Write the layer. Raise StrataError for damaged packages, and for packages that disagree on a file."""
    with unpacked(request.packages) as packages:
        names = versions(packages)
        entries = merge(packages)
        kept = without_documentation(entries)
        kept.update(generated_files(names, entries))
        written = [*kept.values(), *status_files(packages, kept)]
        contents = {"kind": "os-packages", "packages": names, "installers": installers(written)}
        layer = write_layer(written, contents=contents, compression=request.compression)
        libraries = found_by_loader(entry.path for entry in written)
        return Result(layer.written(), libraries=libraries, parts=parts_of(written))
