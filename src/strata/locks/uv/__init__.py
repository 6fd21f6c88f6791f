"""uv.lock."""
