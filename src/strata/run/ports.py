"""This module passes connections on from a port of this machine to another, where containers share its network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from strata.errors.running import run as errors
from strata.run.options import Port

_PIECE = 1 << 16


@contextmanager
def forwarded(ports: Sequence[Port]) -> Iterator[None]:
    """Listen on those ports whose container has another number, and pass on what comes, until the block ends.

    Raises StrataError where a port is taken. A port with one number is the container's own.
    """
    with ExitStack() as stack:
        for port in ports:
            if port.host != port.container:
                try:
                    listener = stack.enter_context(socket.create_server(("0.0.0.0", port.host)))
                except OSError as error:
                    raise errors.taken_port(port.host, str(error.strerror)) from None
                pass_on(listener, port.container)
        yield


def pass_on(listener: socket.socket, port: int) -> None:
    """Pass connections on to a port of the network that this thread is in, until the listener is closed."""
    threading.Thread(target=_accept, args=(listener, port), daemon=True).start()


def _accept(listener: socket.socket, port: int) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            # The block has ended.
            return
        try:
            server = socket.create_connection(("127.0.0.1", port), timeout=10)
        except OSError:
            client.close()
            continue
        server.settimeout(None)
        for source, target in ((client, server), (server, client)):
            threading.Thread(target=_copy, args=(source, target), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(_PIECE):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        target.close()
