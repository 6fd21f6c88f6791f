"""This package signs images, and verifies signatures, in the formats of cosign and sigstore.

Its modules import `cryptography` when they need it. The extra `pants-strata[sign]` installs it; the rest of the library
works without.
"""
