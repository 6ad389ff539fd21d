"""Streams, servers, TLS, processes, watching."""

import asyncio
import os
import socket
import ssl
import subprocess
import sys

import pytest

from dxpy import aio


async def echo(stream):
    while data := await stream.read(65536):
        await stream.write(data)


def test_tcp_echo(run):
    async def main():
        async with await aio.serve(echo, "127.0.0.1") as server:
            host, port = server.addresses[0]
            async with await aio.connect("localhost", port) as stream:
                assert stream.peername == (host, port) and stream.sockname[0] == host
                await stream.write(b"hello\nworld\n\xff")
                assert await stream.readline() == b"hello\n"
                assert await stream.readuntil(b"ld") == b"world"
                assert await stream.readexactly(2) == b"\n\xff"
                waiting = stream.read(100)
                assert not waiting.done()
                with pytest.raises(RuntimeError):
                    stream.read(1)
                await stream.write(bytearray(b"late"))
                assert await waiting == b"late"
                await stream.write_eof()
                assert (
                    await stream.read() == b""
                    and await stream.read(5) == b""
                    and await stream.readline() == b""
                )
            assert stream.closed
            for call in (stream.read, stream.readline, stream.fileno):
                with pytest.raises(ValueError):
                    await call()

    run(main())


@pytest.mark.parametrize("size", [1024, 10_000, 100_000, 20_000_000])
def test_much_data_both_ways(run, folder, size):
    async def main():
        path = os.path.join(folder, "socket")
        async with await aio.serve(echo, path=path) as server, await aio.connect(path=path) as stream:
            assert server.addresses == [path]
            data = os.urandom(size)

            async def send():
                await stream.write(data)
                await stream.write_eof()

            received, _ = await asyncio.gather(stream.read(), send())
            assert received == data

    run(main())


def test_reading_to_a_bound(run):
    async def main():
        async def handler(stream):
            await stream.write(b"x" * 300_000)

        async with await aio.serve(handler, "127.0.0.1") as server:
            async with await aio.connect(*server.addresses[0]) as stream:
                with pytest.raises(ValueError, match="limit"):
                    await stream.readuntil(b"never")
                assert len(await stream.readexactly(299_999)) == 299_999
                with pytest.raises(asyncio.IncompleteReadError) as caught:
                    await stream.readexactly(10)
                assert caught.value.partial == b"x"
                for bad in (-2, -1):
                    with pytest.raises(ValueError):
                        await (stream.readexactly(bad) if bad == -1 else stream.read(bad))
                with pytest.raises(ValueError):
                    await stream.readuntil(b"")
                with pytest.raises(TypeError):
                    await stream.readuntil("x")

    run(main())


def test_a_slow_reader_holds_the_writer(run):
    async def main():
        released = asyncio.Event()

        async def handler(stream):
            await released.wait()
            await stream.read()

        async with await aio.serve(handler, "127.0.0.1") as server:
            async with await aio.connect(*server.addresses[0]) as stream:
                writing = stream.write(bytes(50_000_000))
                await asyncio.sleep(0.1)
                assert not writing.done()
                released.set()
                await writing

    run(main())


def test_lines_of_a_stream(run):
    async def main():
        async def handler(stream):
            await stream.write(b"one\ntwo\nthree")

        async with await aio.serve(handler, "127.0.0.1") as server:
            async with await aio.connect(*server.addresses[0]) as stream:
                assert [line async for line in stream] == [b"one\n", b"two\n", b"three"]

    run(main())


def test_a_cancelled_read_loses_nothing(run):
    async def main():
        async with await aio.serve(echo, "127.0.0.1") as server:
            async with await aio.connect(*server.addresses[0]) as stream:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(stream.readexactly(10), 0.05)
                await stream.write(b"0123")
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(stream.readexactly(10), 0.05)
                await stream.write(b"456789")
                assert await stream.readexactly(10) == b"0123456789"

    run(main())


def test_connection_errors(run, folder):
    async def main():
        closed = socket.create_server(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        closed.close()
        with pytest.raises(ConnectionRefusedError):
            await aio.connect("127.0.0.1", port)
        with pytest.raises(FileNotFoundError):
            await aio.connect(path=os.path.join(folder, "none"))
        with pytest.raises(socket.gaierror):
            await aio.connect("no.such.name.invalid", 1)
        for named in ({}, {"host": "localhost", "path": "x"}, {"path": "x" * 200}, {"path": "a\0b"}):
            with pytest.raises(ValueError):
                await aio.connect(**named)
        async with await aio.serve(echo, "127.0.0.1") as server:
            with pytest.raises(OSError):
                await aio.serve(echo, *server.addresses[0])

            async def reset(stream):
                stream.abort()

        async with await aio.serve(reset, "127.0.0.1") as server:
            async with await aio.connect(*server.addresses[0]) as stream:
                with pytest.raises(ConnectionError):
                    for _ in range(1000):
                        await stream.write(b"x" * 10_000)
                        await asyncio.sleep(0)

    run(main())


def test_a_failing_handler_is_reported_and_the_server_goes_on(run):
    async def main():
        reports = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: reports.append(context["exception"])
        )

        async def handler(stream):
            if await stream.read(1) == b"!":
                raise KeyError("handler")
            await stream.write(b"fine")

        async with await aio.serve(handler, "127.0.0.1") as server:
            for letter, answer in ((b"!", b""), (b"?", b"fine")):
                async with await aio.connect(*server.addresses[0]) as stream:
                    await stream.write(letter)
                    assert await stream.read() == answer
        assert isinstance(reports[0], KeyError) and len(reports) == 1

    run(main())


