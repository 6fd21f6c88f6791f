from __future__ import annotations

import hashlib
import threading

import pytest

from strata.oci.background import Background


def fail(text: bytes) -> None:
    raise ValueError(text.decode())


def test_calls_are_made_in_their_order_in_another_thread() -> None:
    made: list[bytes] = []
    threads = set()

    def call(data: bytes) -> None:
        made.append(data)
        threads.add(threading.get_ident())

    given = [b"%d" % number * 10_000 for number in range(1000)]
    with Background() as background:
        for data in given:
            background.call(call, data)
    assert made == given
    assert threads.isdisjoint({threading.get_ident()})


def test_a_few_calls_are_made_without_a_thread_at_the_end() -> None:
    made: list[tuple[bytes, int]] = []
    with Background() as background:
        for data in (b"first", b"second"):
            background.call(lambda given: made.append((given, threading.get_ident())), data)
        assert made == []
    assert made == [(b"first", threading.get_ident()), (b"second", threading.get_ident())]


def test_digest_of_pieces() -> None:
    digest = hashlib.sha256()
    with Background() as background:
        for _ in range(5):
            background.call(digest.update, bytes(1 << 20))
    assert digest.digest() == hashlib.sha256(bytes(5 << 20)).digest()


@pytest.mark.parametrize("after", [0, 100])
def test_first_error_comes_out(after: int) -> None:
    calls = 0

    def give(background: Background) -> None:
        nonlocal calls
        background.call(fail, b"first")
        background.call(fail, b"second")
        for _ in range(after):
            background.call(len, bytes(1 << 18))
            calls += 1

    with pytest.raises(ValueError, match="first"), Background() as background:
        give(background)
    # Not all of a long work is done for nothing.
    assert calls < 50


@pytest.mark.parametrize(
    "error, reported",
    # An interruption stays one.
    [(KeyError("block"), ValueError), (KeyboardInterrupt(), KeyboardInterrupt)],
)
def test_error_of_earlier_bytes_goes_before_that_of_the_block(
    error: BaseException, reported: type[BaseException]
) -> None:
    def fail_twice() -> None:
        with Background() as background:
            background.call(fail, b"background")
            raise error

    with pytest.raises(reported):
        fail_twice()
