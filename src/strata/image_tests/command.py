"""This module has the command `strata test`: files of structure tests for an image, beside a build."""

from __future__ import annotations

import argparse
import os

from strata.errors.running import image_tests as errors
from strata.image_tests.run import image_outcomes, leave_at_a_signal
from strata.image_tests.structure import StructureTests, read_structure
from strata.layouts.layout import Layout
from strata.protocol.images.try_image import Request
from strata.run.options import cache_folder


def _test(arguments: argparse.Namespace) -> int:
    """Print what each test found; return 1 where one fails."""
    found = StructureTests()
    for file in arguments.files:
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise errors.no_structure(str(file), str(error.strerror)) from None
        except UnicodeDecodeError:
            raise errors.no_structure(str(file), "it is no text in UTF-8") from None
        found += read_structure(str(file), text, arguments.timeout)
    request = Request(
        layout=arguments.layout,
        cache=cache_folder(arguments.cache, os.environ),
        program=arguments.runtime,
        commands=found.commands,
        files=found.files,
        configs=found.configs,
    )
    leave_at_a_signal()
    outcomes = image_outcomes(request, Layout.open(arguments.layout))
    for outcome in outcomes:
        print("\n".join(outcome.lines()))
    return 1 if any(outcome.problems for outcome in outcomes) else 0


COMMANDS = {"test": _test}
