"""Loops in several threads at once: they share the lanes and nothing else."""

import asyncio
import os
import random
import socket
import threading

from dxpy import _reactor, aio

THREADS = 4
ROUNDS = 40


async def files(folder, name, chance):
    """Written, read, cancelled, removed; what cannot end in the call goes through the lanes."""
    path = os.path.join(folder, name)
    for number in range(ROUNDS):
        data = chance.randbytes(chance.randrange(1, 100_000))
        assert await aio.write_file(path, data) == len(data)
        async with aio.open(path, "rb") as file:
            assert await file.read() == data
        operations = [aio.read_file("/proc/self/comm") for _ in range(chance.randrange(1, 30))]
        for operation in operations[:: chance.randrange(1, 4)]:
            operation.cancel()
        found = await asyncio.gather(*operations, return_exceptions=True)
        assert all(isinstance(one, (bytes, asyncio.CancelledError)) for one in found)
        if number % 10 == 9:
            _reactor._set_idle_seconds(chance.choice((0.001, 10.0)))
            aio.configure(lane="files", threads=chance.randrange(1, 8))
    await aio.unlink(path)


async def folders(folder, name):
    """Trees made and removed through the other lane."""
    for _ in range(ROUNDS // 4):
        async with aio.TemporaryDirectory(prefix=name, dir=folder) as top:
            await aio.makedirs(os.path.join(top, "a", "b"))
            assert sorted(await aio.listdir(top)) == ["a"]


async def flows(folder, name, pool):
    """A file to a socket through a pool that all threads share."""
    path = os.path.join(folder, name)
    await aio.write_file(path, b"x" * 200_000)
    for _ in range(ROUNDS // 4):
        here, there = socket.socketpair()
        with here:
            here.setblocking(False)
            async with aio.open_socket(there) as stream, aio.open(path, "rb") as file:
                sending = pool.send_file(here, file)
                assert await stream.readexactly(200_000) == b"x" * 200_000
                assert await sending == 200_000


def test_loops_in_threads(folder):
    failures = []
    threads = aio.stats().lanes["files"].limit
    with aio.ReactorPool(2) as pool:

        async def main(number):
            chance = random.Random(number)
            await asyncio.gather(
                files(folder, f"one{number}", chance),
                files(folder, f"two{number}", chance),
                folders(folder, f"tree{number}"),
                flows(folder, f"flow{number}", pool),
            )

        def run(number):
            try:
                asyncio.run(main(number))
            except BaseException as error:
                failures.append(error)

        running = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    aio.configure(lane="files", threads=threads)
    _reactor._set_idle_seconds(10.0)
    assert failures == []
    assert sorted(os.listdir(folder)) == [f"flow{number}" for number in range(THREADS)]


def test_a_loop_that_moves_to_another_thread(folder):
    path = os.path.join(folder, "a")
    loop = asyncio.new_event_loop()
    outcome = []

    async def use():
        await aio.write_file(path, b"x")
        async with await aio.serve(lambda stream: stream.write(b"x"), "127.0.0.1") as server:
            async with await aio.connect(*server.addresses[0]) as stream:
                return await stream.read()

    for _ in range(3):
        thread = threading.Thread(target=lambda: outcome.append(loop.run_until_complete(use())))
        thread.start()
        thread.join()
    outcome.append(loop.run_until_complete(use()))
    loop.close()
    assert outcome == [b"x"] * 4
