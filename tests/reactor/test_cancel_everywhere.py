"""Every operation cancelled at every moment: between any two turns of the loop, and after any time in between."""

import asyncio
import os
import socket
import tempfile
import time

import pytest
from isolate import isolated

from dxpy import aio

TURNS = 8
DELAYS = [0, 0.00002, 0.0001, 0.0004, 0.001]


class Place:
    """A folder of the kinds of things operations are about."""

    def __enter__(self):
        self.holder = tempfile.TemporaryDirectory()
        self.name = self.holder.name
        self.count = 0
        self.file = self.path("file")
        with open(self.file, "wb") as file:
            file.write(b"line\n" * 20_000)
        os.symlink("file", self.path("link"))
        os.mkdir(self.path("tree"))
        for number in range(20):
            os.mkdir(self.path(f"tree/{number}"))
            with open(self.path(f"tree/{number}/x"), "w") as file:
                file.write("x")
        self.fd = os.open(self.file, os.O_RDWR)
        self.target = os.open(self.path("target"), os.O_RDWR | os.O_CREAT)
        return self

    def __exit__(self, *_):
        os.close(self.fd)
        os.close(self.target)
        self.holder.cleanup()

    def path(self, name):
        return os.path.join(self.name, name)

    def new(self):
        """A name that is not used yet."""
        self.count += 1
        return self.path(f"new{self.count}")

    def made(self):
        """A file under a new name."""
        path = self.new()
        with open(path, "w") as file:
            file.write("x" * 100)
        return path


async def with_file(place, mode, use):
    async with aio.open(place.file if "r" in mode else place.new(), mode) as file:
        return await use(file)


async def lines(file):
    return [line async for line in file]


async def written(file):
    for _ in range(4):
        await file.write(b"x" * 40_000)
    await file.flush()
    await file.fsync()
    await file.truncate(10)


async def temporary(place):
    async with aio.NamedTemporaryFile(dir=place.name) as file:
        await file.write(b"x")
    async with aio.TemporaryDirectory(dir=place.name) as name:
        await aio.write_file(os.path.join(name, "x"), b"x")


async def opened(place):
    os.close(await aio.open_fd(place.file, os.O_RDWR))


async def tree(place):
    copy = place.new()
    await aio.copytree(place.path("tree"), copy)
    await aio.rmtree(copy)


async def changed(place):
    path = place.made()
    await aio.chmod(path, 0o600)
    await aio.utime(path, (1, 2))
    await aio.truncate(path, 5)
    await aio.link(path, path + ".link")
    await aio.symlink(path, path + ".symlink")
    await aio.rename(path, path + ".renamed")
    await aio.replace(path + ".renamed", path)
    await aio.unlink(path)
    await aio.mkdir(path)
    await aio.rmdir(path)
    await aio.makedirs(path + "/a/b")


async def positional(place):
    await aio.pread(place.fd, 1000, 0)
    await aio.pread_into(place.fd, bytearray(1000), 0)
    await aio.preadv(place.fd, [bytearray(10), bytearray(20)], 0)
    await aio.pwrite(place.target, b"x" * 1000, 0)
    await aio.pwritev(place.target, [b"x" * 10, b"y" * 10], 0)
    await aio.sendfile(place.target, place.fd, 0, 50_000)
    await aio.ftruncate(place.target, 0)
    await aio.fdatasync(place.target)


async def asked(place):
    await aio.stat(place.file)
    await aio.lstat(place.path("link"))
    await aio.fstat(place.fd)
    await aio.access(place.file)
    await aio.readlink(place.path("link"))
    await aio.realpath(place.path("link"))
    await aio.listdir(place.name)
    await aio.getaddrinfo("localhost", 80)
    await aio.getnameinfo(("127.0.0.1", 80))


async def walked(place):
    async for _ in aio.walk(place.name):
        pass
    async for _ in aio.glob("**/x", root_dir=place.path("tree")):
        pass


async def conversation(place):
    async def handler(stream):
        await stream.write((await stream.readexactly(5)) * 100_000)
        await stream.read()

    async with await aio.serve(handler, "127.0.0.1") as server:
        async with await aio.connect(*server.addresses[0]) as stream:
            await stream.write(b"hello")
            await stream.readexactly(500_000)
            await stream.write_eof()


