"""Lets Pants start sooner in the projects of tests (sitecustomize.py)."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent.absolute()
"""Stands in PYTHONPATH of a Pants that shall start sooner."""
