"""The fewest requests that bring an edited image to a registry: a lower bound for any program on this Python.

    python fewest_requests.py LAYOUT HOST:PORT/REPOSITORY:TAG

It takes for granted that all blobs but the config and the last layer are there, that each answer is as hoped and comes
in one piece, and that JSON is written as here. It imports nothing but what opens a connection: `http.client` and `json`
would take longer than the registry. Both uploads go on at the same time.
"""

from __future__ import annotations

import sys
from _socket import AF_INET, IPPROTO_TCP, SOCK_STREAM, TCP_NODELAY, socket


class Connection:
    """A connection to a registry, on which requests and answers take turns."""

    def __init__(self, host: str, port: int) -> None:
        self._host = f"{host}:{port}"
        self._socket = socket(AF_INET, SOCK_STREAM)
        self._socket.connect((host, port))
        self._socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: bytes = b"", header: str = "") -> None:
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Length: {len(body)}\r\n{header}\r\n"
        self._socket.sendall(head.encode() + body)

    def location(self) -> str:
        """The path where an upload goes on, where the answer names one."""
        answer = self._socket.recv(1 << 16).decode()
        if int(answer.split(" ", 2)[1]) >= 400:
            raise SystemExit(answer)
        address = answer.partition("\r\nLocation: ")[2].partition("\r\n")[0]
        return address.partition(self._host)[2]

    def close(self) -> None:
        self._socket.close()


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def digests(document: bytes) -> list[str]:
    return [each.partition('"')[0] for each in document.decode().split('"digest":"')[1:]]


def main(layout: str, reference: str) -> None:
    host, _, rest = reference.partition("/")
    repository, _, tag = rest.rpartition(":")
    name, _, port = host.partition(":")
    (root,) = digests(read(f"{layout}/index.json"))
    manifest = read(f"{layout}/blobs/{root.replace(':', '/')}")
    media_type = "application/vnd.oci.image.manifest.v1+json\r\n"
    tagged = f"/v2/{repository}/manifests/{tag}"
    first = Connection(name, int(port))
    first.ask("HEAD", tagged, header=f"Accept: {media_type}")
    second = Connection(name, int(port))
    first.location()
    # The config, and the last layer.
    uploads = list(zip((first, second), digests(manifest)[:: len(digests(manifest)) - 1]))
    for connection, _ in uploads:
        connection.ask("POST", f"/v2/{repository}/blobs/uploads/")
    for connection, digest in uploads:
        path = connection.location()
        body = read(f"{layout}/blobs/{digest.replace(':', '/')}")
        connection.ask("PUT", f"{path}{'&' if '?' in path else '?'}digest={digest}", body)
    for connection, _ in uploads:
        connection.location()
    first.ask("PUT", tagged, manifest, f"Content-Type: {media_type}")
    first.location()
    first.close()
    second.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
