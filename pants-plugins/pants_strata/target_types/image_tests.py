"""The target `python_image_test` and its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Optional
from urllib.parse import urlsplit

from pants.core.goals.test import TestTimeoutField
from pants.engine.addresses import Address
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    BoolField,
    Dependencies,
    DictStringToStringField,
    IntField,
    InvalidFieldException,
    MultipleSourcesField,
    StringField,
    StringSequenceField,
    Target,
)
from pants.util.strutil import help_text

from pants_strata.target_types.common import ArtifactAddressField
from pants_strata.target_types.image import PythonImageTarget


class ImageTestDependenciesField(Dependencies):
    """The field `dependencies`."""

    help = "The image is inferred from `image`; there is seldom anything to add."


class TestedImageField(ArtifactAddressField):
    """The field `image`."""

    alias = "image"
    required = True
    expected = (PythonImageTarget.alias,)
    help = "The address of the `python_image` that is tested, for the platform of the machine that tests."


class ImageTestCommandField(StringSequenceField):
    """The field `command`."""

    alias = "command"
    help = help_text(
        """
        A whole command to run in the place of the image's entry point: `["python", "-c", "import web"]`. A program
        without a slash is looked for on the image's `PATH`.
        """
    )


class ImageTestArgsField(StringSequenceField):
    """The field `args`."""

    alias = "args"
    help = "Arguments to run the image's entry point with, in the place of the image's own: `[\"--help\"]`."


class ImageTestHttpField(StringField):
    """The field `http`."""

    alias = "http"
    help = help_text(
        """
        A URL that the app in the container answers, `"http://localhost:8000/health"`. It is asked until there is an
        answer, for as long as `timeout` says, and then the container is ended. The container has a network of its own:
        tests that run at the same time may use the same port.
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> Optional[str]:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        if value is None:
            return None
        try:
            url = urlsplit(value)
            usable = url.scheme == "http" and url.hostname in ("localhost", "127.0.0.1") and bool(url.port)
        except ValueError:
            usable = False
        if not usable or not re.fullmatch(r"[!-~]+", value):
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} must be a URL of the container with a port, but was "
                f'{value!r}. Write for instance `{cls.alias}="http://localhost:8000/health"`.'
            )
        return value


class ImageTestHttpStatusField(IntField):
    """The field `http_status`."""

    alias = "http_status"
    default = 200
    help = "The status of the answer to `http`. Redirections are not followed."
    value: int


class ImageTestExitCodeField(IntField):
    """The field `exit_code`."""

    alias = "exit_code"
    help = "The exit code that the command ends with; 0 by default. 128 and the signal's number where a signal ends it."


class _PatternsField(StringSequenceField):
    """Regular expressions of Python."""

    @classmethod
    def compute_value(cls, raw_value: Optional[Iterable[str]], address: Address) -> Optional[tuple[str, ...]]:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        for pattern in value or ():
            try:
                re.compile(pattern)
            except re.error as error:
                raise InvalidFieldException(
                    f"The `{cls.alias}` field in target {address} has {pattern!r}, which is no regular expression: "
                    f"{error}. Put a backslash before characters that stand for themselves."
                ) from None
        return value


class ImageTestExpectedOutputField(_PatternsField):
    """The field `expected_output`."""

    alias = "expected_output"
    help = help_text(
        """
        Regular expressions of Python, each of which matches somewhere in the command's standard output, or in the body
        of the answer to `http`.
        """
    )


class ImageTestExcludedOutputField(_PatternsField):
    """The field `excluded_output`."""

    alias = "excluded_output"
    help = "Regular expressions of Python that match nowhere in the same text as those of `expected_output`."


class ImageTestExpectedErrorField(_PatternsField):
    """The field `expected_error`."""

    alias = "expected_error"
    help = "Regular expressions of Python, each of which matches somewhere in the command's standard error."


class _PathsField(StringSequenceField):
    """Absolute paths in an image."""

    @classmethod
    def compute_value(cls, raw_value: Optional[Iterable[str]], address: Address) -> Optional[tuple[str, ...]]:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        for path in value or ():
            if not path.startswith("/"):
                raise InvalidFieldException(
                    f"The `{cls.alias}` field in target {address} has {path!r}, which is not an absolute path. "
                    f'Write for instance `{cls.alias}=["/app"]`.'
                )
        return value


class ImageTestFilesExistField(_PathsField):
    """The field `files_exist`."""

    alias = "files_exist"
    help = "Absolute paths of files, directories or links that the image has."


class ImageTestFilesAbsentField(_PathsField):
    """The field `files_absent`."""

    alias = "files_absent"
    help = 'Absolute paths where the image has nothing: `["/bin/sh"]`.'


class ImageTestUserField(StringField):
    """The field `user`."""

    alias = "user"
    help = "The user that the command runs as, as `user` or `user:group`, in the place of the image's."


class ImageTestEnvField(DictStringToStringField):
    """The field `env`."""

    alias = "env"
    help = "Environment variables of the command, over those of the image."


class ImageTestReadOnlyField(BoolField):
    """The field `read_only`."""

    alias = "read_only"
    default = True
    value: bool
    help = help_text(
        """
        Whether the command runs on a read-only root, with a tmpfs on `/tmp`, as images are best run. Without it the
        command has a copy of the files for itself. Structure tests have such a copy in any case.
        """
    )


class ImageTestStructureField(MultipleSourcesField):
    """The field `structure_tests`."""

    alias = "structure_tests"
    required = False
    expected_file_extensions = (".yaml", ".yml", ".json")
    help = help_text(
        """
        Files of Google's container-structure-test, schema 2.0.0, beside the BUILD file: their `commandTests`,
        `fileExistenceTests`, `fileContentTests` and `metadataTest` are run as they are.
        """
    )


class ImageTestTimeoutField(TestTimeoutField):
    """The field `timeout`."""

    default = 60
    help = help_text(
        """
        The seconds that each command may take, and that the app has to answer `http`. A container that takes longer is
        ended, and the test fails. Never more than `[test].timeout_maximum`.
        """
    )


class PythonImageTestTarget(Target):
    """The target `python_image_test`."""

    alias = "python_image_test"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        ImageTestDependenciesField,
        TestedImageField,
        ImageTestCommandField,
        ImageTestArgsField,
        ImageTestHttpField,
        ImageTestHttpStatusField,
        ImageTestExitCodeField,
        ImageTestExpectedOutputField,
        ImageTestExcludedOutputField,
        ImageTestExpectedErrorField,
        ImageTestFilesExistField,
        ImageTestFilesAbsentField,
        ImageTestUserField,
        ImageTestEnvField,
        ImageTestReadOnlyField,
        ImageTestStructureField,
        ImageTestTimeoutField,
    )
    help = help_text(
        """
        A test of a `python_image` that `./pants test` runs and caches: a command, an answer by HTTP, files, or
        structure tests.

        The container runs in a sandbox with runc or bwrap, without a daemon and without the machine's network.
        docs/run-and-test.md has examples.
        """
    )
