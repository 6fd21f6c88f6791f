"""This package reads poetry.lock."""
