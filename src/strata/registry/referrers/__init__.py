"""This package attaches documents to images in registries, and lists those that are attached: OCI 1.1 referrers.

A referrer is a manifest that names the image as its `subject`, with one document as its layer. A registry that knows
referrers lists them at `referrers/DIGEST`. For another one the client keeps the list itself: an index at the tag
`sha256-HEX`.
https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
"""
