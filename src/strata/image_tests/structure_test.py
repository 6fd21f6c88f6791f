"""Files of container-structure-test."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from strata.errors import StrataError
from strata.image_tests.structure import read_structure
from strata.protocol.images.try_image import CommandCase, ConfigCase, FileCase, Value

ALL = r"""
schemaVersion: '2.0.0' # the only one
globalEnvVars:
  - key: A
    value: $PATH:/a
commandTests:
- name: 'apt-get'
  command: 'apt-get'
  setup: [['touch', '/x'], ['rm', '/y']]
  teardown: [['rm', '/x']]
  args: ['help', 2, yes]
  envVars:
  - {key: B, value: '2.10'}
  exitCode: 3
  expectedOutput: ['.*Usage.*']
  excludedOutput: [no]
  expectedError: []
  excludedError: ['^FAIL$']
fileExistenceTests:
- name: 'Root'
  path: '/'
  shouldExist: true
  uid: 0
  gid: 1
- name: 'Date'
  path: '/bin/date'
  permissions: '-rwxr-xr-x'
  isExecutableBy: 'owner'
- {name: Dummy, path: /etc/dummy, shouldExist: no}
fileContentTests:
- name: 'Sources'
  excludedContents: ['.*mirror.*']
  expectedContents: ['.*archive\.example.*']
  path: '/etc/apt/sources.list'
metadataTest:
  envVars:
  - key: 'SOME_KEY'
    value: 'SOME_VAL'
  - key: 'REGEX_VAR'
    value: '[a-z]+-2\.1\.*'
    isRegex: true
  unboundEnvVars: [{key: BAR}]
  labels: [{key: empty, value: ''}]
  entrypoint: []
  cmd: [a]
  exposedPorts: [8080]
  unexposedPorts: ['80']
  volumes: [/data]
  unmountedVolumes: ['/root']
  workdir: /app
  user: luke
containerRunOptions:
  user: root
"""


def test_every_section_is_read() -> None:
    found = read_structure("test.yaml", ALL, 30)
    assert found.commands == (
        CommandCase(
            "apt-get",
            30,
            command=("apt-get", "help", "2", "yes"),
            setup=(("touch", "/x"), ("rm", "/y")),
            env={"A": "$PATH:/a", "B": "2.10"},
            expand=True,
            user="root",
            writable=True,
            exit_code=3,
            expected_output=("(?a).*Usage.*",),
            excluded_output=("(?a)no",),
            excluded_error=(r"(?a)^FAIL\Z",),
        ),
    )
    assert found.files == (
        FileCase("Root", "/", uid=0, gid=1),
        FileCase("Date", "/bin/date", permissions="-rwxr-xr-x", executable_by="owner"),
        FileCase("Dummy", "/etc/dummy", exists=False),
        FileCase(
            "Sources", "/etc/apt/sources.list", expected=(r"(?a).*archive\.example.*",), excluded=("(?a).*mirror.*",)
        ),
    )
    assert found.configs == (
        ConfigCase(
            "metadataTest",
            env=(Value("SOME_KEY", "SOME_VAL"), Value("REGEX_VAR", r"(?a)[a-z]+-2\.1\.*", True)),
            unset_env=("BAR",),
            labels=(Value("empty", ""),),
            entrypoint=(),
            cmd=("a",),
            workdir="/app",
            user="luke",
            ports=("8080",),
            closed_ports=("80",),
            volumes=("/data",),
            no_volumes=("/root",),
        ),
    )


def test_json_is_read_as_well() -> None:
    text = json.dumps(
        {
            "schemaVersion": "2.0.0",
            "fileExistenceTests": [{"name": "a", "path": "/a", "shouldExist": False, "uid": 7}],
            "metadataTest": {"cmd": None, "exposedPorts": ["80"]},
        }
    )
    found = read_structure("test.json", text, 1)
    assert found.files == (FileCase("a", "/a", exists=False, uid=7),)
    assert found.configs == (ConfigCase("metadataTest", cmd=(), ports=("80",)),)


WRONG = r"""
schemaVersion: 1.0.0
licenseTests: [{debian: true}]
commandTest: []
commandTests:
- name: a
  cmmand: x
  exitCode: many
  setup: [[]]
  expectedOutput: ['a(b', '\pL']
  envVars: [{value: x}]
