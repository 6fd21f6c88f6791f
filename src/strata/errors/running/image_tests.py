"""This module words the errors of testing images: of `try-image`, `strata test` and files of structure tests."""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def no_program(tried: Sequence[str]) -> StrataError:
    """Return the error where neither runc nor bwrap starts a container.

    :param tried: a line for each, with the reason.
    """
    return StrataError(
        "Containers of tests are started by runc or bwrap, and neither works on this machine.",
        found=tried,
        fix="install bwrap (Debian's package bubblewrap), or runc where tests run as root. "
        "Tests of files and of the config alone need neither.",
    )


def failed(count: int, lines: Sequence[str]) -> StrataError:
    """Return the error for tests that fail.

    :param count: of those that fail.
    :param lines: what each test found, those that pass included.
    """
    return StrataError(
        f"{count} {'tests fail' if count > 1 else 'test fails'}.",
        found=lines,
        fix="change the image, or what the tests expect of it.",
    )


def no_private_network(reason: str) -> StrataError:
    """Return the error where a container cannot have a network of its own."""
    return StrataError(
        f"This machine refuses a container a network of its own, which tests by HTTP need: {reason}.",
        fix="run the test as root, or allow namespaces of users (the sysctls user.max_user_namespaces and "
        "kernel.unprivileged_userns_clone, and AppArmor's kernel.apparmor_restrict_unprivileged_userns).",
    )


def bad_structure(file: str, problems: Sequence[str]) -> StrataError:
    """Return the error for a file of structure tests that cannot be run as it is.

    :param problems: a line for each, with its place in the file.
    """
    return StrataError(
        f"{file} has structure tests that cannot be run.",
        found=problems,
        fix="correct the file. Schema 2.0.0 is read, with `commandTests`, `fileExistenceTests`, `fileContentTests` and "
        "`metadataTest`.",
    )


def no_yaml_reader(file: str) -> StrataError:
    """Return the error where Python lacks the package that reads YAML."""
    return StrataError(
        f"{file} is YAML, which this Python cannot read.",
        fix="install PyYAML, which `pip install 'pants-strata[structure-tests]'` brings, or write the file as JSON.",
    )


def no_structure(file: str, reason: str) -> StrataError:
    """Return the error for a file of structure tests that cannot be read."""
    return StrataError(f"{file} cannot be read: {reason}.", fix="name a file of structure tests, in YAML or JSON.")


def nothing_to_test(fields: Sequence[str]) -> StrataError:
    """Return the error for a test of an image that asks nothing of it."""
    return StrataError(
        "The test asks nothing of its image.", fix=f"set at least one of the fields {', '.join(fields)}."
    )


def command_and_args() -> StrataError:
    """Return the error for a test that sets both `command` and `args`."""
    return StrataError(
        "`command` is the whole command, and `args` stand behind the image's entry point: the test sets both.",
        fix="write the arguments into `command`, or leave `command` out.",
    )


def no_package(layout: str, address: str) -> StrataError:
    """Return the error for an image whose layout a test does not find."""
    return StrataError(
        f"There is no layout {layout}, where `package` writes {address}.",
        fix=f'add `runtime_package_dependencies=["{address}"]` to the target of the test; beside Pants, run '
        f"`./pants package {address}` first. Where `output_path` is set, name that path: `ImageContainer(PATH)`.",
    )


def ended_early(what: str, code: int, lines: Sequence[str]) -> StrataError:
    """Return the error for a container that ends before somebody can do something with it.

    :param lines: the end of its output.
    """
    return StrataError(
        f"The container has ended with exit code {code}, before {what}.",
        found=lines,
        fix="look for the reason in its output, or run the image: `./pants run`.",
    )


def not_yet(what: str, seconds: float, lines: Sequence[str]) -> StrataError:
    """Return the error for a container that does not do something in time."""
    return StrataError(
        f"The container has not {what} within {seconds:g} seconds.",
        found=lines,
        fix="wait longer, or look for the reason in its output.",
    )


def not_forwarded(port: int, known: Sequence[int]) -> StrataError:
    """Return the error for a port that a container was not started with."""
    return StrataError(
        f"The container was started without the port {port}.",
        found=[str(each) for each in known],
        fix=f"name it in `exposed_ports` of the image, or start with `ports=[{port}]`.",
    )


def not_started(layout: str) -> StrataError:
    """Return the error for a container that is used outside of its time."""
    return StrataError(
        f"The container of {layout} does not run.", fix="start it, by `with ImageContainer(…) as container:`."
    )


def cannot_start(reason: str) -> StrataError:
    """Return the error for a container that a runtime, or the image, cannot start."""
    return StrataError(f"The container cannot be started: {reason}.", fix="correct the command, or the machine.")
