"""This module reads the fields of a `python_image_test`, and its files of structure tests, as tests of the library."""

from __future__ import annotations

from urllib.parse import urlsplit

from pants.engine.target import Target

from pants_strata import engine
from pants_strata.target_types import image_tests as fields
from strata.errors import StrataError
from strata.errors.running import image_tests as errors
from strata.image_tests.structure import StructureTests, read_structure
from strata.protocol.images.try_image import CommandCase, FileCase, Probe

_ASKED = (
    *(fields.ImageTestCommandField, fields.ImageTestArgsField, fields.ImageTestHttpField),
    *(fields.ImageTestExitCodeField, fields.ImageTestExpectedOutputField, fields.ImageTestExcludedOutputField),
    fields.ImageTestExpectedErrorField,
)
_ASKED_OF_FILES = (fields.ImageTestFilesExistField, fields.ImageTestFilesAbsentField, fields.ImageTestStructureField)


def command_cases(target: Target, seconds: int) -> tuple[CommandCase, ...]:
    """Return the test of the target's own fields; none where these ask for files alone.

    :param seconds: the time that each command may take.

    Raise StrataError where the target asks nothing, or two things at once.
    """
    if all(target[field].value is None for field in _ASKED):
        if all(not target[field].value for field in _ASKED_OF_FILES):
            aliases = [field.alias for field in (*_ASKED, *_ASKED_OF_FILES)]
            raise errors.nothing_to_test(aliases).at(str(target.address))
        return ()
    command, args = (tuple(target[field].value or ()) for field in _ASKED[:2])
    if command and args:
        raise errors.command_and_args().at(str(target.address))
    url = target[fields.ImageTestHttpField].value
    return (
        CommandCase(
            name=url or " ".join(command) or " ".join(["the entry point", *args]),
            seconds=seconds,
            command=command,
            args=args,
            env=dict(target[fields.ImageTestEnvField].value or {}),
            user=target[fields.ImageTestUserField].value or "",
            writable=not target[fields.ImageTestReadOnlyField].value,
            exit_code=target[fields.ImageTestExitCodeField].value or 0,
            probe=_probe(url, target[fields.ImageTestHttpStatusField].value) if url else None,
            expected_output=target[fields.ImageTestExpectedOutputField].value or (),
            excluded_output=target[fields.ImageTestExcludedOutputField].value or (),
            expected_error=target[fields.ImageTestExpectedErrorField].value or (),
        ),
    )


def _probe(url: str, status: int) -> Probe:
    parts = urlsplit(url)
    assert parts.port is not None
    return Probe(parts.port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), status)


def file_cases(target: Target) -> tuple[FileCase, ...]:
    """Return the tests of the paths that the target names."""
    return (
        *(FileCase(f"{path} is there", path) for path in target[fields.ImageTestFilesExistField].value or ()),
        *(
            FileCase(f"{path} is not there", path, exists=False)
            for path in target[fields.ImageTestFilesAbsentField].value or ()
        ),
    )


async def structure_tests(target: Target, seconds: int) -> StructureTests:
    """Return the tests of all files that the target names, in the order of their names. Raise StrataError."""
    field = target[fields.ImageTestStructureField]
    names = tuple(field.value or ())
    found = StructureTests()
    if not names:
        return found
    folder = f"{target.address.spec_path}/".lstrip("/")
    files = await engine.repository_files(
        f"!{folder}{name[1:]}" if name.startswith("!") else f"{folder}{name}" for name in names
    )
    for name in names:
        if not name.startswith("!") and "*" not in name and f"{folder}{name}" not in files:
            raise errors.no_structure(f"{folder}{name}", "there is no such file").at(str(target.address))
    for path, content in sorted(files.items()):
        try:
            found += read_structure(path, content.decode("utf-8"), seconds)
        except UnicodeDecodeError:
            raise errors.no_structure(path, "it is no text in UTF-8").at(str(target.address)) from None
        except StrataError as problem:
            raise problem.at(str(target.address)) from None
    return found
