"""The verb `debug-layer` writes busybox into a folder of its own: a shell and tools for debug images.

The program needs no library of an image, and its folder hides no file of one. The layer describes itself as
{"kind": "debug", "packages": {name: version}, "installers": […]}.
"""

from __future__ import annotations

from strata.audit.layer import installers
from strata.debian.packages.busybox import busybox, tools
from strata.debian.packages.package_set import merge, status_files, unpacked, versions, without_documentation
from strata.errors import debian as errors
from strata.oci.entry import Entry, File, Symlink
from strata.oci.layer import write_layer
from strata.protocol.debug_layer import Request, Result

_FOLDER = "busybox"
_LICENCES = "usr/share/doc/"


def run(request: Request) -> Result:
    """Write the layer. Raise StrataError for damaged packages, and for those without a busybox that has a shell."""
    with unpacked(request.packages) as packages:
        names = versions(packages)
        entries = merge(packages)
        program = busybox(entries.values())
        links = tools(program.read_bytes()) if program else ()
        if program is None or not links:
            raise errors.no_busybox(sorted(names))
        written: list[Entry] = [
            File(f"{_FOLDER}/busybox", program, mode=0o755),
            *(Symlink(f"{_FOLDER}/{name}", "busybox") for name in links if name != "busybox"),
            *(entry for path, entry in without_documentation(entries).items() if path.startswith(_LICENCES)),
            *status_files(packages, {}),
        ]
        contents = {"kind": "debug", "packages": names, "installers": installers(written)}
        return Result(write_layer(written, contents=contents, compression=request.compression).written())
