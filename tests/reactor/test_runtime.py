"""AsyncRuntime, the pool, statistics, limits, other hosts, the table."""

import asyncio
import os
import re
import socket
import struct
import threading
import time
from pathlib import Path

import pytest
import trio

from dxpy import _reactor, aio

ROOT = Path(__file__).parent.parent.parent


def test_the_life_of_a_runtime(folder):
    path = os.path.join(folder, "a")
    runtime = aio.AsyncRuntime()
    for call in (
        runtime.pending_count,
        runtime.stop,
        runtime.run,
        lambda: runtime.result(1),
        lambda: runtime.read_file(path),
        lambda: runtime.submit("stat", path),
        runtime.is_running,
        lambda: runtime.loop,
    ):
        with pytest.raises(aio.NotInitialized):
            call()
    runtime.close()
    assert runtime.init() is runtime
    with pytest.raises(aio.AlreadyInitialized):
        runtime.init()
    number = runtime.submit(aio.IoOperation.WRITE_FILE, path, b"hello")
    assert runtime.pending_count() == 1
    assert runtime.result(number) == 5
    with pytest.raises(aio.FutureNotFound):
        runtime.result(number)
    assert runtime.result(runtime.submit("read_file", path)) == b"hello"
    with pytest.raises(FileNotFoundError):
        runtime.result(runtime.submit("stat", path + "none"))
    with pytest.raises(aio.SubmitFailed):
        runtime.submit("file_read")
    assert runtime.run(runtime.read_file(path)) == b"hello"
    runtime.close()
    with pytest.raises(aio.NotInitialized):
        runtime.stat(path)
    with runtime:
        assert runtime.run(runtime.stat(path)).st_size == 5


def test_timeouts_callbacks_and_cancelling_of_a_runtime(folder):
    fifo = os.path.join(folder, "fifo")
    os.mkfifo(fifo)
    with aio.AsyncRuntime() as runtime:
        seen = []
        number = runtime.submit(
            "read_file", "/proc/self/comm", callback=lambda *details: seen.append(details)
        )
        result = runtime.result(number, timeout=5)
        runtime.run(asyncio.sleep(0))
        assert seen == [(number, result, None)]
        with pytest.raises(aio.Timeout) as caught:
            runtime.result(runtime.submit("read_file", fifo), timeout=0.05)
        assert isinstance(caught.value, TimeoutError)
        number = runtime.submit("read_file", fifo)
        assert runtime.cancel(number)
        with pytest.raises(asyncio.CancelledError):
            runtime.result(number)
        while aio.stats().lanes["files"].running:
            try:
                os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                time.sleep(0.005)


def test_run_and_stop_of_a_runtime():
    with aio.AsyncRuntime() as runtime:
        caught = []

        def again():
            try:
                runtime.run()
            except aio.AlreadyRunning as error:
                caught.append(error)
            assert runtime.is_running()
            threading.Thread(target=runtime.stop).start()

        runtime.loop.call_soon(again)
        runtime.run()
        assert len(caught) == 1 and not runtime.is_running()
        runtime.stop()


def test_a_runtime_in_a_running_loop(run):
    async def main():
        with aio.AsyncRuntime() as runtime:
            assert runtime.loop is asyncio.get_running_loop() and runtime.is_running()
            assert await runtime.read_file("/proc/self/comm")
            with pytest.raises(aio.AlreadyRunning):
                runtime.run()
            number = runtime.submit("read_file", "/proc/self/comm")
            with pytest.raises(asyncio.InvalidStateError):
                runtime.result(number)
            await runtime.future(number)
            assert runtime.result(number)
        assert await aio.read_file("/proc/self/comm")

    run(main())


def test_errors_have_their_bases():
    assert issubclass(aio.Timeout, TimeoutError) and issubclass(aio.IoError, OSError)
    for name in (
        "NotInitialized",
        "AlreadyInitialized",
        "AlreadyRunning",
        "InitFailed",
        "SubmitFailed",
        "IoError",
        "FutureNotFound",
        "Timeout",
    ):
        assert issubclass(getattr(aio, name), aio.AsyncError)
    for number, class_ in aio.errors.by_errno.items():
        assert type(OSError(number, "x")) in class_.__mro__


async def pairs():
    """Four connected sockets: (ours, a), (b, theirs), none blocking."""
    sockets = [*socket.socketpair(), *socket.socketpair()]
    for one in sockets:
        one.setblocking(False)
    return sockets


