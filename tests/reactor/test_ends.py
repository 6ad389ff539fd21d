"""Cancelling at each moment, loops that close, processes that fork and end: each in a process of its own."""

import asyncio
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from isolate import PATIENCE, ROOT, isolated
from test_faults import Folder, busy, release

from dxpy import aio


@isolated()
def test_an_open_cancelled_at_each_moment_keeps_no_descriptor():
    async def main():
        with Folder() as folder:
            path, fifo = folder.path("a", b"x"), folder.fifo()
            hot = aio.open_fd(path, os.O_RDONLY)
            del hot  # done and never taken
            deferred = [aio.open_fd(path, os.O_RDONLY) for _ in range(200)]
            for one in deferred:
                one.cancel()
            del deferred, one
            stuck = [aio.open_fd(fifo, os.O_RDONLY) for _ in range(16)]
            queued = [aio.open_fd(path, os.O_RDWR) for _ in range(10)]
            await busy(16)
            for one in queued + stuck:  # queued ones never run; running ones are closed when they come
                assert one.cancel()
            release(fifo)
            drained = [aio.open_fd(path, os.O_RDWR) for _ in range(10)]
            time.sleep(0.1)  # done and not drained
            for one in drained:
                one.cancel()
            del queued, stuck, drained, one

            async def opened():
                return await aio.open_fd(path, os.O_RDWR)

            tasks = [asyncio.create_task(opened()) for _ in range(10)]
            await asyncio.sleep(0)
            time.sleep(0.1)
            for task in tasks:
                asyncio.get_running_loop().call_soon(task.cancel)
            for result in await asyncio.gather(*tasks, return_exceptions=True):  # drained and not resumed
                if isinstance(result, int):
                    os.close(result)
            del tasks, task, result
            gc.collect()
            await aio.read_file("/proc/self/comm")

    asyncio.run(main())


@isolated()
def test_an_open_cancelled_between_its_end_and_its_task_keeps_no_descriptor():
    async def main():
        with Folder() as folder:
            path = folder.path("a", b"x")
            tasks, cancelled = [], 0

            async def cancels_the_rest():
                os.close(await aio.open_fd(path, os.O_RDWR))
                for task in tasks[1:]:
                    task.cancel()

            async def opened():
                return await aio.open_fd(path, os.O_RDWR)

            for _ in range(20):
                tasks[:] = [asyncio.create_task(cancels_the_rest())]
                tasks += [asyncio.create_task(opened()) for _ in range(5)]
                await asyncio.sleep(0)
                time.sleep(0.01)  # all have ended, and one turn finds them
                results = await asyncio.gather(*tasks, return_exceptions=True)
                for one in results[1:]:
                    if isinstance(one, int):  # its turn came first: the machine was busy
                        os.close(one)
                    else:
                        assert isinstance(one, asyncio.CancelledError)
                        cancelled += 1
            assert cancelled
            tasks.clear()
            gc.collect()

    asyncio.run(main())


# A file whose close was cancelled before it began is closed by its finalizer, which warns.
@isolated(options=("-W", "ignore::ResourceWarning"))
def test_files_and_temporary_names_cancelled_while_they_are_made():
    async def main():
        with Folder() as folder:

            async def make(number):
                if number % 3 == 0:
                    async with aio.open(folder.path(f"f{number}"), "wb") as file:
                        await file.write(b"x" * 100_000)
                elif number % 3 == 1:
                    async with aio.NamedTemporaryFile(dir=folder.name) as file:
                        await file.write(b"x")
                else:
                    async with aio.TemporaryDirectory(dir=folder.name) as name:
                        await aio.write_file(os.path.join(name, "x"), b"x")

            for turn in range(60):
                tasks = [asyncio.create_task(make(number)) for number in range(6)]
                for _ in range(turn % 12):
                    await asyncio.sleep(0)
                time.sleep(turn % 3 * 0.001)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                del tasks, task
            gc.collect()
            await aio.read_file("/proc/self/comm")
            await asyncio.sleep(0.05)
            left = [name for name in os.listdir(folder.name) if not name.startswith("f")]
            assert left == [], left

    asyncio.run(main())


@isolated()
def test_wait_for_races_its_timeout():
    async def main():
        with Folder() as folder:
            path = folder.path("a", b"x" * 100)
            for turn in range(400):
                try:
                    fd = await asyncio.wait_for(aio.open_fd(path, os.O_RDWR), turn * 1e-6)
                except TimeoutError:
                    continue
                os.close(fd)
            gc.collect()
            await aio.read_file("/proc/self/comm")

    asyncio.run(main())


