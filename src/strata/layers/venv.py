"""The verb `venv-layer` writes a venv without packages (PEP 405). The wheels have layers of their own.

The layer describes itself as {"kind": "venv", "python": "3.13", "installers": […]} (strata.audit.layer), and with the
"program" where that is not Debian's.
"""

from __future__ import annotations

from strata.audit.layer import installers
from strata.interpreters.module_names import standard_library_names
from strata.oci.layer import write_layer
from strata.protocol.venv_layer import Request, Result
from strata.wheels.image_venv import default_program, venv_entries


def run(request: Request) -> Result:
    """Write the layer, and report the standard library of the Python that runs this."""
    entries = list(venv_entries(request.python, request.program))
    contents = {"kind": "venv", "python": request.python, "installers": installers(entries)}
    if request.program != default_program(request.python):
        contents["program"] = request.program
    layer = write_layer(entries, contents=contents, compression=request.compression)
    return Result(layer.written(), tuple(sorted(standard_library_names())))
