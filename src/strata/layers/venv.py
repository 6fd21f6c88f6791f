"""The verb `venv-layer` writes a venv without packages (PEP 405). The wheels have layers of their own.

The layer describes itself as {"kind": "venv", "python": "3.13", "installers": […]} (strata.audit.layer).
"""

from __future__ import annotations

from strata.audit.layer import installers
from strata.interpreters.module_names import standard_library_names
from strata.oci.layer import write_layer
from strata.protocol.venv_layer import Request, Result
from strata.wheels.image_venv import venv_entries


def run(request: Request) -> Result:
    """Write the layer, and report the standard library of the Python that runs this."""
    entries = list(venv_entries(request.python))
    contents = {"kind": "venv", "python": request.python, "installers": installers(entries)}
    layer = write_layer(entries, contents=contents, compression=request.compression)
    return Result(layer.written(), tuple(sorted(standard_library_names())))
