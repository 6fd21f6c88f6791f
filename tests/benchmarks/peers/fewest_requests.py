"""The fewest requests that bring an edited image to a registry: a lower bound, which looks at nothing.

    python fewest_requests.py LAYOUT HOST:PORT/REPOSITORY:TAG

It takes for granted that all blobs but the config and the last layer are there, and that each answer is as hoped.
"""

from __future__ import annotations

import json
import sys
from http.client import HTTPConnection
from typing import Any


def main(layout: str, reference: str) -> None:
    host, _, rest = reference.partition("/")
    repository, _, tag = rest.rpartition(":")
    connection = HTTPConnection(host)

    def blob(digest: str) -> bytes:
        with open(f"{layout}/blobs/{digest.replace(':', '/')}", "rb") as file:
            return file.read()

    def ask(method: str, url: str, body: bytes = b"", **headers: str) -> str:
        connection.request(method, url, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 400 and method != "HEAD":
            raise SystemExit(f"{method} {url}: {answer.status}")
        return answer.headers.get("Location", "")

    with open(f"{layout}/index.json", "rb") as file:
        (root,) = json.load(file)["manifests"]
    content = blob(root["digest"])
    manifest: Any = json.loads(content)
    ask("HEAD", f"/v2/{repository}/manifests/{tag}", Accept=root["mediaType"])
    for descriptor in (manifest["layers"][-1], manifest["config"]):
        location = ask("POST", f"/v2/{repository}/blobs/uploads/")
        path = location.partition(host)[2] or location
        sign = "&" if "?" in path else "?"
        ask("PUT", f"{path}{sign}digest={descriptor['digest']}", blob(descriptor["digest"]))
    ask("PUT", f"/v2/{repository}/manifests/{tag}", content, Content_Type=root["mediaType"])


if __name__ == "__main__":
    main(*sys.argv[1:])
