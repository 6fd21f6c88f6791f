"""This module changes some bytes of valid inputs, by a random generator of the caller: each can be made again."""

from __future__ import annotations

import random
import struct

# What parsers trip over: separators, nesting, numbers at the ends of their ranges, bytes that are no text.
TOKENS = (
    *(bytes([byte]) for byte in b"\0\n\r\t \"'()[]{}<>,:;=/\\.~-+%&#@!*?^|\x7f\x80\xff"),
    *(b"..", b"../", b"//", b"\r\n\r\n", b"\n\n", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xc3"),
    *(
        b"-1",
        b"0",
        b"1e999",
        b"9" * 30,
        b"NaN",
        b"null",
        b"true",
        b"sha256=",
        b"file:///dev/zero",
        b"http://[",
        b"mailto:",
    ),
    *(struct.pack("<L", number) for number in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)),
    *(struct.pack("<H", number) for number in (1, 8, 0x7FFF, 0xFFFF)),
    *(b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"ustar\0", b"#!"),
)
_MOST = 4
_DEEP = 3000


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """Return a changed copy of a seed: one to four changes, and now and then one that makes it long or deep."""
    content = bytearray(seed)
    for _ in range(chance.randint(1, _MOST)):
        _change(content, chance)
    return bytes(content)


def _change(content: bytearray, chance: random.Random) -> None:
    start = chance.randint(0, len(content))
    length = min(chance.choice((1, 1, 1, 2, 4, 16, 200)), len(content) - start)
    kind = chance.randrange(100)
    if kind < 30 and start < len(content):
        content[start] ^= 1 << chance.randrange(8)
    elif kind < 60:
        token = chance.choice(TOKENS)
        content[start : start + (len(token) if chance.random() < 0.5 else 0)] = token
    elif kind < 70:
        del content[start : start + length]
    elif kind < 80:
        content[start:start] = content[start : start + length]
    elif kind < 88:
        other = chance.randint(0, len(content))
        content[start : start + length] = content[other : other + length]
    elif kind < 94:
        content[start : start + length] = bytes(chance.randrange(256) for _ in range(length))
    elif kind < 97:
        del content[start:]
    else:
        content[start:start] = chance.choice((b"(", b"[", b"{", b'{"a":', b"a/", b"\n", b"x", b"9")) * _DEEP
