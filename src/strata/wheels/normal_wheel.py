"""The verb `normal-wheel` writes a wheel that Pants built in its normal form, and says what is in it.

The machine that built the wheel leaves no times and no order of files in it.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from strata.protocol.normal_wheel import Request, Result
from strata.wheels.archive import WheelArchive
from strata.wheels.metadata import read_metadata
from strata.wheels.normal_form import write_normalised

OUTPUT = Path("files")


def run(request: Request) -> Result:
    """Write the wheel. Raise StrataError for one that is damaged, or that would write where it must not."""
    # Later steps open the wheel in this way. A defect is found here, where an error can name the distribution.
    archive = WheelArchive.open(request.wheel, request.interpreter.feature_version)
    site = PurePosixPath(archive.info).parent
    installed = [PurePosixPath(path) for path in archive.files]
    OUTPUT.mkdir()
    normal = OUTPUT / request.wheel.path.name
    write_normalised(request.wheel.path, normal)
    metadata = read_metadata(normal)
    return Result(
        size=normal.stat().st_size,
        requires=metadata.requires,
        import_names=metadata.import_names,
        license=metadata.license,
        bundled=metadata.bundled,
        file_count=metadata.file_count,
        files=tuple(sorted(str(path.relative_to(site)) for path in installed if site in path.parents)),
    )