def test_pool_sends_files_and_proxies(run, folder):
    path = os.path.join(folder, "a")
    data = os.urandom(3_000_000)
    with open(path, "wb") as file:
        file.write(data)

    async def main():
        loop = asyncio.get_running_loop()
        ours, a, b, theirs = await pairs()

        async def receive():
            parts = []
            while part := await loop.sock_recv(theirs, 1 << 16):
                parts.append(part)
            return b"".join(parts)

        with aio.ReactorPool(2) as pool, open(path, "rb") as file:
            flow = pool.proxy(a, b)
            received = asyncio.create_task(receive())
            assert await pool.send_file(ours, file, 10, 1000) == 1000
            assert await pool.send_file(ours, file, offset=1010) == len(data) - 1010
            ours.shutdown(socket.SHUT_WR)
            assert await received == data[10:]
            await loop.sock_sendall(theirs, b"back")
            theirs.shutdown(socket.SHUT_WR)
            assert await loop.sock_recv(ours, 10) == b"back"
            assert await flow == (len(data) - 10, 4)
            assert pool.flow_count() == 0
            for one in (ours, a, b, theirs):
                one.close()

    run(main())


def test_pool_flows_are_cancelled_and_fail(run):
    async def main():
        ours, a, b, theirs = await pairs()
        pool = aio.ReactorPool()
        flow = pool.proxy(a, b)
        await asyncio.sleep(0.05)
        assert not flow.done() and pool.flow_count() == 1 and flow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await flow
        flow = pool.proxy(a, b)
        pool.close()
        with pytest.raises(OSError):
            await flow
        with pytest.raises(aio.NotInitialized):
            pool.proxy(a, b)
        with aio.ReactorPool() as pool:
            a.setblocking(True)
            with pytest.raises(ValueError):
                pool.proxy(a, b)
            with pytest.raises(OSError):
                await pool.send_file(ours, theirs)
            with pytest.raises(ValueError):
                pool.send_file(ours, theirs, -1)
            with pytest.raises(TypeError):
                pool.proxy(b, "b")
        for count in (0, 1000):
            with pytest.raises(ValueError):
                aio.ReactorPool(count)
        for one in (ours, a, b, theirs):
            one.close()

    run(main())


def test_statistics(run, folder):
    async def main():
        aio.reset_stats()
        await aio.write_file(os.path.join(folder, "a"), b"x")
        for _ in range(10):
            await aio.read_file(os.path.join(folder, "a"))
        with pytest.raises(FileNotFoundError):
            await aio.stat(os.path.join(folder, "none"))
        stats = aio.stats()
        read, write, status = (stats.ops[name] for name in ("read_file", "write_file", "stat"))
        assert read.submitted == read.completed == 10 == sum(read.latency) and read.inline >= 5
        assert (write.submitted, write.queued, write.inline, write.completed) == (1, 1, 0, 1)
        assert (status.errors, status.completed) == (1, 1)
        assert (
            0 < read.percentile(0.5) <= read.percentile(1) < 5 and stats.ops["rename"].percentile(0.9) == 0.0
        )
        assert stats.in_flight == 0 and stats.live_ops == 0 and set(stats.lanes) == {"files", "meta", "dns"}
        with pytest.raises(ValueError):
            read.percentile(2)

    run(main())


def test_configure_checks_its_values():
    for named in (
        {"threads": 1},
        {"lane": "files", "threads": 0},
        {"lane": "files", "threads": 5000},
        {"lane": "none"},
        {"when_full": "x"},
        {"idle_seconds": -1},
        {"lane": "files", "queue_limit": 0},
    ):
        with pytest.raises(ValueError):
            aio.configure(**named)


def test_timers(run):
    async def main():
        await aio.sleep(0.01)
        async with aio.timeout(5):
            await aio.sleep(0)
        async with aio.timeout(None):
            await aio.sleep(0)
        with pytest.raises(aio.Timeout, match=r"0\.02"):
            async with aio.timeout(0.02):
                await aio.sleep(5)
        with pytest.raises(KeyError):
            async with aio.timeout(5):
                raise KeyError

    run(main())


