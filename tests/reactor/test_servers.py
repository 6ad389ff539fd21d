"""Servers that end, peers that do not do their part, and TLS cut short."""

import asyncio
import io
import os
import socket
import ssl
import time

import pytest
from isolate import isolated

from dxpy import aio

MUCH = b"x" * 30_000_000


@pytest.fixture
def contexts(certificate):
    """TLS contexts of a server and of clients that trust it."""
    chain, key = certificate
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain, key)
    return serving, ssl.create_default_context(cafile=chain)


async def deaf(stream):
    """A handler that reads nothing."""
    await asyncio.sleep(1000)


def test_serving_ends_with_close(run):
    async def main():
        async with await aio.serve(deaf, "127.0.0.1") as server:
            serving = asyncio.create_task(server.serve_forever())
            await asyncio.sleep(0.01)
            await server.close()
            assert await serving is None
            await server.serve_forever()
        with pytest.raises(ConnectionRefusedError):
            async with await aio.serve(deaf, "127.0.0.1") as server:
                address = server.addresses[0]
            await aio.connect(*address)

    run(main())


def test_closing_gives_handlers_their_time(run):
    async def main():
        ended = []

        async def handler(stream):
            try:
                await asyncio.sleep(float(await stream.readline()))
                await stream.write(b"served")
                ended.append("served")
            except asyncio.CancelledError:
                ended.append("cancelled")
                raise

        server = await aio.serve(handler, "127.0.0.1")
        quick, slow = [await aio.connect(*server.addresses[0]) for _ in range(2)]
        await quick.write(b"0.05\n")
        await slow.write(b"100\n")
        await asyncio.sleep(0.02)
        begun = time.monotonic()
        await server.close(grace=0.3)
        assert 0.25 < time.monotonic() - begun < 5
        assert ended == ["served", "cancelled"]
        assert (await quick.read(), await slow.read()) == (b"served", b"")
        await quick.close()
        await slow.close()
        server = await aio.serve(handler, "127.0.0.1")
        async with await aio.connect(*server.addresses[0]) as stream:
            await stream.write(b"0.05\n")
            await asyncio.sleep(0.02)
            await server.close(grace=None)
            assert await stream.read() == b"served"

    run(main())


def test_a_handler_closes_its_server(run):
    async def main():
        async def handler(stream):
            await stream.readline()
            await server.close(grace=5)
            await stream.write(b"closed\n")

        server = await aio.serve(handler, "127.0.0.1")
        async with await aio.connect(*server.addresses[0]) as stream:
            await stream.write(b"stop\n")
            assert await asyncio.wait_for(stream.read(), 3) == b"closed\n"
        await server.serve_forever()

    run(main())


def test_closing_does_not_wait_for_peers_that_do_not_read(run):
    async def main():
        async def handler(stream):
            await stream.write(MUCH)

        server = await aio.serve(handler, "127.0.0.1")
        async with await aio.connect(*server.addresses[0]):
            await asyncio.sleep(0.05)
            await asyncio.wait_for(server.close(), 3)

    run(main())


def test_leaving_a_stream_with_an_error_sends_no_more(run):
    async def main():
        async with await aio.serve(deaf, "127.0.0.1") as server:
            async with asyncio.timeout(30):
                with pytest.raises(aio.Timeout):
                    async with await aio.connect(*server.addresses[0]) as stream:
                        async with aio.timeout(0.05):
                            await stream.write(MUCH)
            assert stream.closed

    run(main())


def test_what_is_not_a_handler(run):
    async def main():
        messages = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: messages.append(str(context["exception"]))
        )
        async with await aio.serve(lambda stream: 5, "127.0.0.1") as server:
            async with await aio.connect(*server.addresses[0]) as stream:
                assert await stream.read() == b""
            await asyncio.sleep(0.01)
        assert len(messages) == 1 and "must be a coroutine function" in messages[0] and "5" in messages[0]

        with pytest.raises(TypeError, match="handler must be a coroutine function, not int"):
            await aio.serve(8080)
        with pytest.raises(TypeError, match="host must be str.*not int"):
            await aio.serve(deaf, 8080)
        with pytest.raises(TypeError, match="SSLContext with a certificate, not bool"):
            await aio.serve(deaf, "127.0.0.1", ssl=True)
        with pytest.raises(TypeError, match="limit must be int, not str"):
            await aio.serve(deaf, "127.0.0.1", limit="10")
        with pytest.raises(ValueError, match="backlog must be positive"):
            await aio.serve(deaf, "127.0.0.1", backlog=0)
        with pytest.raises(TypeError, match="ssl must be True or an ssl.SSLContext, not str"):
            await aio.connect("127.0.0.1", 1, ssl="yes")
        with pytest.raises(ValueError, match="host and port"):
            await aio.connect("127.0.0.1")

    run(main())