@isolated()
def test_a_failing_sibling():
    async def main():
        with Folder() as folder:
            path, fifo = folder.path("a", b"x"), folder.fifo()
            for _ in range(20):
                try:
                    await asyncio.gather(
                        aio.open_fd(path, os.O_RDWR), aio.stat(path + "none"), aio.write_file(path, b"y")
                    )
                except FileNotFoundError:
                    pass
                try:
                    async with asyncio.TaskGroup() as group:
                        group.create_task(aio.read_file(fifo))
                        group.create_task(aio.stat(path + "none"))
                except* FileNotFoundError:
                    pass
                release(fifo)
            await asyncio.sleep(0.05)
            gc.collect()

    asyncio.run(main())


@isolated(limit=90, options=())
def test_five_hundred_loops_closed_with_operations_under_way():
    async def main(folder, turn):
        operations = [
            aio.read_file("/proc/self/comm"),
            aio.write_file(folder.path("w"), b"x" * 1000),
            aio.open_fd(folder.path("a"), os.O_RDWR),
            aio.list_entries(folder.name),
            aio.stat(folder.path("a")),
        ]
        if turn % 5 == 0:
            await operations[0]
        if turn % 7 == 0:
            await aio.listen("127.0.0.1")
        if turn % 11 == 0:
            operations.append(aio.watch(folder.name))
        operations.clear()

    with Folder() as folder:
        folder.path("a", b"abc")
        for turn in range(500):
            if turn % 2:
                asyncio.run(main(folder, turn))
            else:
                loop = asyncio.new_event_loop()
                loop.run_until_complete(main(folder, turn))
                loop.close()
        while any(lane.running or lane.queued for lane in aio.stats().lanes.values()):
            time.sleep(0.001)  # what was begun ends by itself, and may make files until then


@isolated()
def test_a_write_that_waits_for_a_reader_is_left_at_once_and_writes_nothing():
    async def main():
        with Folder() as folder:
            fifo = folder.fifo()
            for seconds in (0, 0, 0, 0.001, 0.05):  # before the worker opens it, and while it waits
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(aio.write_file(fifo, b"late"), seconds)
            reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
            while aio.stats().lanes["files"].running:
                await asyncio.sleep(0.001)
            assert os.read(reader, 10) == b""
            os.close(reader)
            write = asyncio.create_task(aio.write_file(fifo, b"in time" * 20_000))
            await busy(1)
            assert await aio.read_file(fifo) == b"in time" * 20_000
            assert await write == 140_000

    asyncio.run(main())


@isolated()
def test_a_loop_closed_with_an_operation_stuck():
    with Folder() as folder:
        fifo = folder.fifo()

        async def main():
            aio.read_file(fifo)
            aio.write_file(fifo + "2", b"x")
            await asyncio.sleep(0.05)

        for _ in range(3):
            asyncio.run(main())
        assert aio.stats().live_ops == 3
        release(fifo)
        asyncio.run(main())
        release(fifo)


