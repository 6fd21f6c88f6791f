"""This package reads uv.lock."""
