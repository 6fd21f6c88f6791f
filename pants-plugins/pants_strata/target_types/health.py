"""The fields of `python_image` about its health check."""

from __future__ import annotations

import re
from typing import Any, Optional

from pants.engine.addresses import Address
from pants.engine.target import DictStringToStringField, InvalidFieldException, StringSequenceField
from pants.util.strutil import help_text

_TIMES = {
    "interval": "Interval",
    "timeout": "Timeout",
    "start_period": "StartPeriod",
    "start_interval": "StartInterval",
}
_RETRIES = "retries"
# Nanoseconds, the unit of the image config.
_UNITS = {"ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000}
_DURATION = re.compile(r"(\d{1,9})(ms|s|m|h)")


class HealthcheckField(StringSequenceField):
    """The field `healthcheck`."""

    alias = "healthcheck"
    help = help_text(
        """
        The command by which a runtime learns whether the app still works, with its arguments. It ends with 0 where the
        app does. There is no shell and no curl in an image; Python is there:
        `["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health')"]`.

        Docker's engine, Swarm and Compose read it. It is not part of OCI's image config: Kubernetes has probes of its
        own, and podman takes `--health-cmd`.
        """
    )


class HealthcheckOptionsField(DictStringToStringField):
    """The field `healthcheck_options`."""

    alias = "healthcheck_options"
    help = help_text(
        """
        How a runtime uses the `healthcheck`: `interval`, `timeout`, `start_period` and `start_interval` as `"500ms"`,
        `"30s"`, `"2m"` or `"1h"`, and `retries` as `"3"`. Whatever is left out is the runtime's own.
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[dict[str, str]], address: Address) -> Any:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        for name, text in (value or {}).items():
            expected = _expected(name, text)
            if expected:
                raise InvalidFieldException(
                    f"The `{cls.alias}` field in target {address} has {name!r} with {text!r}. {expected}"
                )
        return value

    @property
    def times(self) -> dict[str, int]:
        """Return the times that are chosen, by their names in the image config, in nanoseconds."""
        return {_TIMES[name]: _nanoseconds(text) for name, text in (self.value or {}).items() if name in _TIMES}

    @property
    def retries(self) -> Optional[int]:
        """Return how many failures in a row make a container unhealthy, where that is chosen."""
        text = dict(self.value or {}).get(_RETRIES)
        return None if text is None else int(text)


def _expected(name: str, text: str) -> str:
    """Return what to write instead; empty where the option can be used."""
    if name == _RETRIES:
        return "" if re.fullmatch(r"[1-9]\d{0,5}", text) else 'Write a number from 1 on, for instance "3".'
    if name not in _TIMES:
        return f"Name one of these: {', '.join((*_TIMES, _RETRIES))}."
    return "" if _DURATION.fullmatch(text) else 'Write a number and a unit: "500ms", "30s", "2m" or "1h".'


def _nanoseconds(text: str) -> int:
    match = _DURATION.fullmatch(text)
    assert match is not None
    return int(match[1]) * _UNITS[match[2]]
