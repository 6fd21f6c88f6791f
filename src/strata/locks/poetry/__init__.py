"""poetry.lock."""
