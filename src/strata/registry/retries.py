"""This module says which answers are asked for again, how often, and after which wait.

https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
What is needed only after a failure is imported then: most pushes have none.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from strata.registry.untrusted import whole_number

RETRIED_STATUS = frozenset({408, 429, 500, 502, 503, 504})
_LONGEST_WAIT = 120.0


@dataclass(frozen=True)
class Retries:
    """`attempts` counts the first one; `first_wait`, in seconds, doubles with each attempt."""

    attempts: int = 5
    first_wait: float = 0.25

    def wait(self, attempt: int, retry_after: str = "") -> None:
        """Sleep after the failed attempt of that number, from 1, for as long as the server says or somewhat longer."""
        import random

        backoff = self.first_wait * 2 ** (attempt - 1) * random.uniform(1, 1.25)
        time.sleep(min(max(backoff, seconds(retry_after)), _LONGEST_WAIT))


def seconds(retry_after: str) -> float:
    """Return the seconds that the header Retry-After says, as a number or as a date; 0 where it says nothing."""
    number = whole_number(retry_after.strip())
    if number is not None:
        return float(number)
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    try:
        until = parsedate_to_datetime(retry_after)
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0
    if until.tzinfo is None:
        until = until.replace(tzinfo=timezone.utc)
    return max(0.0, (until - datetime.now(timezone.utc)).total_seconds())
