"""AsyncRuntime: the reactor as an object with a life of its own, with or without a running loop."""

import asyncio

from dxpy import _reactor
from dxpy.aio import errors, timers

_NUMBERS = {row["number"]: row["name"] for row in _reactor._table()}
NAMES = tuple(row["name"] for row in _reactor._table() if hasattr(_reactor, row["name"]))


class AsyncRuntime:
    """The reactor's operations, and the loop they complete in.

    init() takes the running loop (asyncio's, uvloop's, trio's) or, when none runs, makes one of its own, which run()
    and result() drive. Every operation of the table is a method that returns its PyFuture; submit() returns the
    future's number instead, to be given to result(). Each call before init() or after close() raises NotInitialized.
    """

    def __init__(self):
        self._reactor = None
        self._loop = None
        self._owns_loop = False
        self._running = False
        self._futures = {}

    def init(self):
        """Set up. AlreadyInitialized the second time, InitFailed when the system does not let it."""
        if self._reactor is not None:
            raise errors.AlreadyInitialized("the runtime is initialised already")
        owned = None
        try:
            if asyncio._get_running_loop() is None:
                try:
                    self._reactor = _reactor.create_reactor(None)
                except RuntimeError:
                    owned = asyncio.new_event_loop()
                    self._reactor = _reactor.create_reactor(owned)
            else:
                self._reactor = _reactor.create_reactor(None)
        except OSError as error:
            raise errors.InitFailed(f"no event loop: {error}") from error
        self._owns_loop = owned is not None
        self._loop = self._reactor.loop
        return self

    def _checked(self):
        if self._reactor is None:
            raise errors.NotInitialized("init() has not been called")
        return self._reactor

    @property
    def loop(self):
        """The loop operations complete in."""
        self._checked()
        return self._loop

    def is_running(self):
        """Whether the runtime's loop runs now."""
        self._checked()
        return self._running if self._owns_loop else True

    def submit(self, operation, *arguments, callback=None, **named):
        """Start an operation (an IoOperation or its name) and return its number, for result().

        callback(number, result, error) is called in the loop when it is done; one of result and error is None.
        """
        reactor = self._checked()
        if not isinstance(operation, (str, int)):
            raise TypeError(f"operation must be an IoOperation or its name, not {type(operation).__name__}")
        name = operation if isinstance(operation, str) else _NUMBERS.get(operation)
        if name not in NAMES:
            raise errors.SubmitFailed(f"the runtime has no operation {operation!r}")
        future = getattr(reactor, name)(*arguments, **named)
        self._futures[future.id] = future
        if callback is not None:
            future.add_done_callback(lambda done: callback(done.id, *_outcome(done)))
        return future.id

    def future(self, number):
        """The PyFuture of a number; FutureNotFound when there is none."""
        self._checked()
        try:
            return self._futures[number]
        except KeyError:
            raise errors.FutureNotFound(f"no operation has the number {number}") from None

    def result(self, number, timeout=None):
        """The outcome of a submitted operation, once: its result, or its error raised.

        With a loop of its own the runtime drives it until the operation is done, at most timeout seconds (Timeout, and
        the operation is cancelled). In a running loop the operation must be done: asyncio.InvalidStateError.
        """
        future = self.future(number)
        if not future.done() and self._owns_loop and not self._running:
            if timeout is not None:
                timers.check_seconds("timeout", timeout)
            self._drive(future, timeout)
        if future.done():
            del self._futures[number]
        return future.result()

    def _drive(self, future, timeout):
        async def wait():
            await asyncio.wait([future], timeout=timeout)
            if not future.done():
                future.cancel()
                raise errors.Timeout(f"operation {future.id} was not done within {timeout} seconds")

        self.run(wait())

    def cancel(self, number):
        """Cancel a submitted operation; False when it is done."""
        return self.future(number).cancel()

    def pending_count(self):
        """How many operations are under way."""
        return self._checked().pending_count()

    def run(self, coroutine=None):
        """Run the loop: to the end of a coroutine, whose result is returned, or until stop().

        AlreadyRunning when it runs, also when it is somebody else's running loop.
        """
        self._checked()
        if self._running or not self._owns_loop:
            if coroutine is not None:
                coroutine.close()
            raise errors.AlreadyRunning("the loop runs already")
        self._running = True
        try:
            if coroutine is None:
                return self._loop.run_forever()
            return self._loop.run_until_complete(coroutine)
        finally:
            self._running = False

    def stop(self):
        """Have run() return; from any thread. Nothing happens when it does not run."""
        self._checked()
        if self._running:
            self._loop.call_soon_threadsafe(self._loop.stop)

    def close(self):
        """Cancel what has not run and let go of the loop. Idempotent; the runtime can be initialised again."""
        if self._reactor is None:
            return
        if self._running:
            raise errors.AlreadyRunning("stop() it first")
        self._futures.clear()
        if self._owns_loop:
            self._reactor.close()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
        self._reactor = self._loop = None

    def __enter__(self):
        return self.init()

    def __exit__(self, *_):
        self.close()


def _outcome(future):
    if future.cancelled():
        return None, asyncio.CancelledError()
    error = future.exception()
    return (None, error) if error is not None else (future.result(), None)


def _method(name):
    def method(self, *arguments, **named):
        return getattr(self._checked(), name)(*arguments, **named)

    method.__name__ = name
    method.__qualname__ = f"AsyncRuntime.{name}"
    method.__doc__ = getattr(_reactor, name).__doc__
    return method


for _name in NAMES:
    setattr(AsyncRuntime, _name, _method(_name))

__all__ = ["AsyncRuntime"]