SCRIPTS = {
    "normal": (0, "asyncio.run(wait())"),
    "exit": (3, "async def leave():\n    await wait()\n    sys.exit(3)\nasyncio.run(leave())"),
    "error": (1, "async def fail():\n    await wait()\n    raise KeyError('end')\nasyncio.run(fail())"),
    "sigterm": (-signal.SIGTERM, "asyncio.run(wait()); os.kill(os.getpid(), signal.SIGTERM); time.sleep(5)"),
    "sigint": (
        -signal.SIGINT,
        "signal.setitimer(signal.ITIMER_REAL, 0.2)\n"
        "signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))\n"
        "async def stay():\n    await wait()\n    await asyncio.sleep(5)\nasyncio.run(stay())",
    ),
    "awaiting": (
        0,
        "async def give_up():\n    try:\n        await asyncio.wait_for(aio.read_file(fifo), 0.1)\n"
        "    except TimeoutError:\n        pass\nasyncio.run(give_up())",
    ),
    "kept": (
        0,
        "kept = []\nasync def keep():\n    kept.append(aio.read_file(fifo))\n    await asyncio.sleep(0.05)\n"
        "asyncio.run(keep())",
    ),
    "thread": (0, "import threading\nthreading.Thread(target=asyncio.run, args=(wait(),)).start()"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_process_ends_though_an_operation_is_stuck(name, folder):
    status, body = SCRIPTS[name]
    fifo = os.path.join(folder, "fifo")
    os.mkfifo(fifo)
    script = textwrap.dedent(
        f"""
        import asyncio, os, signal, sys, time
        from dxpy import aio
        fifo = {fifo!r}
        async def wait():
            for _ in range(20):
                aio.read_file(fifo)
            await asyncio.sleep(0.05)
        """
    )
    result = subprocess.run(
        [sys.executable, "-c", script + body],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=10 * PATIENCE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == status
    assert (result.stderr == "") is (name not in ("error", "sigint")), result.stderr


async def no_handler(stream):
    """For a server to which nobody speaks."""


@isolated()
def test_a_forked_child_begins_anew():
    async def child(path):
        assert await aio.read_file(path) == b"x" * 1000 and await aio.read_file("/proc/self/comm")
        async with await aio.serve(no_handler, "127.0.0.1"):
            await aio.write_file(path + "2", b"child")

    async def main():
        with Folder() as folder:
            path = folder.path("a", b"x" * 1000)
            watch = aio.watch(folder.name)
            server = await aio.serve(no_handler, "127.0.0.1")
            for _ in range(10):
                operations = [aio.read_file("/proc/self/comm") for _ in range(50)]
                process = os.fork()
                if process == 0:
                    asyncio._set_running_loop(None)
                    try:
                        asyncio.run(child(path))
                    except BaseException:
                        os._exit(9)
                    os._exit(0)
                assert len(await asyncio.wait_for(asyncio.gather(*operations), 10)) == 50
                assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
            assert (await asyncio.wait_for(anext(watch), 5)).path == path + "2"
            watch.close()
            async with await aio.connect(*server.addresses[0]):
                pass
            await server.close()

    asyncio.run(main())


def in_child(path, queue):
    """The target of a multiprocessing.Process."""
    queue.put(asyncio.run(_read(path)))


async def _read(path):
    return await aio.read_file(path), await aio.read_file("/proc/self/comm"), (await aio.stat(path)).st_size


def with_processes(method):
    """Start processes while operations are under way."""
    context = multiprocessing.get_context(method)

    async def main():
        with Folder() as folder:
            path = folder.path("a", b"x" * 500_000)
            await aio.read_file(path)
            operations = [aio.read_file(path) for _ in range(20)]
            queue = context.SimpleQueue()
            processes = [context.Process(target=in_child, args=(path, queue)) for _ in range(2)]
            for process in processes:
                process.start()
            assert len(await asyncio.gather(*operations)) == 20
            for _process in processes:
                data, _, size = queue.get()
                assert len(data) == size == 500_000
            for process in processes:
                process.join()
                assert process.exitcode == 0
                process.close()
            queue.close()

    asyncio.run(main())


@isolated()
def test_multiprocessing_fork():
    with_processes("fork")


@isolated(prove=False)  # multiprocessing keeps its own helper process and pipe
def test_multiprocessing_spawn():
    with_processes("spawn")


@isolated(prove=False)  # multiprocessing keeps its own server process and pipes
def test_multiprocessing_forkserver():
    with_processes("forkserver")


@isolated()
def test_a_child_that_just_exits():
    async def main():
        operations = [aio.read_file("/proc/self/comm") for _ in range(100)]
        processes = []
        for _ in range(5):
            process = os.fork()
            if process == 0:
                sys.stderr = open(os.devnull, "w")
                os._exit(0)
            processes.append(process)
        assert len(await asyncio.gather(*operations)) == 100
        for process in processes:
            assert os.waitpid(process, 0)[1] == 0

    asyncio.run(main())
    script = (
        "import asyncio, os, sys\nfrom dxpy import aio\n"
        "async def main():\n    await aio.getaddrinfo('localhost', 1)\n    await aio.read_file('/proc/self/comm')\n"
        "asyncio.run(main())\nchild = os.fork()\nif child == 0: sys.exit(0)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=10 * PATIENCE, check=False).returncode == 0


@isolated()
def test_a_second_interpreter_is_refused_and_harms_nothing():
    import _xxsubinterpreters as interpreters

    asyncio.run(_read("/proc/self/comm"))
    other = interpreters.create()
    with pytest.raises(interpreters.RunFailedError, match="main interpreter only"):
        interpreters.run_string(other, "from dxpy import aio")
    interpreters.destroy(other)
    asyncio.run(_read("/proc/self/comm"))
