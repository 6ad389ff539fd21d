"""Reactors, loops and processes that go while things are under way: whoever waits is told, and nothing is left."""

import asyncio
import gc
import os
import resource
import signal
import socket
import subprocess
import sys
import textwrap

import pytest
from isolate import PATIENCE, ROOT, isolated
from test_faults import Folder, release

from dxpy import aio

# Files nobody closed are told of, which is what these are not about.
QUIET = ("-W", "ignore::ResourceWarning")


@isolated(options=QUIET)
def test_whoever_waits_is_told_that_the_reactor_is_closed():
    async def main():
        async def deaf(stream):
            await asyncio.sleep(1000)

        with Folder() as folder:
            fifo = folder.fifo()
            server = await aio.serve(deaf, "127.0.0.1")
            stream = await aio.connect(*server.addresses[0])
            file = await aio.open(fifo, "r+b", buffering=0)
            other = await aio.open(folder.path("a", b"x" * 100_000), "r+b")
            watch = aio.watch(folder.name)
            waits = [
                stream.write(b"x" * 30_000_000),
                stream.read(1),
                file.read(1),
                file.write(b"x" * 200_000),  # behind the read
                anext(watch),
                aio.open_fd(folder.fifo("second"), os.O_RDONLY),
            ]
            tasks = [asyncio.ensure_future(one) for one in waits]
            await asyncio.sleep(0.05)
            tasks.append(asyncio.ensure_future(other.read()))
            tasks += [asyncio.ensure_future(aio.read_file("/proc/self/comm")) for _ in range(100)]
            aio.create_reactor().close()
            done, left = await asyncio.wait(tasks, timeout=5)
            assert not left, left
            for task in done:
                if not task.cancelled():
                    task.exception()
            del waits, tasks, done, task
            # The loop has another reactor from now on.
            assert await aio.read_file("/proc/self/comm")
            while not await aio.exists(fifo):
                pass
            with open(fifo, "wb", buffering=0) as let_go:
                let_go.write(b"x" * 100)
            release(os.path.join(folder.name, "second"))
            del file, other, stream, watch
            gc.collect()
            await aio.stat("/")

    asyncio.run(main())
    gc.collect()


@isolated(options=QUIET)
def test_loops_closed_without_a_word_leave_nothing():
    async def use():
        async def deaf(stream):
            await asyncio.sleep(1000)

        server = await aio.serve(deaf, "127.0.0.1")
        stream = await aio.connect(*server.addresses[0])
        file = await aio.open("/proc/self/comm", "rb")
        watch = aio.watch("/proc/self")
        operations = [aio.read_file("/proc/self/status") for _ in range(50)]
        pool = aio.ReactorPool(1)
        process = await aio.start_process(["true"], stdout=aio.PIPE)
        return server, stream, file, watch, operations, pool, process

    for turn in range(20):
        loop = asyncio.new_event_loop()
        kept = loop.run_until_complete(use())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        if turn % 2:
            kept[1].abort()
            kept[3].close()
        try:
            os.waitpid(kept[-1].pid, 0)
        except ChildProcessError:
            pass  # the loop has seen its end
        del kept, task
        gc.collect()

    async def sweep():
        await aio.stat("/")

    asyncio.run(sweep())


def at_each_number_of_descriptors(call):
    """Call it with none, one, two... descriptors to be had, until it succeeds; each time the same are left."""

    async def main():
        await call()
        allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        failures = 0
        for spare in range(40):
            held = []
            resource.setrlimit(resource.RLIMIT_NOFILE, (100, most))
            try:
                while True:
                    held.append(os.open("/dev/null", os.O_RDONLY))
            except OSError:
                pass
            for _ in range(spare):
                os.close(held.pop())
            try:
                await call()
                break
            except (aio.IoError, FileNotFoundError) as error:  # the second: no temporary name
                assert isinstance(error, FileNotFoundError) or error.errno in (23, 24), error
                failures += 1
            finally:
                for number in held:
                    os.close(number)
                resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
        else:
            raise AssertionError("it never succeeded")
        assert failures, "descriptors were not needed"
        await call()

    asyncio.run(main())


@isolated(options=QUIET)
def test_processes_without_descriptors():
    async def call():
        result = await aio.run_process(["cat"], input=b"x", timeout=10)
        assert result.stdout == b"x"
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)

    at_each_number_of_descriptors(call)


@isolated()
def test_pools_and_temporary_folders_without_descriptors():
    async def pool():
        near, far = socket.socketpair()
        near.setblocking(False)
        file = os.open(__file__, os.O_RDONLY)
        try:
            with aio.ReactorPool(2) as made:
                await made.send_file(near, file, 0, 1)
        finally:
            near.close()
            far.close()
            os.close(file)

    async def tree():
        async with aio.TemporaryDirectory() as name:
            await aio.makedirs(os.path.join(name, "a/b"))
            await aio.write_file(os.path.join(name, "a/b/c"), b"x")
            assert await aio.listdir(name) == ["a"]

    for call in (tree, pool):
        try:
            at_each_number_of_descriptors(call)
        except OSError as error:
            assert error.errno in (23, 24) and call is pool, error  # our own socketpair


