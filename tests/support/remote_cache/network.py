"""A network with a loopback device and nothing more, for processes that must reach nothing else."""

from __future__ import annotations

import ctypes
import fcntl
import os
import queue
import socket
import struct
import subprocess
import threading
from typing import Any, Callable

from support.programs import refuse

_CLONE_NEWNET = 0x40000000  # unshare(2)
_SIOCSIFFLAGS = 0x8914  # netdevice(7)
_IFF_UP = 1


class Network:
    """A thread that has left this machine's network: what it starts is where it is."""

    def __init__(self) -> None:
        self._tasks: queue.Queue[Callable[[], Any]] = queue.Queue()
        self._results: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[Any]:
        """`subprocess.Popen` in this network. Raises what that raises."""
        process: subprocess.Popen[Any] = self._do(lambda: subprocess.Popen(command, **options))
        return process

    def enter(self) -> None:
        self._do(_leave_network)

    def _do(self, task: Callable[[], Any]) -> Any:
        self._tasks.put(task)
        result = self._results.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def _work(self) -> None:
        while True:
            try:
                self._results.put(self._tasks.get()())
            except BaseException as error:
                self._results.put(error)


def loopback_network() -> Network:
    """Skips the test where this process may not make one: only root may."""
    network = Network()
    try:
        network.enter()
    except OSError as error:
        refuse(f"Only root may make a network without connections, which this test needs: {error}.")
    return network


def _leave_network() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    with socket.socket() as device:
        fcntl.ioctl(device, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", _IFF_UP))
