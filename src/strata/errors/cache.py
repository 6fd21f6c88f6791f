"""What is said of remote caches."""

from __future__ import annotations


def content_stays_away(behavior: str) -> str:
    return (
        f"[GLOBAL].cache_content_behavior is `{behavior}`. If this build ends with `Unavailable` or `Missing digest`, "
        "the remote cache is away or has lost what it had: build again with `--cache-content-behavior=fetch`."
    )
