"""How long the web example takes to import in its container, with the bytecode that it ships and without."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.report import Row
from benchmarks.timing import medians
from benchmarks.workbench import PLAIN, WEB, Workbench
from support.oci.container import PYTHON, UnpackedImage, unpack

_IMPORT = "import time; start = time.perf_counter(); import web.main; print(time.perf_counter() - start)"


def measure(bench: Workbench) -> Iterator[Row]:
    assert bench.seed.exists()
    bench.web.package(WEB, PLAIN)
    folder = bench.folder("unpacked")
    images = {
        address: unpack(bench.web.layout(address), folder / address.partition(":")[2]) for address in (WEB, PLAIN)
    }

    def seconds(image: UnpackedImage) -> float:
        return float(image.run(PYTHON, "-c", _IMPORT).output)

    found = medians({"with": lambda: seconds(images[WEB]), "without": lambda: seconds(images[PLAIN])}, bench.runs(10))
    yield Row(
        "import of the web example in its container, with shipped bytecode / without",
        found["with"],
        "s",
        found["without"],
        0.5,
    )