async def unix_conversation(place):
    async def handler(stream):
        async for line in stream:
            await stream.write(line)

    path = place.new()
    async with await aio.serve(handler, path=path) as server:
        assert server.addresses == [path]
        async with await aio.connect(path=path) as stream:
            for _ in range(3):
                await stream.write(b"hello\n")
                await stream.readline()


async def process(place):
    result = await aio.run_process(["cat"], input=b"x" * 200_000)
    assert len(result.stdout) == 200_000


async def watched(place):
    path = place.new()
    async with aio.watch(place.path("tree"), recursive=True) as watch:
        with open(place.path("tree/3/") + os.path.basename(path), "w"):
            pass
        async for event in watch:
            assert event.kind
            return


async def pooled(place):
    near, far = socket.socketpair()
    near.setblocking(False)
    with near, far, aio.ReactorPool(1) as pool:
        await pool.send_file(near, place.fd, 0, 50_000)


WHOLE = {
    "read_file": lambda place: aio.read_file(place.file),
    "read_file of /proc": lambda place: aio.read_file("/proc/self/status"),
    "write_file": lambda place: aio.write_file(place.new(), b"x" * 10_000),
    "write_file atomic": lambda place: aio.write_file(place.new(), b"x" * 10_000, atomic=True, sync=True),
    "copyfile": lambda place: aio.copyfile(place.file, place.new()),
    "read": lambda place: with_file(place, "rb", lambda file: file.read()),
    "lines": lambda place: with_file(place, "r", lines),
    "write": lambda place: with_file(place, "wb", written),
    "open_fd": opened,
    "temporary": temporary,
    "tree": tree,
    "changed": changed,
    "positional": positional,
    "asked": asked,
    "walked": walked,
    "conversation": conversation,
    "unix_conversation": unix_conversation,
    "process": process,
    "watched": watched,
    "pooled": pooled,
}


async def turn_away(moment):
    """Some turns of the loop, or some time in which the loop has none."""
    turns, delay = moment
    for _ in range(turns):
        await asyncio.sleep(0)
    time.sleep(delay)


async def cancel_at(call, place, moment):
    """The outcome of a task that was cancelled then."""

    async def run():
        return await call(place)

    task = asyncio.create_task(run())
    await turn_away(moment)
    task.cancel()
    try:
        async with asyncio.timeout(10):
            await task
    except asyncio.CancelledError:
        return "cancelled"
    return "done"


def cancel_each(calls, debug=False):
    async def main():
        asyncio.get_running_loop().slow_callback_duration = 60  # of debug mode: a busy machine is no news
        with Place() as place:
            for name, call in calls.items():
                outcomes = {
                    await cancel_at(call, place, (turns, delay))
                    for turns in [*range(TURNS), 12, 20, 40]
                    for delay in DELAYS
                }
                assert outcomes <= {"cancelled", "done"}, (name, outcomes)
                await call(place)  # and it still works
            # What was left to run by itself has its time.
            async with asyncio.timeout(10):
                while aio.create_reactor().pending_count():
                    await asyncio.sleep(0.001)

    asyncio.run(main(), debug=debug)


def one_by_one(names, debug=False):
    def body():
        cancel_each({name: WHOLE[name] for name in names}, debug)

    return body


FILES = [
    "read_file",
    "read_file of /proc",
    "write_file",
    "write_file atomic",
    "copyfile",
    "open_fd",
    "positional",
]
OPEN_FILES = ["read", "lines", "write", "temporary"]
FOLDERS = ["tree", "changed", "asked", "walked", "watched"]
SOCKETS = ["conversation", "unix_conversation", "pooled"]
# A file whose close was cancelled before it began is closed by its finalizer, which warns.
QUIET = ("-W", "ignore::ResourceWarning")


@isolated(limit=120)
def test_whole_files():
    cancel_each({name: WHOLE[name] for name in FILES})


@isolated(limit=120, options=QUIET)
def test_open_files():
    cancel_each({name: WHOLE[name] for name in OPEN_FILES})


@isolated(limit=120)
def test_folders():
    cancel_each({name: WHOLE[name] for name in FOLDERS})


@isolated(limit=120, options=QUIET)
def test_sockets():
    cancel_each({name: WHOLE[name] for name in SOCKETS})


@isolated(limit=180, options=QUIET)
def test_processes():
    cancel_each({"process": process})
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@isolated(limit=180, options=QUIET)
def test_all_in_debug_mode():
    global DELAYS
    DELAYS = [0, 0.0002]
    cancel_each({name: call for name, call in WHOLE.items() if name != "process"}, debug=True)