def test_halves_and_resets_of_connections(run):
    async def main():
        received = []

        async def handler(stream):
            received.append(await stream.read())
            await stream.write(b"answer")

        async with await aio.serve(handler, "127.0.0.1") as server:
            async with await aio.connect(*server.addresses[0]) as stream:
                await stream.write(b"question")
                await stream.write_eof()
                assert await stream.read() == b"answer" and received == [b"question"]
                with pytest.raises(BrokenPipeError):
                    await stream.write(b"more")

        async def resetting(stream):
            await stream.read(1)
            number = os.dup(stream.fileno())
            with socket.socket(fileno=number) as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            stream.abort()

        async with await aio.serve(resetting, "127.0.0.1") as server:
            async with await aio.connect(*server.addresses[0]) as stream:
                await stream.write(b"x")
                for _ in range(2):
                    with pytest.raises(ConnectionResetError):
                        await stream.readexactly(5)
                with pytest.raises((BrokenPipeError, ConnectionResetError)):
                    await stream.write(b"x")

    run(main())


def test_closing_a_stream_tells_its_reader(run):
    async def main():
        near, far = socket.socketpair()
        near.setblocking(False)
        with far:
            stream = aio.open_socket(near)
            reading = asyncio.create_task(stream.read(1))
            await asyncio.sleep(0.01)
            await stream.close()
            with pytest.raises(ConnectionAbortedError):
                await asyncio.wait_for(reading, 3)

    run(main())


def test_tls_tells_a_goodbye_from_a_cut(run, contexts):
    serving, trusting = contexts

    async def main():
        async def handler(stream):
            await stream.write(b"part")
            if (await stream.readline()) == b"cut\n":
                stream.abort()

        async with await aio.serve(handler, "127.0.0.1", ssl=serving) as server:
            for word, cut in ((b"cut\n", True), (b"end\n", False)):
                async with await aio.connect(
                    *server.addresses[0], ssl=trusting, server_hostname="localhost"
                ) as stream:
                    assert await stream.readexactly(4) == b"part" and not stream.truncated
                    with pytest.raises(io.UnsupportedOperation, match="not encrypted"):
                        stream.fileno()
                    assert stream.plain.fileno() > 2 and stream.peername == server.addresses[0]
                    await stream.write(word)
                    assert await stream.read() == b"" and stream.truncated is cut

    run(main())


def test_tls_cut_within_a_record_and_within_the_handshake(run, contexts):
    serving, trusting = contexts

    async def cut_after(size, use):
        """A connection through something in the middle that lets only so many bytes of the server's pass."""
        outcome = []

        async def handler(stream):
            await stream.write(b"z" * 100_000)

        async def middle(stream):
            async with await aio.connect(*server.addresses[0]) as behind:
                forward = asyncio.create_task(pass_on(stream, behind, 1 << 60))
                await pass_on(behind, stream, size)
                forward.cancel()
            stream.abort()

        async with (
            await aio.serve(handler, "127.0.0.1", ssl=serving) as server,
            await aio.serve(middle, "127.0.0.1") as between,
        ):
            try:
                outcome = await asyncio.wait_for(use(between.addresses[0]), 5)
            except OSError as error:
                outcome = error
        return outcome

    async def pass_on(source, target, size):
        while size and (data := await source.read(min(size, 65536))):
            await target.write(data)
            size -= len(data)

    async def use(address):
        async with await aio.connect(*address, ssl=trusting, server_hostname="localhost") as stream:
            return len(await stream.read()), stream.truncated

    async def main():
        for size in (0, 5, 700):
            assert isinstance(await cut_after(size, use), OSError), size
        received, truncated = await cut_after(60_000, use)
        assert 0 < received < 100_000 and truncated

    run(main())


def test_tls_handshakes_have_their_time(run, contexts):
    serving, _ = contexts

    async def main():
        async with await aio.serve(deaf, "127.0.0.1", ssl=serving, handshake_timeout=0.1) as server:
            async with await aio.connect(*server.addresses[0]) as stream:
                assert await asyncio.wait_for(stream.read(), 3) == b""

    run(main())


@isolated()
def test_a_connection_that_is_never_accepted_times_out():
    async def main():
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            address = listener.getsockname()
            clients = []
            try:
                for _ in range(4):  # more than the system keeps
                    async with aio.timeout(0.1):
                        clients.append(await aio.connect(*address))
            except aio.Timeout:
                pass
            else:
                raise AssertionError("all were connected")
            for client in clients:
                await client.close()

    asyncio.run(main())
