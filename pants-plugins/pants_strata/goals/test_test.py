"""What a `python_image_test` asks of the library. No image is built."""

from __future__ import annotations

from types import SimpleNamespace as Some
from typing import Any

import pytest
from pants.core.goals.test import ShowOutput, TestResult
from pants.engine.addresses import Address, Addresses
from pants.engine.fs import EMPTY_FILE_DIGEST, EMPTY_SNAPSHOT
from pants.engine.target import DependenciesRequest, InvalidTargetException
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pants_strata.engine.test_results import finished_test
from pants_strata.goals.test import ImageTestFieldSet, ImageTestRequest
from pants_strata.target_types.image_tests import ImageTestDependenciesField, PythonImageTestTarget
from pants_strata.util_rules.image_test_cases import command_cases, file_cases
from strata.errors import StrataError
from strata.protocol.images.try_image import CommandCase, FileCase, Probe
from support.rules import message, repository, write

ADDRESS = Address("src/web", target_name="test")
IMAGE = "python_image(name='image', entry_point='web.main', dependencies=[])\n"


def target(**fields: Any) -> PythonImageTestTarget:
    return PythonImageTestTarget({"image": ":image", **fields}, ADDRESS)


def test_a_command() -> None:
    test = target(
        command=["python", "-V"],
        expected_output=["^Python"],
        excluded_output=["2"],
        expected_error=["e"],
        exit_code=3,
        user="root",
        env={"A": "b"},
        read_only=False,
    )
    assert command_cases(test, 5) == (
        CommandCase(
            "python -V",
            5,
            command=("python", "-V"),
            env={"A": "b"},
            user="root",
            writable=True,
            exit_code=3,
            expected_output=("^Python",),
            excluded_output=("2",),
            expected_error=("e",),
        ),
    )


@pytest.mark.parametrize(
    "url, probe",
    [
        ("http://localhost:8000", Probe(8000, "/", 204)),
        ("http://127.0.0.1:80/a/b?c=d", Probe(80, "/a/b?c=d", 204)),
    ],
)
def test_a_probe(url: str, probe: Probe) -> None:
    assert command_cases(target(http=url, http_status=204), 60) == (CommandCase(url, 60, probe=probe),)


def test_the_entry_point() -> None:
    assert command_cases(target(args=["--help"]), 60) == (CommandCase("the entry point --help", 60, args=("--help",)),)
    assert command_cases(target(exit_code=0), 60) == (CommandCase("the entry point", 60),)


def test_files_alone_start_no_container() -> None:
    test = target(files_exist=["/app"], files_absent=["/bin/sh"])
    assert command_cases(test, 60) == ()
    assert file_cases(test) == (
        FileCase("/app is there", "/app"),
        FileCase("/bin/sh is not there", "/bin/sh", exists=False),
    )


def test_a_test_that_asks_nothing() -> None:
    with pytest.raises(StrataError) as error:
        command_cases(target(), 60)
    assert str(error.value) == (
        "src/web:test: The test asks nothing of its image.\n"
        "Fix: set at least one of the fields command, args, http, exit_code, expected_output, excluded_output, "
        "expected_error, files_exist, files_absent, structure_tests."
    )


def test_a_command_and_arguments() -> None:
    with pytest.raises(StrataError) as error:
        command_cases(target(command=["a"], args=["b"]), 60)
    assert str(error.value) == (
        "src/web:test: `command` is the whole command, and `args` stand behind the image's entry point: the test sets "
        "both.\n"
        "Fix: write the arguments into `command`, or leave `command` out."
    )