- text
fileExistenceTests:
- name: b
  path: /b
  isExecutableBy: me
  shouldExist: perhaps
fileContentTests: {name: c}
metadataTest:
  env: []
  cmd: x
containerRunOptions:
  user: root
  privileged: true
"""


def test_all_that_cannot_be_run_is_said_at_once() -> None:
    with pytest.raises(StrataError) as error:
        read_structure("src/app/test.yaml", WRONG, 1)
    unread = "which cannot be read as a regular expression:"
    assert error.value.found == (
        "schemaVersion is '1.0.0', not '2.0.0'",
        "licenseTests are not run here; the bills of materials of an image name licences",
        "containerRunOptions.privileged is not taken: "
        "a container of a test has no more than the image says, and a user",
        "commandTests[0].command is missing",
        "commandTests[0].setup[0] is empty",
        "commandTests[0].envVars[0].key is missing",
        "commandTests[0].exitCode is 'many', no number",
        f"commandTests[0].expectedOutput[0] is 'a(b', {unread} missing ), unterminated subpattern at position 5",
        rf"commandTests[0].expectedOutput[1] is '\\pL', {unread} \pL names a class of Unicode, "
        "which Python's expressions do not know",
        "commandTests[0].cmmand is not known",
        "commandTests[1] is no mapping",
        "fileExistenceTests[0].shouldExist is 'perhaps', neither true nor false",
        "fileExistenceTests[0].isExecutableBy is 'me', none of any, owner, group, other",
        "fileContentTests is no list",
        "metadataTest.cmd is no list of texts",
        "metadataTest.env is not known",
        "commandTest is not known",
    )


def test_the_error_says_what_is_read() -> None:
    with pytest.raises(StrataError) as error:
        read_structure("src/app/test.yaml", "schemaVersion: 2.0.0\nmetadata: {}", 1)
    assert str(error.value) == (
        "src/app/test.yaml has structure tests that cannot be run.\n"
        "Found:\n"
        "  metadata is not known\n"
        "Fix: correct the file. Schema 2.0.0 is read, with `commandTests`, `fileExistenceTests`, `fileContentTests` "
        "and `metadataTest`."
    )


@pytest.mark.parametrize(
    "name, text, problem",
    [
        ("a.yaml", "a: [", "it is no YAML: while parsing a flow node"),
        ("a.json", "{", "it is no JSON: Expecting property name"),
        ("a.yaml", "- a", "it holds no sections"),
        ("a.yaml", "commandTests: []", "schemaVersion is missing"),
    ],
)
def test_a_file_that_is_no_structure_test(name: str, text: str, problem: str) -> None:
    with pytest.raises(StrataError) as error:
        read_structure(name, text, 1)
    assert error.value.happened == f"{name} has structure tests that cannot be run."
    assert error.value.found[0].startswith(problem)


def test_teardown_is_checked_and_not_run() -> None:
    text = "schemaVersion: 2.0.0\ncommandTests: [{name: a, command: a, teardown: %s}]"
    assert read_structure("a.yaml", text % "[[rm, /x]]", 1) == read_structure("a.yaml", text % "[]", 1)
    with pytest.raises(StrataError) as error:
        read_structure("a.yaml", text % "[rm, []]", 1)
    assert error.value.found == (
        "commandTests[0].teardown[0] is no list of texts",
        "commandTests[0].teardown[0] is empty",
        "commandTests[0].teardown[1] is empty",
    )


def test_a_python_that_reads_no_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    modules: Any = sys.modules
    monkeypatch.setitem(modules, "yaml", None)
    with pytest.raises(StrataError) as error:
        read_structure("a.yaml", ALL, 1)
    assert str(error.value) == (
        "a.yaml is YAML, which this Python cannot read.\n"
        "Fix: install PyYAML, which `pip install 'pants-strata[structure-tests]'` brings, or write the file as JSON."
    )
