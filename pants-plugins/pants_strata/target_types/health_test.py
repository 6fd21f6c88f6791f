from __future__ import annotations

from typing import Any

import pytest
from pants.engine.addresses import Address
from pants.engine.target import InvalidTargetException

from pants_strata.target_types import HealthcheckOptionsField, PythonImageTarget

APP = Address("src/app", target_name="image")


def options(**values: str) -> HealthcheckOptionsField:
    field: HealthcheckOptionsField = PythonImageTarget({"healthcheck_options": values}, APP)[HealthcheckOptionsField]
    return field


def test_times_are_nanoseconds() -> None:
    found = options(interval="30s", timeout="500ms", start_period="2m", start_interval="1h", retries="3")
    assert found.times == {
        "Interval": 30 * 10**9,
        "Timeout": 500 * 10**6,
        "StartPeriod": 120 * 10**9,
        "StartInterval": 3600 * 10**9,
    }
    assert found.retries == 3


def test_what_is_left_out_is_the_runtimes_own() -> None:
    assert (options().times, options().retries) == ({}, None)


@pytest.mark.parametrize(
    "values, expected",
    [
        ({"interval": "30"}, '\'interval\' with \'30\'. Write a number and a unit: "500ms", "30s", "2m" or "1h".'),
        ({"timeout": "-1s"}, '\'timeout\' with \'-1s\'. Write a number and a unit: "500ms", "30s", "2m" or "1h".'),
        ({"retries": "0"}, "'retries' with '0'. Write a number from 1 on, for instance \"3\"."),
        (
            {"period": "1s"},
            "'period' with '1s'. Name one of these: interval, timeout, start_period, start_interval, retries.",
        ),
    ],
)
def test_options_that_cannot_be_used(values: dict[str, Any], expected: str) -> None:
    with pytest.raises(InvalidTargetException) as caught:
        options(**values)
    assert str(caught.value) == (f"src/app: The `healthcheck_options` field in target src/app:image has {expected}")
