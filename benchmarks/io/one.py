"""One program with one participant, in this process: prints its figures as JSON. Started by run.py."""

import asyncio
import functools
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

from participants import FILES, run, together

# A program is measured in parts of a fixed number of operations, and the best counts: on a shared machine a whole one is
# seldom undisturbed. Parts are short, because what never sleeps loses the processor at the end of its time slice; they
# are begun for so many seconds, at least two of them.
PARTS = 100
SECONDS = 0.4


def now():
    """Seconds that have passed, and those of the processor that this process has had."""
    return time.perf_counter(), time.process_time()


def each(begun, count):
    """Figures of an operation, from what now() said before count of them."""
    seconds, processor = now()
    return {"seconds": (seconds - begun[0]) / count, "cpu": (processor - begun[1]) / count}


def smallest(parts):
    """The smallest of each figure."""
    return {key: min(part[key] for part in parts) for key in parts[0]}


async def best_of(part, count=PARTS):
    """The best of that many parts, fewer when they take long."""
    parts, end = [], time.perf_counter() + SECONDS
    while len(parts) < 2 or (len(parts) < count and time.perf_counter() < end):
        parts.append(await part())
    return smallest(parts)


def make_files(folder, count, size):
    """Paths of that many files."""
    paths = [os.path.join(folder, f"{number}") for number in range(count)]
    for path in paths:
        with open(path, "wb") as file:
            file.write(os.urandom(size))
    return paths


