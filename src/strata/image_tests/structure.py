"""This module reads files of Google's container-structure-test, schema 2.0.0, as tests of this package.

https://github.com/GoogleContainerTools/container-structure-test#readme
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strata.errors.running import image_tests as errors
from strata.image_tests.files import EXECUTABLE_BY
from strata.image_tests.structure_values import Problems, Table
from strata.protocol.images.try_image import ANY, CommandCase, ConfigCase, FileCase, Value

_SCHEMA = "2.0.0"


@dataclass(frozen=True)
class StructureTests:
    """The tests of a file, in its order."""

    commands: tuple[CommandCase, ...] = ()
    files: tuple[FileCase, ...] = ()
    configs: tuple[ConfigCase, ...] = ()

    def __add__(self, other: StructureTests) -> StructureTests:
        return StructureTests(self.commands + other.commands, self.files + other.files, self.configs + other.configs)


def read_structure(name: str, text: str, seconds: int) -> StructureTests:
    """Return the tests of a file. Raise StrataError, with a line for each place that cannot be run as it is.

    :param name: of the file, for people.
    :param seconds: the time that each command may take.
    """
    problems = Problems()
    top = Table(_parsed(name, text), "", problems)
    version = top.text("schemaVersion")
    if version != _SCHEMA:
        problems.add("schemaVersion", f"is {version!r}, not {_SCHEMA!r}" if version else "is missing")
    if top.has("licenseTests"):
        top.ignore("licenseTests")
        problems.add("licenseTests", "are not run here; the bills of materials of an image name licences")
    global_env = _variables(top, "globalEnvVars")
    user = _run_options(top)
    found = StructureTests(
        commands=tuple(_command(each, global_env, user, seconds) for each in top.tables("commandTests")),
        files=(
            *(_existence(each) for each in top.tables("fileExistenceTests")),
            *(_content(each) for each in top.tables("fileContentTests")),
        ),
        configs=tuple(_metadata(each) for each in top.table("metadataTest")),
    )
    top.finish()
    if problems.lines:
        raise errors.bad_structure(name, problems.lines)
    return found


def _parsed(name: str, text: str) -> Mapping[str, Any]:
    """Return the file's content, whose numbers and truth values are texts, as they are written there."""
    if name.endswith(".json"):
        try:
            content = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
        except ValueError as error:
            raise errors.bad_structure(name, [f"it is no JSON: {error}"]) from None
    else:
        try:
            import yaml
        except ImportError:
            raise errors.no_yaml_reader(name) from None
        try:
            content = yaml.load(text, Loader=yaml.BaseLoader)
        except yaml.YAMLError as error:
            raise errors.bad_structure(name, [f"it is no YAML: {' '.join(str(error).split())}"]) from None
    if not isinstance(content, dict):
        raise errors.bad_structure(name, ["it holds no sections"])
    return content


def _variables(table: Table, key: str) -> dict[str, str]:
    found = {}
    for each in table.tables(key):
        name = each.text("key", needed=True)
        found[name] = each.text("value")
        each.flag("isRegex")
        each.finish()
    return found


def _run_options(top: Table) -> str:
    """Return the user that commands run as. Other options would make the result depend on the machine."""
    user = ""
    for options in top.table("containerRunOptions"):
        user = options.text("user")
        options.refuse("a container of a test has no more than the image says, and a user")
    return user


def _command(table: Table, env: Mapping[str, str], user: str, seconds: int) -> CommandCase:
    case = CommandCase(
        name=table.text("name", needed=True),
        seconds=seconds,
        command=(table.text("command", needed=True), *table.texts("args")),
        setup=table.commands("setup"),
        env={**env, **_variables(table, "envVars")},
        expand=True,
        user=user,
        writable=True,
        exit_code=table.number("exitCode", 0),
        expected_output=table.patterns("expectedOutput"),
        excluded_output=table.patterns("excludedOutput"),
        expected_error=table.patterns("expectedError"),
        excluded_error=table.patterns("excludedError"),
    )
    # Each test has files of its own, so that there is nothing to tear down: the original's docker driver skips it, too.
    table.commands("teardown")
    table.finish()
    return case


def _existence(table: Table) -> FileCase:
    case = FileCase(
        name=table.text("name", needed=True),
        path=table.text("path", needed=True),
        exists=table.flag("shouldExist", True),
        permissions=table.text("permissions"),
        uid=table.number("uid", ANY),
        gid=table.number("gid", ANY),
        executable_by=table.text("isExecutableBy", one_of=EXECUTABLE_BY),
    )
    table.finish()
    return case


def _content(table: Table) -> FileCase:
    case = FileCase(
        name=table.text("name", needed=True),
        path=table.text("path", needed=True),
        expected=table.patterns("expectedContents"),
        excluded=table.patterns("excludedContents"),
    )
    table.finish()
    return case


def _metadata(table: Table) -> ConfigCase:
    case = ConfigCase(
        name="metadataTest",
        env=_values(table, "envVars"),
        unset_env=tuple(each.key for each in _values(table, "unboundEnvVars")),
        labels=_values(table, "labels"),
        entrypoint=table.texts("entrypoint") if table.has("entrypoint") else None,
        cmd=table.texts("cmd") if table.has("cmd") else None,
        workdir=table.text("workdir"),
        user=table.text("user"),
        ports=table.texts("exposedPorts"),
        closed_ports=table.texts("unexposedPorts"),
        volumes=table.texts("volumes"),
        no_volumes=table.texts("unmountedVolumes"),
    )
    table.finish()
    return case


def _values(table: Table, key: str) -> tuple[Value, ...]:
    found = []
    for each in table.tables(key):
        name, is_regex = each.text("key", needed=True), each.flag("isRegex")
        value = each.pattern("value") if is_regex else each.text("value")
        found.append(Value(name, value, is_regex))
        each.finish()
    return tuple(found)
