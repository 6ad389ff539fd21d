"""What goes wrong outside: each in a process of its own, which proves at its end that nothing was left behind."""

import asyncio
import errno
import fcntl
import os
import resource
import signal
import socket
import tempfile
import threading
import time

from isolate import build_shim, isolated

from dxpy import aio


def caught(kind, make):
    """The error of a coroutine or awaitable, which must be of that kind."""

    async def main():
        try:
            await make()
        except kind as error:
            return error
        raise AssertionError(f"{kind} was not raised")

    return asyncio.run(main())


class Folder:
    """A temporary directory with a few helpers."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.name = self._folder.name
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def path(self, name="a", data=None):
        path = os.path.join(self.name, name)
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)
        return path

    def fifo(self, name="fifo"):
        path = os.path.join(self.name, name)
        os.mkfifo(path)
        return path


async def busy(count):
    """Until that many workers of the lane for files have something to do."""
    while aio.stats().lanes["files"].running < count:
        await asyncio.sleep(0.001)


def release(fifo, lane="files"):
    """Let all that hang in opening a FIFO for reading go on, until the lane is empty."""
    until = time.monotonic() + 5
    while aio.stats().lanes[lane].running and time.monotonic() < until:
        try:
            os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            time.sleep(0.005)


@isolated()
def test_no_space_left():
    error = caught(OSError, lambda: aio.write_file("/dev/full", b"x" * 10))
    assert (error.errno, error.filename, error.bytes_written) == (errno.ENOSPC, "/dev/full", 0)

    async def main():
        file = await aio.open("/dev/full", "wb")
        await file.write(b"buffered")
        for call in (file.flush, lambda: file.write(b"x" * 100_000), file.close):
            try:
                await call()
            except OSError as error:
                assert error.errno == errno.ENOSPC
            else:
                raise AssertionError("no error")
        assert file.closed
        await file.close()

    asyncio.run(main())


@isolated()
def test_file_size_limit_tells_what_was_written():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Folder() as folder:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
        try:
            error = caught(OSError, lambda: aio.write_file(folder.path(), bytes(25_000)))
            assert (error.errno, error.bytes_written) == (errno.EFBIG, 10_000)
            error = caught(OSError, lambda: aio.write_file(folder.path("b"), bytes(25_000), atomic=True))
            assert error.bytes_written == 10_000 and os.listdir(folder.name) == ["a"]
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def shimmed(how):
    return lambda: {"LD_PRELOAD": build_shim(), "DXPY_SHIM": how}


async def round_trip(folder, size):
    data = os.urandom(size)
    os.putenv("DXPY_SHIM_ON", "1")
    await aio.write_file(folder.path("a"), data)
    assert await aio.read_file(folder.path("a")) == data
    async with aio.open(folder.path("b"), "wb") as file:
        for start in range(0, size, 1000):
            await file.write(data[start : start + 1000])
    async with aio.open(folder.path("b"), "rb") as file:
        assert await file.read(100) == data[:100] and await file.read() == data[100:]
        buffer = bytearray(size)
        assert await file.pread_into(buffer, 0) == size and buffer == data
        assert await file.readv([memoryview(buffer)[:10], memoryview(buffer)[10:200]], 5) == 200
        await file.seek(0)
        assert await file.readinto(buffer) == size and buffer == data
    os.unsetenv("DXPY_SHIM_ON")


@isolated(environment=shimmed("short"))
def test_short_reads_and_writes_are_continued():
    with Folder() as folder:
        asyncio.run(round_trip(folder, 20_000))


@isolated(environment=shimmed("eintr"))
def test_interrupted_calls_are_repeated():
    with Folder() as folder:
        asyncio.run(round_trip(folder, 200_000))


@isolated(environment=shimmed("slow"))
def test_slow_calls():
    with Folder() as folder:
        asyncio.run(round_trip(folder, 50_000))


@isolated(environment=shimmed("eio"))
def test_io_errors_are_told():
    async def main():
        with Folder() as folder:
            path = folder.path("a", bytes(1000))
            os.putenv("DXPY_SHIM_ON", "1")
            outcomes = await asyncio.gather(*[aio.read_file(path) for _ in range(60)], return_exceptions=True)
            errors = [one for one in outcomes if isinstance(one, OSError)]
            assert errors and all(error.errno == errno.EIO and error.filename == path for error in errors)
            assert all(one == bytes(1000) for one in outcomes if not isinstance(one, OSError))
            os.unsetenv("DXPY_SHIM_ON")
            assert await aio.read_file(path) == bytes(1000)

    asyncio.run(main())


@isolated(limit=60)
def test_signals_interrupt_nothing():
    ticks = []
    signal.signal(signal.SIGALRM, lambda *_: ticks.append(threading.current_thread()))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)

    async def main():
        with Folder() as folder:
            path = folder.path("a", b"x" * 100)
            for _ in range(2500):
                await asyncio.gather(
                    aio.read_file(path),
                    aio.read_file("/proc/self/comm"),
                    aio.stat(path),
                    aio.write_file(path, b"x" * 100, append=True),
                )

    try:
        asyncio.run(main())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert len(ticks) > 100 and set(ticks) == {threading.main_thread()}


def fill_descriptors(spare):
    """Leave that many descriptors; the list of those to close."""
    used = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 40, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    taken = []
    try:
        while True:
            taken.append(os.dup(0))
    except OSError:
        pass
    for _ in range(spare):
        os.close(taken.pop())
    return taken


@isolated()
def test_no_descriptors_left_for_files():
    async def main():
        with Folder() as folder:
            path = folder.path("a", b"abc")
            taken = fill_descriptors(0)
            for make in (
                lambda: aio.read_file(path),
                lambda: aio.open(path),
                lambda: aio.read_file("/proc/self/comm"),
            ):
                try:
                    await make()
                except OSError as error:
                    assert error.errno == errno.EMFILE
                else:
                    raise AssertionError("no error")
            for fd in taken:
                os.close(fd)
            assert await aio.read_file(path) == b"abc" and (await aio.stat(path)).st_size == 3

    asyncio.run(main())


@isolated()
def test_no_descriptor_left_for_accept():
    async def main():
        async def handler(stream):
            await stream.write(b"served")

        async with await aio.serve(handler, "127.0.0.1") as server:
            address = server.addresses[0]
            clients = [socket.socket() for _ in range(3)]
            for client in clients:
                client.setblocking(False)
            taken = fill_descriptors(0)
            for client in clients:
                client.connect_ex(address)
            used = time.process_time()
            await asyncio.sleep(0.3)
            assert time.process_time() - used < 0.15, "the accept loop spins"
            for fd in taken:
                os.close(fd)
            for client in clients:
                client.close()
            async with await aio.connect(*address) as stream:
                assert await stream.read() == b"served"

    asyncio.run(main())


@isolated()
def test_files_that_change_while_they_are_read():
    async def main():
        with Folder() as folder:
            path = folder.path("a", b"a" * 600_000)
            stop = threading.Event()

            def change():
                turn = 0
                while not stop.is_set():
                    turn += 1
                    letter = b"abc"[turn % 3 : turn % 3 + 1]
                    fresh = folder.path("fresh", letter * (600_000 if turn % 2 else 3000))
                    os.replace(fresh, path)

            thread = threading.Thread(target=change)
            thread.start()
            for _ in range(300):
                data = await aio.read_file(path)
                assert len(set(data)) == 1 and len(data) in (600_000, 3000), (len(data), set(data))
            stop.set()
            thread.join()

            def resize():
                with open(path, "r+b") as file:
                    for size in (10, 900_000, 0, 500_000) * 50:
                        file.truncate(size)

            thread = threading.Thread(target=resize)
            thread.start()
            while thread.is_alive():
                assert set(await aio.read_file(path)) <= set(b"abc\0")
            thread.join()

    asyncio.run(main())


@isolated()
def test_files_of_every_kind():
    async def main():
        with Folder() as folder:
            for path in (
                "/proc/self/status",
                "/proc/cpuinfo",
                "/sys/kernel/mm/transparent_hugepage/enabled",
                "/dev/null",
            ):
                if os.path.exists(path):
                    data = await aio.read_file(path)
                    assert (len(data) > 0) == (path != "/dev/null")
            assert await aio.read_file("/dev/zero", limit=300_000) == bytes(300_000)
            os.symlink("nowhere", folder.path("dangling"))
            for path, kind in (
                (folder.path("dangling"), FileNotFoundError),
                (folder.name, IsADirectoryError),
            ):
                try:
                    await aio.read_file(path)
                except kind:
                    continue
                raise AssertionError(path)
            sparse = folder.path("sparse", b"")
            os.truncate(sparse, 3 << 30)
            async with aio.open(sparse, "r+b") as file:
                await file.seek((5 << 29) - 2)
                await file.write(b"far away")
                await file.seek((5 << 29) - 2)
                assert await file.read(8) == b"far away" and await file.tell() == (5 << 29) + 6
                assert await file.pread(8, (5 << 29) - 2) == b"far away"
            assert (await aio.stat(sparse)).st_size == 3 << 30
            appended = folder.path("append", b"123")
            fd = os.open(appended, os.O_RDWR | os.O_APPEND)
            await aio.pwrite(fd, b"!", 0)
            os.close(fd)
            with open(appended, "rb") as file:
                assert file.read() == b"123!"  # Linux appends, whatever the offset

    asyncio.run(main())


@isolated()
def test_lanes_that_are_stuck_stop_neither_other_lanes_nor_timeouts():
    async def main():
        with Folder() as folder:
            fifo, path = folder.fifo(), folder.path("a", b"abc")
            limit = aio.stats().lanes["files"].limit
            stuck = [aio.open_fd(fifo, os.O_RDONLY) for _ in range(limit + 5)]
            await busy(limit)
            lane = aio.stats().lanes["files"]
            assert (lane.running, lane.queued, lane.threads) == (limit, 5, limit)
            assert (await aio.list_entries(folder.name)) and await aio.read_file(path) == b"abc"
            assert await aio.getaddrinfo("localhost", 80)
            try:
                async with aio.timeout(0.1):
                    await aio.read_file("/proc/self/comm")
            except aio.Timeout:
                pass
            else:
                raise AssertionError("the lane was not stuck")
            for one in stuck:
                assert one.cancel()
            release(fifo)
            assert await aio.read_file("/proc/self/comm")

    asyncio.run(main())


@isolated()
def test_a_full_queue_makes_operations_wait_or_raises():
    async def main():
        with Folder() as folder:
            fifo = folder.fifo()
            aio.configure(lane="files", queue_limit=10)
            stuck = [aio.open_fd(fifo, os.O_RDONLY) for _ in range(16)]
            await busy(16)
            waiting = [aio.read_file("/proc/self/comm") for _ in range(100)]
            lane = aio.stats().lanes["files"]
            assert lane.queued == 10 and aio.create_reactor().pending_count() == 116
            assert waiting[50].cancel() and waiting[70].cancel()
            aio.configure(when_full="raise")
            try:
                await aio.read_file("/proc/self/comm")
            except aio.SubmitFailed as error:
                assert "full" in str(error)
            else:
                raise AssertionError("accepted")
            aio.configure(when_full="wait")
            for one in stuck:
                one.cancel()
            release(fifo)
            results = await asyncio.gather(*waiting, return_exceptions=True)
            assert sum(isinstance(one, bytes) for one in results) == 98
            aio.configure(lane="files", queue_limit=4096)

    asyncio.run(main())


@isolated(limit=60)
def test_operations_wait_for_a_queue_another_loop_has_filled():
    with Folder() as folder:
        fifo = folder.fifo()
        aio.configure(lane="files", queue_limit=5)
        full, done = threading.Event(), threading.Event()

        async def fill():
            stuck = [aio.open_fd(fifo, os.O_RDONLY) for _ in range(21)]
            await busy(16)
            full.set()
            while not done.is_set() and len(started) < 1:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            for one in stuck:
                one.cancel()
            release(fifo)

        started = []

        async def wait():
            operation = aio.read_file("/proc/self/comm")
            started.append(operation)
            assert await asyncio.wait_for(operation, 10)
            done.set()

        thread = threading.Thread(target=asyncio.run, args=(fill(),))
        thread.start()
        full.wait()
        asyncio.run(wait())
        thread.join()
        aio.configure(lane="files", queue_limit=4096)


@isolated(memory=200 << 20, limit=200)
def test_a_hundred_thousand_operations_at_once_are_bounded():
    from isolate import resident, threads

    async def main():
        with Folder() as folder:
            fifo = folder.fifo()
            stuck = [aio.open_fd(fifo, os.O_RDONLY) for _ in range(16)]
            await busy(16)
            before, running = resident(), threads()
            operations = [aio.read_file("/proc/self/comm") for _ in range(100_000)]
            size = (resident() - before) / len(operations)
            assert size < 1024, f"{size:.0f} bytes an operation"
            assert threads() - running <= 28 and aio.create_reactor().pending_count() == 100_016
            for one in stuck:
                one.cancel()
            release(fifo)
            assert len(await asyncio.gather(*operations)) == 100_000

    asyncio.run(main())


@isolated()
def test_a_hot_loop_leaves_the_loop_its_turns():
    async def main():
        with Folder() as folder:
            path = folder.path("a", b"line\n" * 100_000)
            small = folder.path("b", b"x" * 4096)
            counts, running = [], True

            def turn():
                counts.append(
                    sum(aio.stats().ops[name].inline for name in ("read_file", "file_read", "stat"))
                )
                if running:
                    asyncio.get_running_loop().call_soon(turn)

            turn()
            for _ in range(5000):
                await aio.read_file(small)
            await asyncio.gather(
                *[aio.read_file(small) for _ in range(5000)], *[aio.stat(small) for _ in range(5000)]
            )
            async with aio.open(path, "rb") as file:
                async for _ in file:
                    pass
            running = False
            await asyncio.sleep(0)
            between = max(after - before for before, after in zip(counts, counts[1:], strict=False))
            assert between <= 130 and len(counts) > 100, (between, len(counts))

    asyncio.run(main())


@isolated(limit=60, options=())
def test_one_processor_and_many_round_trips():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    async def one(count):
        for _ in range(count):
            await aio.read_file("/proc/self/comm")

    async def main():
        await asyncio.wait_for(asyncio.gather(*[one(2500) for _ in range(20)]), 50)
        assert aio.stats().in_flight == 0

    asyncio.run(main())


@isolated(limit=60)
def test_memory_that_runs_out_is_an_error_and_no_leak():
    import _testcapi

    async def main():
        with Folder() as folder:
            path = folder.path("a", b"x" * 5000)
            calls = [
                lambda: aio.read_file(path),
                lambda: aio.read_file(path, encoding="utf-8"),
                lambda: aio.stat(path),
                lambda: aio.write_file(path, b"y" * 5000),
                lambda: aio.list_entries(folder.name),
                lambda: aio.getaddrinfo("127.0.0.1", 80),
            ]
            for make in calls:
                await make()
            # Whose memory would otherwise be there for the operations that are to find none.
            held = [aio.access(path) for _ in range(100)]
            await asyncio.gather(*held)
            for make in calls:
                failed = 0
                for start in range(60):
                    operation = None
                    held.append(aio.access(path))
                    _testcapi.set_nomemory(start, start + 1)
                    try:
                        operation = make()
                    except MemoryError:
                        failed += 1
                    finally:
                        _testcapi.remove_mem_hooks()
                    if operation is not None:
                        try:
                            await operation
                        except MemoryError:
                            failed += 1
                assert failed, "no allocation failed"
                await make()

    asyncio.run(main())


@isolated()
def test_interruption_in_a_woken_task_loses_no_completion():
    loop = asyncio.new_event_loop()
    done = []

    async def one():
        await aio.read_file("/proc/self/comm")
        done.append(1)

    async def interrupt():
        await aio.read_file("/proc/self/comm")
        raise KeyboardInterrupt

    tasks = [loop.create_task(make()) for make in (one, interrupt, one, one, one)]
    try:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    except KeyboardInterrupt:
        pass
    loop.run_until_complete(asyncio.wait_for(asyncio.gather(*[tasks[at] for at in (0, 2, 3, 4)]), 5))
    assert len(done) == 4
    try:
        tasks[1].result()
    except KeyboardInterrupt:
        pass
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


@isolated()
def test_descriptors_are_not_inherited():
    async def main():
        with Folder() as folder:
            path = folder.path("a", b"x")
            async with aio.open(path) as file, aio.open(path, "a") as other:
                fd = await aio.open_fd(path, os.O_RDWR)
                for one in (file.fileno(), other.fileno(), fd):
                    assert fcntl.fcntl(one, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
                    assert not fcntl.fcntl(one, fcntl.F_GETFL) & os.O_NONBLOCK
                await aio.close_fd(fd)

    asyncio.run(main())