def test_many_connections(run):
    async def main():
        async def one(address):
            async with await aio.connect(*address) as stream:
                await stream.write(b"x" * 1000)
                return await stream.readexactly(1000)

        async with await aio.serve(echo, "127.0.0.1", limit=20) as server:
            results = await asyncio.gather(*[one(server.addresses[0]) for _ in range(200)])
        assert results == [b"x" * 1000] * 200

    run(main())


def test_taking_over_a_socket(run):
    async def main():
        ours, theirs = socket.socketpair()
        async with aio.open_socket(ours) as stream:
            assert ours.fileno() == -1
            await stream.write(b"taken")
            assert theirs.recv(10) == b"taken"
            theirs.close()
            assert await stream.read() == b""
        with socket.socket(type=socket.SOCK_DGRAM) as datagram, pytest.raises(ValueError):
            aio.open_socket(datagram)

    run(main())


def test_tls(run, certificate):
    chain, key = certificate
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain, key)
    trusting = ssl.create_default_context(cafile=chain)

    async def main():
        async with await aio.serve(echo, "127.0.0.1", ssl=serving) as server:
            port = server.addresses[0][1]
            async with await aio.connect(
                "127.0.0.1", port, ssl=trusting, server_hostname="localhost"
            ) as stream:
                data = os.urandom(1_000_000)
                received, _ = await asyncio.gather(stream.readexactly(len(data)), stream.write(data))
                assert received == data and stream.version().startswith("TLS")
                await stream.write(b"line\nrest")
                assert await stream.readline() == b"line\n" and await stream.readuntil(b"st") == b"rest"
            with pytest.raises(ssl.SSLCertVerificationError):
                await aio.connect("127.0.0.1", port, ssl=True, server_hostname="localhost")
            async with await aio.connect("127.0.0.1", port) as plain:
                await plain.write(b"not tls at all, not at all\n" * 10)
                await plain.read()

    run(main())


def test_run_process(run):
    async def main():
        result = await aio.run_process(["cat"], input=b"in" * 100_000)
        assert (result.returncode, result.stdout, result.stderr) == (0, b"in" * 100_000, b"")
        result = await aio.run_process("echo out; echo err >&2; exit 3")
        assert (result.returncode, result.stdout, result.stderr) == (3, b"out\n", b"err\n")
        with pytest.raises(subprocess.CalledProcessError):
            await aio.run_process("exit 1", check=True)
        with pytest.raises(FileNotFoundError):
            await aio.run_process(["/no/such/program"])
        with pytest.raises(aio.Timeout) as caught:
            await aio.run_process(["sleep", "30"], timeout=0.1)
        assert isinstance(caught.value, TimeoutError)
        result = await aio.run_process(["head", "-c", "1"], input=b"x" * 10_000_000)
        assert result.stdout == b"x"

    run(main())


def test_processes_run_side_by_side_and_leave_sigchld_alone(run):
    import signal

    async def main():
        before = signal.getsignal(signal.SIGCHLD)
        results = await asyncio.gather(
            *[aio.run_process([sys.executable, "-S", "-c", f"import sys; sys.exit({n})"]) for n in range(5)]
        )
        assert [result.returncode for result in results] == [0, 1, 2, 3, 4]
        async with await aio.start_process(["cat"], stdin=aio.PIPE, stdout=aio.PIPE) as process:
            await process.stdin.write(b"line\n")
            assert await process.stdout.readline() == b"line\n" and process.returncode is None
            process.terminate()
            assert await process.wait() == -signal.SIGTERM == process.returncode
        task = asyncio.create_task(aio.run_process(["sleep", "30"]))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert signal.getsignal(signal.SIGCHLD) == before

    run(main())


def test_watching_a_tree(run, folder):
    async def main():
        os.mkdir(os.path.join(folder, "old"))
        seen = set()

        async def until(watch, *wanted):
            async with asyncio.timeout(5):
                while not set(wanted) <= seen:
                    event = await anext(watch)
                    seen.add((event.kind, os.path.relpath(event.path, folder)))

        async with aio.watch(folder, recursive=True) as watch:
            open(os.path.join(folder, "a"), "w").close()
            await until(watch, ("created", "a"))
            open(os.path.join(folder, "old", "b"), "w").close()
            await until(watch, ("created", "old/b"))
            os.makedirs(os.path.join(folder, "new", "deep"))
            await until(watch, ("created", "new"), ("created", "new/deep"))
            with open(os.path.join(folder, "new", "deep", "c"), "w") as file:
                file.write("x")
            await until(watch, ("created", "new/deep/c"))
            os.unlink(os.path.join(folder, "a"))
            await until(watch, ("deleted", "a"))
            with open(os.path.join(folder, "old", "b"), "w") as file:
                file.write("changed")
            await until(watch, ("modified", "old/b"))
            assert len(seen) >= 6
        with pytest.raises(StopAsyncIteration):
            await anext(watch)
        with pytest.raises(FileNotFoundError):
            aio.watch(os.path.join(folder, "none"))

    run(main())


def test_watching_one_file_and_stopping(run, folder):
    path = os.path.join(folder, "a")
    open(path, "w").close()

    async def main():
        watch = aio.watch(path)
        with open(path, "w") as file:
            file.write("x")
        event = await asyncio.wait_for(anext(watch), 5)
        assert event.path == path and event.kind == "modified"

        async def rest():
            return [event async for event in watch]

        task = asyncio.create_task(rest())
        await asyncio.sleep(0.05)
        watch.close()
        await asyncio.wait_for(task, 5)

    run(main())