async def in_flight(library, call, operations, width):
    """That many operations, width of them at a time: figures of one."""
    begun = now()
    if width == 1:
        for _ in range(operations):
            await call()
    else:
        for _ in range(operations // width):
            await together(library, [call] * width)
    return each(begun, operations)


def measure(call_of, operations, width, size):
    """A program that repeats one call."""

    async def program(library, folder):
        path = make_files(folder, 1, size)[0]
        call = functools.partial(*call_of(library, path))
        await in_flight(library, call, width, width)
        return await best_of(lambda: in_flight(library, call, operations, width))

    return program


def read_of(library, path):
    return library.read, path


def stat_of(library, path):
    return library.stat, path


def write_of(library, path):
    # A new file each time: writing over one makes ext4 flush it, and the disk would be measured.
    data, numbers = os.urandom(64 * 1024), itertools.count()
    return (lambda: library.write(f"{path}.{next(numbers)}", data),)


async def lines(library, folder):
    """10,000 lines of text."""
    path = os.path.join(folder, "lines")
    with open(path, "w") as file:
        file.writelines(f"line number {number} of some text\n" for number in range(10_000))

    async def part():
        begun = now()
        assert await library.lines(path) == 10_000
        return each(begun, 1)

    return await best_of(part)


async def many_small(library, folder):
    """1,000 files of 1 KiB, 50 at a time."""
    paths = make_files(folder, 1000, 1024)

    async def part():
        begun = now()
        for start in range(0, 1000, 50):
            calls = [functools.partial(library.read, path) for path in paths[start : start + 50]]
            await together(library, calls)
        return each(begun, 1000)

    return await best_of(part)


def drop_from_cache(paths):
    """Have the kernel forget the contents."""
    for path in paths:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


# Notes when the machine itself stands still, as a virtual one does whose host has given it less than it wants: a process
# of the highest priority, where that is allowed, sees nothing else.
WATCHMAN = """
import json, os, sys, threading, time
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
except PermissionError:
    sys.exit(print("[]"))
end = threading.Thread(target=sys.stdin.read, daemon=True)
end.start()
pauses, last = [], time.perf_counter()
while end.is_alive():
    time.sleep(0.001)
    now = time.perf_counter()
    if now - last > 0.003:
        pauses.append((last + 0.001, now))
    last = now
print(json.dumps(pauses))
"""


def longest_but_a_thousandth(gaps):
    """Of (from, to): a percentile of 99.9."""
    return sorted(end - begin for begin, end in gaps)[int(len(gaps) * 0.999)]


def without(gaps, pauses):
    """Gaps shortened by what pauses have of them."""
    for begin, end in gaps:
        paused = sum(max(0, min(end, till) - max(begin, since)) for since, till in pauses)
        yield begin, end - paused


async def cold(library, folder):
    """Files of 256 KiB that are not in the page cache, 64 at a time, beside a ticker of 1 ms."""
    paths = make_files(folder, 512, 256 * 1024)
    await library.read(paths[0])
    parts = []
    for _ in range(3):
        drop_from_cache(paths)
        parts.append(await cold_part(library, paths))
    return smallest(parts)


async def cold_part(library, paths):
    """Seconds for a file, and the longest but a thousandth of what the ticker had to wait: in all, and while the machine
    did not stand still.
    """
    watchman = subprocess.Popen(
        [sys.executable, "-c", WATCHMAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    time.sleep(0.1)
    gaps = []
    begun = now()
    await cold_reads(library, paths, gaps)
    figures = each(begun, len(paths))
    pauses = json.loads(watchman.communicate()[0])
    figures["lag"] = longest_but_a_thousandth(list(without(gaps, pauses)))
    figures["lag with pauses"] = longest_but_a_thousandth(gaps)
    if not hasattr(library, "trio"):
        turns = asyncio.get_running_loop().turns
        figures["turn"] = sorted(turns)[int(len(turns) * 0.999)]
        figures["longest turn"] = max(turns)
        figures["idle lag"] = await idle_lag()
    return figures


class MeasuredLoop(asyncio.SelectorEventLoop):
    """Notes how much of the processor each turn takes: what the program itself keeps the loop from others, whatever else
    the machine does meanwhile.
    """

    def __init__(self):
        super().__init__()
        self.turns = []

    def _run_once(self):
        begun = time.thread_time()
        super()._run_once()
        self.turns.append(time.thread_time() - begun)


async def idle_lag():
    """The lag of a ticker that is alone in its loop: what the machine adds by itself."""
    gaps, end = [], time.perf_counter() + 0.5
    last = time.perf_counter()
    while last < end:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        gaps.append((last + 0.001, now))
        last = now
    return longest_but_a_thousandth(gaps)


async def cold_reads(library, paths, gaps):
    """All of them, beside the ticker."""
    done = False

    async def ticker(sleep):
        last = time.perf_counter()
        while not done:
            await sleep(0.001)
            now = time.perf_counter()
            gaps.append((last + 0.001, now))
            last = now

    if hasattr(library, "trio"):
        await cold_trio(library, paths, gaps)
        return
    await asyncio.sleep(0.001)
    asyncio.get_running_loop().turns.clear()
    ticking = asyncio.create_task(ticker(asyncio.sleep))
    await in_windows(library, paths)
    done = True
    await ticking


async def in_windows(library, paths):
    """64 workers that take the next path."""
    left = iter(paths)

    async def worker():
        for path in left:
            await library.read(path)

    await together(library, [worker] * 64)


async def cold_trio(library, paths, gaps):
    """The same under trio."""
    trio = library.trio

    async def ticker():
        last = time.perf_counter()
        while True:
            await trio.sleep(0.001)
            now = time.perf_counter()
            gaps.append((last + 0.001, now))
            last = now

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ticker)
        await in_windows(library, paths)
        nursery.cancel_scope.cancel()


async def copy_tree(library, folder):
    """500 files of 16 KiB copied, 25 at a time."""
    paths = make_files(folder, 500, 16 * 1024)
    numbers = itertools.count()

    async def part():
        begun, number = now(), next(numbers)
        for start in range(0, 500, 25):
            some = paths[start : start + 25]
            calls = [functools.partial(library.copy, path, f"{path}.{number}") for path in some]
            await together(library, calls)
        return each(begun, 500)

    return await best_of(part, 3)


async def memory(library, folder):
    """Resident memory for each of 100,000 reads that wait behind a FIFO nobody writes to (dxpy only)."""
    aio = library.aio
    fifo = os.path.join(folder, "fifo")
    os.mkfifo(fifo)
    stuck = [aio.open_fd(fifo, os.O_RDONLY) for _ in range(16)]
    await asyncio.sleep(0.1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    operations = [aio.read_file("/proc/self/comm") for _ in range(100_000)]
    size = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / len(operations)
    threads = len(os.listdir("/proc/self/task"))
    for operation in [*operations, *stuck]:
        operation.cancel()
    while aio.stats().lanes["files"].running:
        try:
            os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            await asyncio.sleep(0.001)
    return {"bytes": size, "threads": threads}


ECHO_PARTS, ECHO_WARM_UP = 10, 200
CLIENT = """
import socket, sys, time
port, size, count, parts, warm_up = map(int, sys.argv[1:])
sock = socket.create_connection(("127.0.0.1", port))
sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
message, buffer = b"x" * size, bytearray(size)
def turn():
    sock.sendall(message)
    view = memoryview(buffer)
    while view:
        view = view[sock.recv_into(view):]
for _ in range(warm_up):
    turn()
def part():
    begun = time.perf_counter()
    for _ in range(count):
        turn()
    return (time.perf_counter() - begun) / count
print(min(part() for _ in range(parts)))
"""


async def echo(kind, size, count):
    """Round trips of one client, in a process of its own, in parts of that many."""
    if kind.startswith("dxpy"):
        from dxpy import aio

        async def handler(stream):
            while data := await stream.read(65536):
                await stream.write(data)

        server = await aio.serve(handler, "127.0.0.1")
        port = server.addresses[0][1]
    else:

        async def handler(reader, writer):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
    client = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CLIENT, *map(str, (port, size, count, ECHO_PARTS, ECHO_WARM_UP))),
        stdout=asyncio.subprocess.PIPE,
    )
    begun = now()
    out, _ = await client.communicate()
    figures = each(begun, count * ECHO_PARTS + ECHO_WARM_UP)
    if kind.startswith("dxpy"):
        await server.close()
    else:
        server.close()
    return {**figures, "seconds": float(out)}


ECHO = ("asyncio streams", "uvloop streams", "dxpy", "dxpy on uvloop")

PROGRAMS = {
    "read_file 4 KiB, 1 at a time": measure(read_of, 100, 1, 4096),
    "read_file 4 KiB, 8 in flight": measure(read_of, 80, 8, 4096),
    "read_file 4 KiB, 100 in flight": measure(read_of, 100, 100, 4096),
    "read_file 1 MiB, 1 at a time": measure(read_of, 5, 1, 1 << 20),
    "read_file 1 MiB, 8 in flight": measure(read_of, 8, 8, 1 << 20),
    "write_file 64 KiB": measure(write_of, 10, 1, 1),
    "stat": measure(stat_of, 100, 1, 1),
    "10,000 lines": lines,
    "1,000 small files": many_small,
    "cold reads, 64 in flight": cold,
    "copy 500 files": copy_tree,
    "memory of 100,000 operations": memory,
    "echo 1 KiB": functools.partial(echo, size=1024, count=500),
    "echo 10 KiB": functools.partial(echo, size=10_240, count=300),
    "echo 100 KiB": functools.partial(echo, size=102_400, count=100),
}


def participants(program):
    """Who takes part."""
    if program.startswith("echo"):
        return ECHO
    if program.startswith("memory"):
        return ("dxpy",)
    if program == "stat":
        return tuple(name for name in FILES if not name.startswith("aiofile "))
    return tuple(FILES)


def main():
    """argv: program, participant."""
    program, name = sys.argv[1:]
    if program.startswith("echo"):
        if "uvloop" in name:
            import uvloop

            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                figures = runner.run(PROGRAMS[program](name))
        else:
            figures = asyncio.run(PROGRAMS[program](name))
    else:
        library = FILES[name][0]()
        with tempfile.TemporaryDirectory(dir=os.environ.get("DXPY_BENCH_DIR")) as folder:
            factory = MeasuredLoop if program.startswith("cold") else None
            figures = run(library, PROGRAMS[program](library, folder), factory)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