@isolated(limit=60)
def test_processes_that_are_killed_closed_and_full():
    async def main():
        for _ in range(20):
            process = await aio.start_process(["sleep", "100"])
            process.kill()
            assert await process.wait() == -signal.SIGKILL
        process = await aio.start_process(["true"])
        while process.returncode is None:
            await asyncio.sleep(0.01)
        assert await process.wait() == 0  # again, and at once
        with pytest.raises(aio.Timeout):
            await aio.run_process(["sleep", "100"], timeout=0.05)
        task = asyncio.create_task(aio.run_process(["sleep", "100"]))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # Both pipes full while it does not read, and a process that does not want its input.
        both = "head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2; cat"
        result = await aio.run_process(both, input=b"y" * 1_000_000)
        assert (len(result.stdout), len(result.stderr)) == (4_000_000, 2_000_000)
        assert (await aio.run_process("exec 0<&-; sleep 0.05", input=b"y" * 10_000_000)).returncode == 0
        assert (await aio.run_process("kill -9 $$")).returncode == -9
        # A grandchild keeps the pipe: the time limit counts.
        with pytest.raises(aio.Timeout):
            await aio.run_process("sleep 2 & exit 0", timeout=0.1)
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)

    asyncio.run(main())


@isolated(limit=120, memory=8 << 20)
def test_a_million_operations_leave_memory_as_it_was():
    async def main():
        with Folder() as folder:
            path = folder.path("a", b"x" * 100)
            fd = os.open(path, os.O_RDONLY)
            for _ in range(300_000):
                await aio.pread(fd, 100, 0)
            for _ in range(100_000):
                await aio.read_file(path)
            for _ in range(100_000):
                await aio.stat(path)
            async with aio.open(path) as file:
                for _ in range(250_000):
                    await file.seek(0)
                    await file.read(10)
            os.close(fd)

    asyncio.run(main())


@isolated()
def test_cycles_with_operations_are_collected():
    class Node:
        pass

    async def main():
        for number in range(2000):
            future, node = aio.read_file("/proc/self/comm"), Node()
            node.future = future
            future.add_done_callback(lambda _, node=node: node)
            if number % 3 == 0:
                future.cancel()
        while aio.create_reactor().pending_count():
            await asyncio.sleep(0.001)
        near, far = socket.socketpair()
        near.setblocking(False)
        stream = aio.open_socket(near)
        task = asyncio.ensure_future(stream.read(1))
        task.add_done_callback(lambda _, stream=stream: stream)
        task.cancel()
        far.close()
        await stream.close()
        await asyncio.sleep(0.01)
        del future, node, stream, task
        gc.collect()
        left = [one for one in gc.get_objects() if isinstance(one, (Node, aio.Stream))]
        assert not left, left

    asyncio.run(main())


ENDS = {
    "sys.exit in the loop": "sys.exit(7)",
    "sys.exit after it": "asyncio.get_running_loop().stop()",
    "an error": "raise LookupError('this')",
}


@pytest.mark.parametrize("name", ENDS)
def test_interpreters_end_with_everything_under_way(name, folder):
    program = """
    import asyncio, os, sys
    from dxpy import aio

    async def echo(stream):
        async for line in stream:
            await stream.write(line)

    async def main():
        global kept
        server = await aio.serve(echo, "127.0.0.1")
        stream = await aio.connect(*server.addresses[0])
        watch, fifo = aio.watch(sys.argv[1]), os.path.join(sys.argv[1], "fifo")
        os.mkfifo(fifo)
        stuck = [aio.open_fd(fifo, os.O_RDONLY) for _ in range(20)]
        process = await aio.start_process(["sleep", "0.5"], stdout=aio.PIPE)
        pool = aio.ReactorPool(2)
        waits = [stream.read(5), process.wait(), anext(watch), process.stdout.read()]
        tasks = [asyncio.ensure_future(one) for one in waits]
        kept = server, stream, watch, stuck, process, pool, tasks
        await asyncio.sleep(0.05)
        END

    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(main())
    except (LookupError, RuntimeError):
        pass
    """
    code = textwrap.dedent(program).replace("END", ENDS[name])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, "-c", code, folder],
        capture_output=True,
        text=True,
        timeout=10 * PATIENCE,
        env=environment,
        check=False,
    )
    assert result.returncode == (7 if name == "sys.exit in the loop" else 0), result.stderr
    said = [
        line
        for line in result.stderr.splitlines()
        if line and not line.startswith(("Task was destroyed", "task:"))
    ]
    assert not said, result.stderr
