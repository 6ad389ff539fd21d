"""Where the reactor lives: closing with an asyncio loop (uvloop's too), and the adapter for trio."""

import asyncio
import sys
import weakref
from collections.abc import Coroutine

from dxpy import _reactor

_shut_down = weakref.WeakSet()


async def _watch_for_end(loop, reactor):
    try:
        yield
    finally:
        # asyncio.run and Runner.close come here through loop.shutdown_asyncgens().
        _shut_down.add(loop)
        if reactor.pending_count() == 0:
            reactor.close()


def close_with_loop(loop, reactor):
    """Start an asynchronous generator whose end is the loop's: what is returned must live as long as the reactor."""
    if isinstance(loop, TrioHost) or loop in _shut_down or asyncio._get_running_loop() is not loop:
        return loop.__class__
    guard = _watch_for_end(loop, weakref.proxy(reactor))
    try:
        guard.__anext__().send(None)
    except StopIteration:
        pass
    return guard


async def finish(operation):
    """Wait for an operation to its end, whatever is cancelled meanwhile; a cancellation is raised afterwards."""
    if asyncio._get_running_loop() is None:
        with sys.modules["trio"].CancelScope(shield=True):
            return await operation
    interrupted = None
    while not operation.done():
        try:
            await asyncio.wait([operation])
        except asyncio.CancelledError as error:
            interrupted = error
    result = await operation
    if interrupted is not None:
        raise interrupted
    return result


async def first_of(operations, seconds):
    """Wait until one of the operations is done, at most that many seconds (None: as long as it takes)."""
    if asyncio._get_running_loop() is not None:
        await asyncio.wait(operations, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return
    trio = sys.modules["trio"]
    event = trio.Event()

    def set_event(_):
        event.set()

    for operation in operations:
        operation.add_done_callback(set_event)
    try:
        with trio.CancelScope() if seconds is None else trio.move_on_after(seconds):
            await event.wait()
    finally:
        for operation in operations:
            operation.remove_done_callback(set_event)


class _NoLoop:
    """What a Task asks of its loop before it runs."""

    def get_debug(self):
        return False

    def call_soon(self, *_, **__):
        return None


def let_tasks_take(future_type):
    """Have create_task() take futures of this type as coroutines, and asyncio.wait() as futures.

    Both ask coroutines.iscoroutine(); wait() refuses what it affirms. But Task remembers the types it has once taken,
    so it is shown one, at a moment when iscoroutine() affirms it. Where that cannot be done the type is registered as a
    coroutine, and asyncio.wait() needs tasks made of the operations.
    """
    try:
        known = asyncio.coroutines._iscoroutine_typecache
        known.add(future_type)
        try:
            task = asyncio.Task(future_type(loop=_NoLoop()), loop=_NoLoop())
            task._log_destroy_pending = False
        finally:
            known.discard(future_type)
    except (AttributeError, TypeError):
        Coroutine.register(future_type)


class TrioHost:
    """What the reactor asks of a loop, for a trio run."""

    def __init__(self, trio):
        self._trio = trio
        self._token = trio.lowlevel.current_trio_token()
        self._readers = {}
        self._closed = False
        trio.lowlevel.spawn_system_task(self._end_with_run, name="dxpy.aio")

    async def _end_with_run(self):
        # System tasks are cancelled when the run ends.
        try:
            await self._trio.sleep_forever()
        finally:
            _reactor.create_reactor(self).close()
            self._closed = True

    def call_soon(self, callback, *arguments, context=None):
        """Run callback on the run's next turn."""
        if context is None:
            self._token.run_sync_soon(callback, *arguments)
        else:
            self._token.run_sync_soon(context.run, callback, *arguments)

    def call_later(self, seconds, callback):
        """Run callback when that many seconds have passed."""

        async def later():
            await self._trio.sleep(seconds)
            callback()

        self._trio.lowlevel.spawn_system_task(later)

    def add_reader(self, fd, callback):
        """Run callback whenever fd can be read."""
        scope = self._trio.CancelScope()
        self._readers[fd] = scope

        async def wait():
            with scope:
                while True:
                    await self._trio.lowlevel.wait_readable(fd)
                    callback()

        self._trio.lowlevel.spawn_system_task(wait, name="dxpy.aio reader")

    def remove_reader(self, fd):
        """Undo add_reader."""
        scope = self._readers.pop(fd, None)
        if scope is not None:
            scope.cancel()
        return scope is not None

    def get_debug(self):
        """As asyncio's loops answer."""
        return False

    def is_closed(self):
        """Whether the run has ended."""
        return self._closed

    def call_exception_handler(self, context):
        """Print what asyncio's loops would log."""
        print(f"dxpy.aio: {context.get('message')}: {context.get('exception')!r}", file=sys.stderr)

    async def _wait(self, future):
        task = self._trio.lowlevel.current_task()

        def wake(_):
            self._trio.lowlevel.reschedule(task)

        raise_cancel = None

        def abort(raiser):
            nonlocal raise_cancel
            raise_cancel = raiser
            future.remove_done_callback(wake)
            future.cancel()
            if future.done():
                return self._trio.lowlevel.Abort.SUCCEEDED
            future.add_done_callback(wake)
            return self._trio.lowlevel.Abort.FAILED

        future.add_done_callback(wake)
        await self._trio.lowlevel.wait_task_rescheduled(abort)
        if raise_cancel is not None and future.cancelled():
            raise_cancel()
        return future.result()

    def _await_future(self, future):
        return self._wait(future).__await__()


_trio_hosts = weakref.WeakKeyDictionary()


def current_trio_host():
    """The host of the running trio run, or None when there is none."""
    trio = sys.modules.get("trio")
    if trio is None or not hasattr(trio, "lowlevel"):
        return None
    try:
        task = trio.lowlevel.current_root_task()
    except RuntimeError:
        return None
    if task is None:
        return None
    host = _trio_hosts.get(task)
    if host is None:
        host = _trio_hosts[task] = TrioHost(trio)
    return host
