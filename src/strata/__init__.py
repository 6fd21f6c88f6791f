"""Hermetic Python app images: deterministic layers, venvs and OCI layouts.

The story in five values: a *Lock* pins files, an *Artifact* is what one target builds from them, a *Layer* is one
deterministic tar blob, an *Image* is config and manifest over layers, a *Layout* is the OCI directory that holds it.
"""

__version__ = "0.1.0"
