"""This module writes launchers: programs that start another one with fixed arguments before those that they get.

A script could do that where a shell is at hand. A worker of remote execution may have nothing but a kernel, and the
interpreter artifact is started through its own loader, with arguments that a line `#!` cannot hold. So a launcher is
an ELF file of a few hundred bytes, which asks the kernel for one thing: execve(2). Where that fails it exits with 127.

Linux starts a program with the stack argc, argv[0], argv[1] …, a null, and the environment. The arguments
from argv[1] on stay where they are; the fixed ones are written in front of them.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

ITSELF = object()
"""Among the arguments of a launcher: the name that it was started by, its own argv[0]."""

_BASE = 0x400000
_HEADERS = 64 + 56
_PAGE = 0x10000
# <elf.h>
_EXECUTABLE, _LOAD, _READ_AND_EXECUTE = 2, 1, 5
_X86_64, _AARCH64 = 62, 183

Code = Callable[[Sequence["int | None"]], bytes]


def write_launcher(path: Path, arguments: Sequence[object], *, machine: str = "") -> None:
    """Write an executable file that starts the program `arguments[0]`, an absolute path, with all of them.

    :param arguments: at least two, each a text or ITSELF.
    :param machine: the kernel's name of the processor, `x86_64` or `aarch64`; by default that of this machine.
    """
    number, code = _MACHINES[machine or os.uname().machine]
    size = len(code([None if item is ITSELF else _BASE for item in arguments]))
    addresses, texts = _placed(arguments, _BASE + _HEADERS + size)
    content = code([None if item is ITSELF else address for item, address in zip(arguments, addresses)]) + texts
    path.write_bytes(_headers(number, len(content)) + content)
    path.chmod(0o755)


def _placed(arguments: Sequence[object], start: int) -> tuple[list[int], bytes]:
    """Return the address of each argument, and the texts as they lie from `start` on, each before a zero byte."""
    addresses, texts = [], b""
    for item in arguments:
        addresses.append(start + len(texts))
        texts += b"" if item is ITSELF else os.fsencode(str(item)) + b"\0"
    return addresses, texts


def _headers(machine: int, size: int) -> bytes:
    """Return the header of a static ELF file with one segment, and the header of that (System V ABI, chapters 4, 5)."""
    size += _HEADERS
    identification = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    file = struct.pack("<HHIQQQIHHHHHH", _EXECUTABLE, machine, 1, _BASE + _HEADERS, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", _LOAD, _READ_AND_EXECUTE, 0, _BASE, _BASE, size, size, _PAGE)
    return identification + file + segment


def _x86_64(arguments: Sequence[int | None]) -> bytes:
    """Return the code for x86-64: addresses in front of argv[1], the last ones in the place of argc and argv[0]."""

    def store(address: int | None, literal: bytes, own: bytes) -> bytes:
        return own if address is None else literal + struct.pack("<i", address)

    *pushed, last_but_one, last = arguments
    code = b"\x48\x8b\x04\x24"  # mov rax, [rsp]            argc
    code += b"\x48\x8d\x54\xc4\x10"  # lea rdx, [rsp+rax*8+16]   the environment
    code += b"\x48\x8b\x4c\x24\x08"  # mov rcx, [rsp+8]          argv[0]
    code += store(last, b"\x48\xc7\x44\x24\x08", b"\x48\x89\x4c\x24\x08")  # mov [rsp+8], …
    code += store(last_but_one, b"\x48\xc7\x04\x24", b"\x48\x89\x0c\x24")  # mov [rsp], …
    for address in reversed(pushed):
        code += store(address, b"\x68", b"\x51")  # push …
    code += b"\x48\x8b\x3c\x24"  # mov rdi, [rsp]            the program
    code += b"\x48\x89\xe6"  # mov rsi, rsp              its arguments
    code += b"\xb8" + struct.pack("<i", 59) + b"\x0f\x05"  # execve
    return code + b"\xbf" + struct.pack("<i", 127) + b"\xb8" + struct.pack("<i", 60) + b"\x0f\x05"  # exit(127)


def _aarch64(arguments: Sequence[int | None]) -> bytes:
    """Return the code for arm64, which writes the addresses from argv[0] downwards."""
    room = -(-8 * len(arguments) // 16) * 16
    code = [
        0x910003E9,  # mov x9, sp
        0xF9400123,  # ldr x3, [x9]              argc
        0x8B030D22,  # add x2, x9, x3, lsl #3
        0x91004042,  # add x2, x2, #16           the environment
        0xF9400524,  # ldr x4, [x9, #8]          argv[0]
        0xD10003FF | room << 10,  # sub sp, sp, #room
        0x91002129,  # add x9, x9, #8
    ]
    for address in reversed(arguments):
        if address is None:
            code.append(0xF81F8524)  # str x4, [x9], #-8
            continue
        distance = address - (_BASE + _HEADERS + 4 * len(code))
        code.append(0x10000005 | (distance & 3) << 29 | (distance >> 2 & 0x7FFFF) << 5)  # adr x5, …
        code.append(0xF81F8525)  # str x5, [x9], #-8
    code += [
        0x91002121,  # add x1, x9, #8            the arguments
        0xF9400020,  # ldr x0, [x1]              the program
        0xD2801BA8,  # mov x8, #221
        0xD4000001,  # svc #0                    execve
        0xD2800FE0,  # mov x0, #127
        0xD2800BA8,  # mov x8, #93
        0xD4000001,  # svc #0                    exit(127)
    ]
    return struct.pack(f"<{len(code)}I", *code)


_MACHINES: dict[str, tuple[int, Code]] = {"x86_64": (_X86_64, _x86_64), "aarch64": (_AARCH64, _aarch64)}
