"""`./pants lint` has `strata-lint`: what builds and still is seldom meant, image by image. docs/lint.md explains it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pants.core.goals.lint import LintResult, LintTargetsRequest
from pants.core.util_rules.partitions import PartitionerType
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import FieldSet
from pants.engine.unions import UnionRule
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.lint import ImageLintRequest
from pants_strata.lint_options import StrataLintSubsystem
from pants_strata.target_types import EntryPointField, EnvField, LintIgnoreField
from pants_strata.util_rules.review.lint import get_image_lint


@dataclass(frozen=True)
class LintImageFieldSet(FieldSet):
    """The fields of an image that is looked at."""

    required_fields = (EntryPointField, EnvField, LintIgnoreField)


class StrataLintRequest(LintTargetsRequest):
    """The request of `lint` for images."""

    field_set_type = LintImageFieldSet
    tool_subsystem = StrataLintSubsystem
    partitioner_type = PartitionerType.DEFAULT_SINGLE_PARTITION


@rule(desc="Lint images", level=LogLevel.DEBUG)
async def lint_images(request: StrataLintRequest.Batch[LintImageFieldSet, Any]) -> LintResult:
    """Return the problems of some images, sorted by their addresses. The exit code is 1 where there are any."""
    addresses = sorted(each.address for each in request.elements)
    found = await engine.concurrently(get_image_lint(ImageLintRequest(address)) for address in addresses)
    text = "".join(each.text for each in found)
    return LintResult(int(bool(text)), text, "", StrataLintSubsystem.options_scope)


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), *StrataLintRequest.rules())
