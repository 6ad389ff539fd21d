"""PyFuture: as asyncio's own futures and coroutines are, and as an operation's."""

import asyncio
import contextvars
import gc
import os
import subprocess
import sys
import threading
import weakref

import pytest

from dxpy import aio
from dxpy.aio import PyFuture


@pytest.fixture
def fifo(folder):
    """A FIFO nobody writes to: opening it is an operation that stays in its worker until released()."""
    path = os.path.join(folder, "fifo")
    os.mkfifo(path)
    yield path
    release(path)


def release(path):
    """Let whoever has this FIFO open for reading go on."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        pass  # nobody reads it


def test_made_by_hand_it_is_a_future(run):
    async def main():
        loop = asyncio.get_running_loop()
        future, seen = PyFuture(), []
        assert (
            not future.done()
            and not future.cancelled()
            and future.get_loop() is loop
            and asyncio.isfuture(future)
        )
        with pytest.raises(asyncio.InvalidStateError):
            future.result()
        with pytest.raises(asyncio.InvalidStateError):
            future.exception()
        future.add_done_callback(seen.append)
        future.add_done_callback(print)
        assert future.remove_done_callback(print) == 1
        future.set_result(5)
        assert seen == []
        assert await future == 5
        await asyncio.sleep(0)
        assert seen == [future]
        with pytest.raises(asyncio.InvalidStateError):
            future.set_result(6)
        assert "finished" in repr(future)
        failed = PyFuture(loop=loop)
        failed.set_exception(KeyError)
        with pytest.raises(KeyError):
            await failed
        for bad in (StopIteration, 5):
            with pytest.raises(TypeError):
                PyFuture(loop=loop).set_exception(bad)

    run(main())


def test_cancel_with_a_message(run):
    async def main():
        future = PyFuture()
        assert future.cancel("why") and not future.cancel() and future.cancelled()
        with pytest.raises(asyncio.CancelledError, match="why"):
            await future

    run(main())


def test_an_operation_is_taken_by_all_of_asyncio(run, folder):
    path = os.path.join(folder, "a")
    with open(path, "wb") as file:
        file.write(b"x" * 1_000_000)

    async def main():
        size = 1_000_000
        assert [len(part) for part in await asyncio.gather(aio.read_file(path), aio.read_file(path))] == [
            size
        ] * 2
        assert len(await asyncio.wait_for(aio.read_file(path), 5)) == size
        assert len(await asyncio.shield(aio.read_file(path))) == size
        done, pending = await asyncio.wait([aio.read_file(path), aio.stat(path)])
        assert len(done) == 2 and not pending
        assert len(await asyncio.create_task(aio.read_file(path))) == size
        assert len(await asyncio.ensure_future(aio.read_file(path))) == size
        for one in asyncio.as_completed([aio.read_file(path)]):
            assert len(await one) == size
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            task = group.create_task(aio.read_file(path))
            status = group.create_task(aio.stat(path))
        assert len(task.result()) == status.result().st_size == size

    run(main())


def test_context_variables_are_the_tasks(run, fifo):
    variable = contextvars.ContextVar("variable")

    async def one(value):
        variable.set(value)
        for _ in range(3):
            await aio.read_file("/proc/self/comm")
            assert variable.get() == value

    async def main():
        variable.set("main")
        await asyncio.gather(*[one(number) for number in range(20)])
        assert variable.get() == "main"
        seen, context = [], contextvars.copy_context()
        context.run(variable.set, "other")
        operation = aio.read_file("/proc/self/comm")
        operation.add_done_callback(lambda _: seen.append(variable.get()), context=context)
        await operation
        await asyncio.sleep(0)
        assert seen == ["other"]

    run(main())


def test_a_late_callback_comes_through_the_loop(run):
    async def main():
        operation, seen = aio.stat("/"), []
        assert operation.done()
        operation.add_done_callback(seen.append)
        assert seen == []
        await asyncio.sleep(0)
        assert seen == [operation]

    run(main())


def test_a_failing_callback_is_reported_and_stops_nobody(run):
    async def main():
        reports, seen = [], []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: reports.append(context["exception"])
        )

        def fail(_):
            raise KeyError("callback")

        operation = aio.read_file("/proc/self/comm")
        operation.add_done_callback(fail)
        operation.add_done_callback(seen.append)
        await operation
        await asyncio.sleep(0)
        assert len(seen) == 1 and isinstance(reports[0], KeyError)

    run(main())


def test_several_tasks_await_one_operation(run):
    async def main():
        operation = aio.read_file("/proc/self/comm")

        async def wait():
            return await operation

        results = await asyncio.gather(*[wait() for _ in range(5)])
        assert len(set(results)) == 1 and await operation == results[0]

    run(main())


def test_cancelling_a_read_that_runs_leaves_at_once(run, fifo):
    async def main():
        before = aio.stats().ops["read_file"].cancelled
        operation = aio.read_file(fifo)
        await asyncio.sleep(0.05)
        assert operation.cancel() and operation.cancelled() and not operation.cancel()
        with pytest.raises(asyncio.CancelledError):
            await operation
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await aio.read_file(fifo)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(aio.read_file(fifo), 0.05)
        while aio.stats().ops["read_file"].cancelled < before + 3:
            release(fifo)
            await asyncio.sleep(0.01)

    run(main())


def test_cancelling_a_write_that_runs_waits_for_it(run, fifo):
    data = b"more than a pipe holds" * 10_000

    async def main():
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(reader, True)
        operation = aio.write_file(fifo, data)
        while aio.stats().lanes["files"].running == 0:
            await asyncio.sleep(0.001)
        assert operation.cancel() and not operation.done() and operation.cancel()
        got = []
        thread = threading.Thread(target=lambda: got.append(open(reader, "rb").read()))
        thread.start()
        with pytest.raises(asyncio.CancelledError):
            await operation
        thread.join()
        assert operation.cancelled() and got == [data]

    run(main())


def test_what_is_cancelled_while_queued_never_runs(run, folder, fifo):
    async def main():
        threads = aio.stats().lanes["meta"].limit
        fifos = [aio.open_fd(fifo, os.O_RDONLY) for _ in range(aio.stats().lanes["files"].limit)]
        target = os.path.join(folder, "target")
        operation = aio.write_file(target, b"never")
        await asyncio.sleep(0.05)
        assert operation.cancel() and operation.cancelled()
        for one in fifos:
            assert one.cancel()
        while aio.stats().lanes["files"].running:
            release(fifo)
            await asyncio.sleep(0.01)
        assert not os.path.exists(target) and threads

    run(main())


def test_as_a_coroutine(run, fifo):
    async def main():
        # Even a name that is cached is not found at once while the system changes others.
        while not (operation := aio.stat("/")).done():
            await operation
        with pytest.raises(StopIteration) as stop:
            operation.send(None)
        assert stop.value.value.st_mode
        with pytest.raises(KeyError):
            aio.stat("/").throw(KeyError("thrown"))
        with pytest.raises(KeyError):
            aio.stat("/").throw(KeyError, KeyError("thrown"), None)
        for bad in ((5,), (KeyError("x"), "y"), (KeyError, "x", "no traceback"), ()):
            with pytest.raises(TypeError):
                aio.stat("/").throw(*bad)
        assert aio.stat("/").close() is None
        pending = aio.read_file(fifo)
        task = asyncio.create_task(pending)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert pending.cancelled()

    run(main())


def test_an_error_nobody_asked_for_is_reported(run):
    async def main():
        reports = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
        operation = aio.stat("/no/such/path")
        while not operation.done():
            await asyncio.sleep(0)
        del operation
        gc.collect()
        assert "never retrieved" in reports[0]["message"] and isinstance(
            reports[0]["exception"], FileNotFoundError
        )

    run(main())


def test_weak_references_and_cycles(run):
    async def main():
        future = PyFuture()
        future.add_done_callback(lambda _, keep=future: None)
        reference = weakref.ref(future)
        del future
        gc.collect()
        assert reference() is None

    run(main())


def test_ids_are_unique(run):
    async def main():
        operations = [aio.stat("/") for _ in range(100)]
        assert len({operation.id for operation in operations}) == 100
        await asyncio.gather(*operations)

    run(main())


def test_traced_and_profiled_code_awaits_as_well(run):
    async def main():
        assert (await aio.stat("/")).st_mode and await aio.read_file("/proc/self/comm")
        operation = aio.getaddrinfo("127.0.0.1", 1)
        assert await operation == operation.result()

    sys.settrace(lambda *_: None)
    try:
        run(main())
    finally:
        sys.settrace(None)


def test_without_a_loop():
    for call in (
        lambda: aio.stat("/"),
        lambda: aio.open("/"),
        lambda: aio.create_reactor(),
        lambda: aio.Watch("/", False),
    ):
        with pytest.raises(RuntimeError, match="no running event loop"):
            call()


def test_a_reactor_belongs_to_its_thread(run):
    async def main():
        reactor, caught = aio.create_reactor(), []
        assert (
            reactor is aio.create_reactor(asyncio.get_running_loop())
            and reactor.loop is asyncio.get_running_loop()
        )
        assert (await reactor.stat("/")).st_mode and reactor.pending_count() == 0

        def elsewhere():
            try:
                reactor.stat("/")
            except RuntimeError as error:
                caught.append(str(error))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert "thread" in caught[0]
        reactor.close()
        reactor.close()
        assert reactor.closed
        with pytest.raises(aio.NotInitialized):
            reactor.stat("/")
        assert (await aio.stat("/")).st_mode

    run(main())


def test_loops_of_several_threads_at_once(folder):
    path = os.path.join(folder, "a")
    with open(path, "wb") as file:
        file.write(b"x" * 500_000)
    results = []

    async def main():
        for _ in range(20):
            await asyncio.gather(*[aio.read_file(path) for _ in range(5)], aio.stat(path))
        results.append(True)

    threads = [threading.Thread(target=asyncio.run, args=(main(),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6


def test_importing_the_parts_alone():
    code = (
        "import sys, dxpy; assert not any('uv' in m or '_reactor' in m for m in sys.modules), sys.modules;"
        "assert 'libuv' not in open('/proc/self/maps').read(); import dxpy.aio; assert 'dxpy._reactor' in sys.modules;"
        "assert 'dxpy._jit' not in sys.modules; assert not dxpy.is_enabled() and 'dxpy._jit' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
