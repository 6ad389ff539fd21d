"""Waiting for time to pass, and not longer than that."""

import asyncio
import numbers
import sys

from dxpy.aio import errors


def check_seconds(name, seconds):
    """A number; not NaN, which would put the loop's timers out of order."""
    if not isinstance(seconds, numbers.Real):
        raise TypeError(f"{name} must be a number, not {type(seconds).__name__}")
    if seconds != seconds:
        raise ValueError(f"{name} must not be NaN")


async def sleep(seconds):
    """Wait that many seconds, at least until the loop's next turn."""
    check_seconds("seconds", seconds)
    if asyncio._get_running_loop() is None and "trio" in sys.modules:
        await sys.modules["trio"].sleep(seconds)
    else:
        await asyncio.sleep(seconds)


class timeout:
    """``async with timeout(seconds)``: cancel what is inside when it takes longer, and raise aio.Timeout.

    None is no limit. A negative or zero time cancels at the first suspension.
    """

    def __init__(self, seconds):
        if seconds is not None:
            check_seconds("seconds", seconds)
        self._seconds = seconds
        self._scope = None

    async def __aenter__(self):
        if asyncio._get_running_loop() is None and "trio" in sys.modules:
            trio = sys.modules["trio"]
            self._scope = _TrioScope(trio, self._seconds)
        else:
            self._scope = asyncio.timeout(self._seconds)
        await self._scope.__aenter__()
        return self

    async def __aexit__(self, *details):
        try:
            return await self._scope.__aexit__(*details)
        except TimeoutError as error:
            raise errors.Timeout(f"not done within {self._seconds} seconds") from error.__cause__


class _TrioScope:
    def __init__(self, trio, seconds):
        self._scope = trio.CancelScope() if seconds is None else trio.move_on_after(max(seconds, 0))

    async def __aenter__(self):
        self._scope.__enter__()

    async def __aexit__(self, *details):
        swallowed = self._scope.__exit__(*details)
        if self._scope.cancelled_caught:
            raise TimeoutError
        return swallowed


__all__ = ["sleep", "timeout"]