@pytest.mark.parametrize(
    "fields, message",
    [
        (
            {"http": "localhost:8000"},
            "The `http` field in target src/web:test must be a URL of the container with a port, but was "
            "'localhost:8000'. Write for instance `http=\"http://localhost:8000/health\"`.",
        ),
        (
            {"expected_output": ["(a"]},
            "The `expected_output` field in target src/web:test has '(a', which is no regular expression: missing ), "
            "unterminated subpattern at position 0. Put a backslash before characters that stand for themselves.",
        ),
        (
            {"files_absent": ["bin/sh"]},
            "The `files_absent` field in target src/web:test has 'bin/sh', which is not an absolute path. Write for "
            'instance `files_absent=["/app"]`.',
        ),
    ],
)
def test_fields_that_cannot_be_used(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidTargetException) as error:
        target(**fields)
    assert str(error.value.__cause__) == message


@pytest.mark.parametrize("url", ["https://localhost:8", "http://localhost", "http://web:80", "http://localhost:80/ a"])
def test_urls_that_no_container_answers(url: str) -> None:
    with pytest.raises(InvalidTargetException):
        target(http=url)


@pytest.mark.parametrize("error, code", [("", 0), ("2 tests fail.", 1)])
def test_a_result_has_the_text_that_people_read(error: str, code: int) -> None:
    process: Any = Some(
        exit_code=2, stdout_digest=EMPTY_FILE_DIGEST, stderr_digest=EMPTY_FILE_DIGEST, metadata=object()
    )
    result = finished_test(process, ADDRESS, ShowOutput.ALL, output="passed: a", error=error, report=EMPTY_SNAPSHOT)
    assert (result.exit_code, result.addresses, result.xml_results) == (code, (ADDRESS,), EMPTY_SNAPSHOT)
    assert "passed: a" in result.message()
    assert error in result.message()


# ---- with the engine ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return repository(
        [
            QueryRule(Addresses, [DependenciesRequest]),
            QueryRule(TestResult, [ImageTestRequest.Batch]),
        ]
    )


def failure(runner: RuleRunner, fields: str, files: dict[str, str]) -> str:
    write(runner, {"src/app/BUILD": f"{IMAGE}python_image_test(name='test', {fields})\n", **files})
    test = runner.get_target(Address("src/app", target_name="test"))
    batch = ImageTestRequest.Batch("", (ImageTestFieldSet.create(test),), None)  # type: ignore[type-var]
    return message(runner, TestResult, batch)


def test_the_image_is_a_dependency(runner: RuleRunner) -> None:
    write(runner, {"src/app/BUILD": f"{IMAGE}python_image_test(name='test', image=':image', args=['-h'])\n"})
    test = runner.get_target(Address("src/app", target_name="test"))
    found = runner.request(Addresses, [DependenciesRequest(test[ImageTestDependenciesField])])
    assert list(found) == [Address("src/app", target_name="image")]


def test_another_target_than_an_image(runner: RuleRunner) -> None:
    assert failure(runner, "image=':test'", {}) == (
        "src/app:test: The `image` field needs a `python_image` target.\n"
        "Found:\n"
        "  src/app:test, a `python_image_test`\n"
        "Fix: name the address of a `python_image` target."
    )


def test_a_file_of_structure_tests_that_is_not_there(runner: RuleRunner) -> None:
    assert failure(runner, "image=':image', structure_tests=['no.yaml']", {}) == (
        "src/app:test: src/app/no.yaml cannot be read: there is no such file.\n"
        "Fix: name a file of structure tests, in YAML or JSON."
    )


def test_a_file_of_structure_tests_that_cannot_be_run(runner: RuleRunner) -> None:
    files = {"src/app/a.yaml": "schemaVersion: 2.0.0\n", "src/app/b.yaml": "schemaVersion: 2.0.0\nmetadata: {}\n"}
    assert failure(runner, "image=':image', structure_tests=['*.yaml']", files) == (
        "src/app:test: src/app/b.yaml has structure tests that cannot be run.\n"
        "Found:\n"
        "  metadata is not known\n"
        "Fix: correct the file. Schema 2.0.0 is read, with `commandTests`, `fileExistenceTests`, `fileContentTests` "
        "and `metadataTest`."
    )
