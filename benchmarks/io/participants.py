"""How each library reads, writes, stats and iterates: one class a library, one method an operation."""

import asyncio
import os


class Plain:
    """Synchronous calls: the limit."""

    async def read(self, path):
        with open(path, "rb") as file:
            return file.read()

    async def write(self, path, data):
        with open(path, "wb") as file:
            file.write(data)

    async def stat(self, path):
        return os.stat(path)

    async def lines(self, path):
        count = 0
        with open(path) as file:
            for _ in file:
                count += 1
        return count

    async def copy(self, source, target):
        with open(source, "rb") as one, open(target, "wb") as other:
            other.write(one.read())


class Dxpy:
    """dxpy.aio."""

    def __init__(self):
        from dxpy import aio

        self.aio = aio
        self.read = aio.read_file
        self.write = aio.write_file
        self.stat = aio.stat
        self.copy = aio.copyfile

    async def lines(self, path):
        count = 0
        async with self.aio.open(path) as file:
            async for _ in file:
                count += 1
        return count


class Aiofiles:
    """aiofiles: each call in an executor's thread."""

    def __init__(self):
        import aiofiles
        import aiofiles.os

        self.open = aiofiles.open
        self.stat = aiofiles.os.stat

    async def read(self, path):
        async with self.open(path, "rb") as file:
            return await file.read()

    async def write(self, path, data):
        async with self.open(path, "wb") as file:
            await file.write(data)

    async def lines(self, path):
        count = 0
        async with self.open(path) as file:
            async for _ in file:
                count += 1
        return count

    async def copy(self, source, target):
        await self.write(target, await self.read(source))


class Aiofile(Aiofiles):
    """aiofile over caio; CAIO_IMPL chooses the implementation."""

    stat = None

    def __init__(self):
        import aiofile

        self.open = aiofile.async_open

    async def lines(self, path):
        count = 0
        async with self.open(path, "r") as file:
            async for _ in file:
                count += 1
        return count


class Anyio(Aiofiles):
    """anyio's Path and open_file."""

    def __init__(self):
        import anyio

        self.anyio = anyio

    async def read(self, path):
        return await self.anyio.Path(path).read_bytes()

    async def write(self, path, data):
        await self.anyio.Path(path).write_bytes(data)

    async def stat(self, path):
        return await self.anyio.Path(path).stat()

    async def lines(self, path):
        count = 0
        async with await self.anyio.open_file(path) as file:
            async for _ in file:
                count += 1
        return count


class Trio(Aiofiles):
    """trio's own files, under trio."""

    def __init__(self):
        import trio

        self.trio = trio

    async def read(self, path):
        return await self.trio.Path(path).read_bytes()

    async def write(self, path, data):
        await self.trio.Path(path).write_bytes(data)

    async def stat(self, path):
        return await self.trio.Path(path).stat()

    async def lines(self, path):
        count = 0
        async with await self.trio.open_file(path) as file:
            async for _ in file:
                count += 1
        return count


FILES = {
    "plain": (Plain, {}),
    "dxpy": (Dxpy, {}),
    "aiofiles": (Aiofiles, {}),
    "aiofile uring": (Aiofile, {"CAIO_IMPL": "uring"}),
    "aiofile linux": (Aiofile, {"CAIO_IMPL": "linux"}),
    "aiofile thread": (Aiofile, {"CAIO_IMPL": "thread"}),
    "anyio": (Anyio, {}),
    "trio": (Trio, {}),
}


def run(library, coroutine, loop_factory=None):
    """Run it in the library's loop."""
    if isinstance(library, Trio):
        import trio

        async def main():
            return await coroutine

        return trio.run(main)
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(coroutine)


async def together(library, calls):
    """Await all of them, side by side."""
    if not isinstance(library, Trio):
        return await asyncio.gather(*[call() for call in calls])
    async with library.trio.open_nursery() as nursery:
        for call in calls:
            nursery.start_soon(call)
