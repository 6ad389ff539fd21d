"""Connecting to hosts with several addresses."""

import asyncio
import contextlib
import socket
import time

import pytest
from isolate import isolated

from dxpy import aio
from dxpy.aio import net


class Addresses:
    """Resolves "host" to these addresses while it is entered."""

    def __init__(self, *addresses):
        self.found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

    def __enter__(self):
        self.before = net._reactor.getaddrinfo
        net._reactor.getaddrinfo = self.resolve

    def __exit__(self, *_):
        net._reactor.getaddrinfo = self.before

    async def resolve(self, *_):
        return self.found


@contextlib.contextmanager
def listening(host, port=0, silent=False):
    """The address of a listener; a silent one answers nobody, as its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(0 if silent else 1000)
        for _ in range(4 if silent else 0):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        if silent:
            time.sleep(0.05)
        yield listener.getsockname()


def refused(host="127.0.0.1"):
    """An address nobody listens at."""
    with socket.socket() as unused:
        unused.bind((host, 0))
        return unused.getsockname()


async def reached():
    """Where a connection to "host" leads to."""
    async with await aio.connect("host", 1) as stream:
        return stream.peername


@isolated()
def test_a_silent_address_does_not_hold_up_the_next():
    async def main():
        with listening("127.0.0.1", silent=True) as silent, listening("127.0.0.2") as good:
            with Addresses(silent, good):
                begun = time.monotonic()
                assert await reached() == good
                assert time.monotonic() - begun >= net.ATTEMPT_DELAY

    asyncio.run(main())


@isolated()
def test_a_silent_address_under_trio():
    import trio

    async def main():
        with listening("127.0.0.1", silent=True) as silent, listening("127.0.0.2") as good:
            with Addresses(refused(), silent, good):
                assert await reached() == good
            with Addresses(silent), pytest.raises(aio.Timeout):
                async with aio.timeout(0.1):
                    await reached()

    trio.run(main)


def test_the_next_address_comes_at_once_after_a_failure(run):
    async def main():
        with listening("127.0.0.2") as good, Addresses(*[refused() for _ in range(30)], good):
            begun = time.monotonic()
            assert await reached() == good
            assert time.monotonic() - begun < 30 * net.ATTEMPT_DELAY

    run(main())


def test_all_addresses_fail(run):
    async def main():
        addresses = [refused(), refused("127.0.0.2")]
        with Addresses(*addresses), pytest.raises(ConnectionRefusedError) as caught:
            await aio.connect("host", 1)
        notes = caught.value.__notes__
        assert "127.0.0.2" in notes[0] and "after" in notes[0]
        with Addresses(), pytest.raises(aio.IoError, match="host has no address"):
            await aio.connect("host", 1)

    run(main())


@isolated()
def test_cancelled_and_superfluous_attempts_leave_nothing():
    async def main():
        with listening("127.0.0.1", silent=True) as silent, listening("127.0.0.2") as good:
            with Addresses(silent, good):
                for delay in (0, 0.01, 0.3):
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(delay):
                            await reached()
        # Some that come to an end in the same turn.
        with listening("127.0.0.1") as one, listening("127.0.0.2") as other:
            net.ATTEMPT_DELAY = 0
            with Addresses(one, other, one, other):
                for _ in range(50):
                    await reached()

    asyncio.run(main())


def test_families_take_turns():
    four, six = [("1.1.1.1", 1), ("2.2.2.2", 1), ("3.3.3.3", 1)], [("::1", 1, 0, 0)]
    assert net._families_in_turn(six + four) == [six[0], *four]
    assert net._families_in_turn(four + six) == [four[0], six[0], *four[1:]]
    assert net._families_in_turn([]) == []
