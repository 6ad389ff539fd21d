"""Mixed load on the reactor for some minutes, with a proof at the end that nothing was left behind.

python tools/reactor_soak.py [minutes]
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "reactor"))

from isolate import Proof, resident, warm_up

from dxpy import aio


async def files(folder, name):
    """Write, read, rename, remove; some of it cancelled."""
    path = os.path.join(folder, name)
    data = os.urandom(random.randrange(1, 300_000))
    await aio.write_file(path, data, atomic=random.random() < 0.3)
    assert await aio.read_file(path) == data
    async with aio.open(path, "rb") as file:
        while await file.read(50_000):
            pass
    async with aio.open(path, "ab") as file:
        for _ in range(20):
            await file.write(b"line\n" * 50)
    await aio.rename(path, path + ".moved")
    try:
        async with asyncio.timeout(random.random() * 0.002):
            await asyncio.gather(
                *[aio.read_file(path + ".moved") for _ in range(5)], aio.read_file("/proc/self/status")
            )
    except TimeoutError:
        pass
    await aio.unlink(path + ".moved")


async def folders(folder, name):
    """Trees made, walked, removed."""
    async with aio.TemporaryDirectory(dir=folder) as top:
        await aio.makedirs(os.path.join(top, "a", "b", "c"))
        await aio.write_file(os.path.join(top, "a", "x"), name)
        assert len([step async for step in aio.walk(top)]) == 4


async def sockets(folder, name):
    """A server, some clients, some that leave early."""

    async def handler(stream):
        try:
            while data := await stream.read(10_000):
                await stream.write(data)
        except ConnectionError:
            pass  # one of those that left

    async def client(address):
        async with await aio.connect(*address) as stream:
            data = os.urandom(random.randrange(1, 100_000))
            if random.random() < 0.2:
                await stream.write(data)
                return
            received, _ = await asyncio.gather(stream.readexactly(len(data)), stream.write(data))
            assert received == data

    async with await aio.serve(handler, "127.0.0.1") as server:
        await asyncio.gather(*[client(server.addresses[0]) for _ in range(10)])


async def others(folder, name):
    """Names, processes, changes."""
    await aio.getaddrinfo("localhost", 80)
    assert (await aio.run_process(["echo", name])).stdout == name.encode() + b"\n"
    async with aio.watch(folder) as watch:
        await aio.write_file(os.path.join(folder, name), b"")
        await asyncio.wait_for(anext(watch), 10)
    await aio.unlink(os.path.join(folder, name))


async def load(folder, seconds):
    """Workers that take a scenario at random until the time is over."""
    until = time.monotonic() + seconds
    done = 0

    async def worker(number):
        nonlocal done
        while time.monotonic() < until:
            scenario = random.choice((files, files, files, folders, sockets, others))
            await scenario(folder, f"w{number}-{done}")
            done += 1

    await asyncio.gather(*[worker(number) for number in range(8)])
    return done


def main(minutes=10.0):
    """Loops of ten seconds each, one after the other."""
    until = time.monotonic() + float(minutes) * 60
    total = 0
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(load(folder, 2))
        with Proof(64 << 20):
            while time.monotonic() < until:
                total += asyncio.run(load(folder, min(10, max(1, until - time.monotonic()))))
                print(f"{total} scenarios, {resident() >> 20} MiB", flush=True)
        assert os.listdir(folder) == []
    print("nothing left behind")


if __name__ == "__main__":
    main(*sys.argv[1:])
