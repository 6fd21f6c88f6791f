"""This module gives this process a network of its own, with a loopback device alone.

Containers that it starts afterwards share it: so each has all port numbers for itself, and reaches nothing outside.
Sockets that are open already stay in the network that they were made in.
https://man7.org/linux/man-pages/man7/network_namespaces.7.html
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct

# From <linux/sched.h>, <linux/sockios.h> and <net/if.h>.
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS = 0x8913, 0x8914
_UP = 1
# struct ifreq: the name of a device, its flags, and room for what other requests have.
_REQUEST = "16sh22x"


def enter_private_network() -> None:
    """Leave the machine's network. Raise OSError where the machine forbids it.

    Without root the process must have a single thread; it gets a namespace of users, too, with its own user in it.
    """
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        _unshare(_CLONE_NEWNET)
    else:
        _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        for file, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{file}", "w") as opened:
                opened.write(text)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, struct.pack(_REQUEST, b"lo", 0))
        flags = struct.unpack(_REQUEST, request)[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack(_REQUEST, b"lo", flags | _UP))


def _unshare(flags: int) -> None:
    # `os.unshare` is there from CPython 3.12 on.
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(flags):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
