"""This module has the limits of signatures, which anybody may have attached. docs/security.md lists them."""

from __future__ import annotations

PAYLOAD_BYTES = 64 << 10
"""Bytes of a payload of simple signing, which has a few hundred."""

BUNDLE_BYTES = 64 << 20
"""Bytes of a sigstore bundle. One around the SBOM of a large image has some megabytes."""

SIGNATURES = 256
"""Signatures and signed documents that are read of one image. A registry may list more: the rest is not looked at."""
