"""This module gives oras-py a registry that keeps to the rules of this package: all that oras does goes through it.

By itself oras sends a token to whatever host an upload's Location names, sends expired tokens again, has no time-outs,
retries few answers, follows netrc and loads no credentials of Docker in some of its methods. Here each of its requests
is one of strata.registry.provider. To push an image use strata.registry.push: oras reads blobs into memory, and writes
manifests anew, which changes their digests.
"""

from __future__ import annotations

from typing import Any, Optional
from urllib.parse import urlsplit

import oras.provider
import requests

from strata.registry.provider import Provider


class OrasProvider(oras.provider.Registry):  # type: ignore[misc]
    """The methods of oras, for the repository of a provider."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        parts = urlsplit(provider.url(""))
        super().__init__(hostname=parts.netloc, insecure=parts.scheme == "http")

    def do_request(
        self,
        url: str,
        method: str = "GET",
        data: Any = None,
        headers: Optional[dict[str, str]] = None,
        json: Any = None,
        stream: bool = False,
    ) -> requests.Response:
        """Make a request for a method of oras. Any status is an answer."""
        prepared = requests.Request(method, url, data=data, json=json).prepare()
        names = {"Content-Type": prepared.headers["Content-Type"]} if "Content-Type" in prepared.headers else {}
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
        answer = self.provider.send(
            method, url, action=method.lower(), accept=range(600), headers={**names, **(headers or {})}, body=body
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(answer.headers.items())
        response.url = answer.url
        response.raw = answer
        if not stream:
            _ = response.content
        return response
