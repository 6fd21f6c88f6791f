"""Registries: images leave a layout and come back, over the distribution protocol.

    reference     the name of an image: registry, repository, tag, digest
    credentials   the users and passwords that Docker's and containers' configuration has
    connections   single requests, through proxies as well
    provider      requests to a repository: authorization, redirects, retries
    upload        one blob: mounted, streamed, in chunks where the registry asks, continued after a cut
    push, pull    images: blobs first, then manifests, then the tag
    oras_provider the same requests for oras-py

https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
"""