def test_under_trio(folder):
    path, fifo, other = (os.path.join(folder, name) for name in ("a", "fifo", "other"))
    os.mkfifo(fifo)
    os.mkfifo(other)  # the first one's reader may still be there when it is written to

    async def main():
        await aio.write_file(path, b"one\ntwo\n" * 50_000)
        assert len(await aio.read_file(path)) == 400_000
        async with aio.open(path) as file:
            assert sum([1 async for _ in file]) == 100_000
        with pytest.raises(FileNotFoundError):
            await aio.stat(path + "none")
        with trio.move_on_after(0.05) as scope:
            await aio.read_file(fifo)
        assert scope.cancelled_caught
        os.close(os.open(fifo, os.O_WRONLY))
        with trio.move_on_after(0.05) as scope:
            await aio.write_file(other, b"late")
        assert scope.cancelled_caught
        os.close(os.open(other, os.O_RDONLY | os.O_NONBLOCK))
        results = []

        async def one():
            results.append(await aio.read_file("/proc/self/comm"))

        async with trio.open_nursery() as nursery:
            for _ in range(200):
                nursery.start_soon(one)
        assert len(results) == 200
        with pytest.raises(aio.Timeout):
            async with aio.timeout(0.02):
                await aio.sleep(5)
        for _ in range(1000):
            await aio.stat(path)
        async with aio.TemporaryDirectory(dir=folder) as name:
            assert await aio.exists(name)
        with aio.AsyncRuntime() as runtime:
            assert (await runtime.stat(path)).st_size == 400_000

    trio.run(main)
    trio.run(main)


def test_the_documentation_says_what_the_table_says():
    page = (ROOT / "docs" / "reactor.md").read_text()
    told = {}
    for row in re.findall(r"^\| `(\w+)[(`].*$", page, re.MULTILINE):
        told[row] = None
    for row in _reactor._table():
        line = re.search(rf"^\| `{row['name']}[(`].*$", page, re.MULTILINE)
        assert line, f"docs/reactor.md does not list {row['name']}"
        cells = [cell.strip() for cell in line.group().strip("|").split("|")]
        shown = row["signature"] if hasattr(_reactor, row["name"]) else row["name"]
        assert cells[:4] == [f"`{shown}`", row["lane"], "yes" if row["inline"] else "no", row["cancel"]]
    assert {row["name"] for row in _reactor._table()} == set(told)
    assert {operation.name.lower(): operation.value for operation in aio.IoOperation} == {
        row["name"]: row["number"] for row in _reactor._table()
    }


def test_the_stub_names_what_the_module_has():
    stub = (ROOT / "dxpy" / "_reactor.pyi").read_text()
    named = set(re.findall(r"^(?:class|def) (\w+)", stub, re.MULTILINE))
    assert {name for name in dir(_reactor) if not name.startswith("_")} == {
        name for name in named if not name.startswith("_")
    }


def test_a_pool_sends_what_the_kernel_cannot_send_from_inside(run):
    async def main():
        near, far = socket.socketpair()
        near.setblocking(False)
        with near, far, open("/proc/self/comm", "rb") as file, aio.ReactorPool(1) as pool:
            content = file.read()
            assert await pool.send_file(near, file) == len(content)
            assert far.recv(100) == content

    run(main())


def test_a_pool_refuses_what_would_be_mixed_up(run):
    async def main():
        near, far = socket.socketpair()
        near.setblocking(False)
        with far, open(__file__, "rb") as file, aio.ReactorPool(1) as pool:
            async with aio.open_socket(near) as stream:
                write = stream.write(b"x" * 5_000_000)
                with pytest.raises(RuntimeError, match="await it first"):
                    pool.send_file(stream, file)
                stream.abort()
                await asyncio.wait([write])
                with pytest.raises(ValueError, match="closed"):
                    pool.send_file(stream, file)

    run(main())


def test_a_pool_says_that_the_other_side_left(run, folder):
    path = os.path.join(folder, "a")
    with open(path, "wb") as file:
        file.truncate(50_000_000)

    async def main():
        with aio.ReactorPool(1) as pool:
            for reset in (False, True):
                listener = socket.create_server(("127.0.0.1", 0))
                client = socket.create_connection(listener.getsockname())
                server, _ = listener.accept()
                server.setblocking(False)
                async with aio.open(path, "rb") as file:
                    sending = pool.send_file(server, file)
                    client.recv(1000)
                    if reset:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    client.close()
                    with pytest.raises((ConnectionResetError, BrokenPipeError)):
                        await sending
                server.close()
                listener.close()

    run(main())
