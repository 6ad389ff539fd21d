"""The examples work as their first lines say."""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
import time

import pytest
from isolate import ROOT

from dxpy import aio

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def example(name):
    return str(ROOT / "examples" / name)


@pytest.mark.parametrize("tls", [False, True])
def test_file_server(folder, certificate, tls):
    os.symlink("/etc/passwd", os.path.join(folder, "leads-out"))
    large = os.urandom(3_000_000)
    with open(os.path.join(folder, "small.txt"), "w") as file:
        file.write("hello")
    with open(os.path.join(folder, "large.bin"), "wb") as file:
        file.write(large)

    async def get(stream, target, fields="", method="GET"):
        await stream.write(f"{method} {target} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
        status = (await stream.readline()).split()[1]
        size = 0
        while header := (await stream.readline()).strip():
            if header.lower().startswith(b"content-length:"):
                size = int(header.split(b":")[1])
        return status, b"" if method == "HEAD" else await stream.readexactly(size)

    async def main():
        command = [sys.executable, example("aio_file_server.py"), "--port", "0", "--idle", "2", folder]
        command += ["--tls", *certificate] if tls else []
        trusting = ssl.create_default_context(cafile=certificate[0]) if tls else None
        where = {"ssl": trusting, "server_hostname": "localhost"} if tls else {}
        async with await aio.start_process(
            command, stdout=aio.PIPE, stderr=aio.PIPE, env=ENVIRONMENT
        ) as server:
            line = (await server.stdout.readline()).decode()
            port = int(line.rpartition(",")[2].strip(" )]\n"))
            async with await aio.connect("127.0.0.1", port, **where) as stream:
                assert await get(stream, "/small.txt") == (b"200", b"hello")
                assert await get(stream, "/large.bin") == (b"200", large)
                assert await get(stream, "/") == (b"200", b"large.bin\nleads-out\nsmall.txt\n")
                assert await get(stream, "/large.bin", "Range: bytes=5-99999\r\n") == (
                    b"206",
                    large[5:100_000],
                )
                assert await get(stream, "/large.bin", "Range: bytes=-7\r\n") == (b"206", large[-7:])
                assert (await get(stream, "/small.txt", "Range: bytes=9-\r\n"))[0] == b"416"
                assert await get(stream, "/large.bin", method="HEAD") == (b"200", b"")
                assert (await get(stream, "/small.txt", method="PUT"))[0] == b"405"
                assert (await get(stream, "/leads-out"))[0] == b"403"
                assert (await get(stream, "/none"))[0] == b"404"
                assert (await get(stream, "/small.txt/none"))[0] == b"404"
                assert (await get(stream, "/../../../../../etc/passwd"))[0] == b"403"
                assert (await get(stream, "/a%00b"))[0] == b"404"
            for request in (b"GET /large.bin HTTP/1.1\r\n\r\n", b"GET", b"x" * 400_000):
                stream = await aio.connect("127.0.0.1", port, **where)
                await stream.write(request)
                stream.abort()
            async with await aio.connect("127.0.0.1", port, **where) as stream:
                assert (await get(stream, "nonsense of many words"))[0] == b"400"
                await stream.write(b"GET / HTTP/1.1\r\n")  # and never the rest
                assert (await stream.read()).startswith(b"HTTP/1.1 408 ")
            # What is under way ends well, what waits is let go.
            busy, idle = [await aio.connect("127.0.0.1", port, **where) for _ in range(2)]
            await busy.write(b"GET /large.bin HTTP/1.1\r\n\r\n")
            assert await busy.readline() == b"HTTP/1.1 200 OK\r\n"
            begun = time.monotonic()
            server.terminate()
            await asyncio.sleep(0.1)
            assert (await busy.read()).endswith(large)
            assert await idle.read() == b""
            assert (await server.wait(), await server.stderr.read()) == (0, b"")
            assert time.monotonic() - begun < 15
            await busy.close()
            await idle.close()

    asyncio.run(main())


def test_count_words(folder):
    os.mkdir(os.path.join(folder, "x"))
    for name, text in (("a.txt", "one two two\n"), ("x/b.txt", "two three\n")):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    result = subprocess.run(
        [sys.executable, example("aio_count_words.py"), folder],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=True,
    )
    assert result.stdout.splitlines()[0].split() == ["3", "two"]


def test_watch(folder):
    async def main():
        command = [sys.executable, example("aio_watch.py"), folder, "echo", "ran"]
        async with await aio.start_process(command, stdout=aio.PIPE, env=ENVIRONMENT) as process:
            line = asyncio.ensure_future(process.stdout.readline())
            number = 0
            while not line.done():
                number += 1
                await aio.write_file(os.path.join(folder, f"new{number}"), b"")
                await asyncio.wait([line], timeout=0.1)
            assert (await line).startswith(b"created ")
            assert await process.stdout.readuntil(b"ran\n")

    asyncio.run(main())


def test_tail(folder):
    async def main():
        one, other = paths = [os.path.join(folder, name) for name in ("one", "other")]
        for path in paths:
            await aio.write_file(path, "of before\n")
        command = [sys.executable, example("aio_tail.py"), *paths]
        async with await aio.start_process(command, stdout=aio.PIPE, env=ENVIRONMENT) as process:
            lines = asyncio.Queue()

            async def collect():
                async for line in process.stdout:
                    lines.put_nowait(line)

            async def is_shown(text):
                assert await asyncio.wait_for(lines.get(), 60) == text

            collecting = asyncio.ensure_future(collect())
            while lines.empty():  # until it has started
                await aio.write_file(one, "begun\n", append=True)
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.5)
            while not lines.empty():
                assert lines.get_nowait() == b"begun\n"
            await aio.write_file(other, "of two ", append=True)
            await asyncio.sleep(0.05)
            await aio.write_file(other, "pieces\n", append=True)
            await is_shown(b"of two pieces\n")
            await aio.write_file(one, "replaced\n", atomic=True)
            await is_shown(b"replaced\n")
            await aio.truncate(other, 0)
            await asyncio.sleep(0.2)
            await aio.write_file(other, "after it was cut\n", append=True)
            await is_shown(b"after it was cut\n")
            await aio.unlink(one)
            await asyncio.sleep(0.05)
            await aio.write_file(one, "made anew\n")
            await is_shown(b"made anew\n")
            process.send_signal(signal.SIGINT)
            assert await process.wait() == 0
            await collecting

    asyncio.run(main())


def test_supervise():
    commands = [
        "echo once; exit 3",
        "trap '' TERM; echo deaf; sleep 1000",
        "head -c 300000 /dev/zero; echo; sleep 1000",
    ]

    async def main():
        command = [sys.executable, example("aio_supervise.py"), *commands]
        async with await aio.start_process(command, stdout=aio.PIPE, env=ENVIRONMENT) as process:
            said = []

            async def until(condition):
                while not condition():
                    said.append(await asyncio.wait_for(process.stdout.read(1 << 20), 60))
                    assert said[-1], said

            await until(lambda: b"".join(said).count(b": once\n") >= 2)
            await until(lambda: b": deaf\n" in b"".join(said) and b"".join(said).count(b"\0") == 300_000)
            process.terminate()
            assert await asyncio.wait_for(process.wait(), 60) == 0
            said.append(await process.stdout.read())
            ended = sorted(line.split(b": ")[1] for line in b"".join(said).splitlines() if b": ended" in line)
            assert set(ended) == {b"ended with -15", b"ended with -9", b"ended with 3"}

    asyncio.run(main())
