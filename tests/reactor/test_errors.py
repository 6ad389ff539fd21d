"""Bad input: what is said about it, and that it is said before anything is done."""

import asyncio
import os
import socket
import threading

import pytest

from dxpy import aio


def fails(kind, call, match=None):
    """The call raises, at once or when awaited."""

    async def check():
        with pytest.raises(kind, match=match) as caught:
            await call()
        return caught.value

    return check()


def test_what_is_of_the_wrong_type(run, folder):
    path = os.path.join(folder, "a")

    async def main():
        fd = os.open(path, os.O_RDWR | os.O_CREAT)
        try:
            for call in (
                lambda: aio.read_file(None),
                lambda: aio.stat(3),
                lambda: aio.pread(fd, "1", 0),
                lambda: aio.pread_into(fd, b"constant", 0),
                lambda: aio.pwrite(fd, "text", 0),
                lambda: aio.write_fd(fd, "text"),
                lambda: aio.write_file(path, 5),
                lambda: aio.open(path, 5),
                lambda: aio.chmod(path, "rw"),
                lambda: aio.utime(path, (1,)),
                lambda: aio.watch(3),
                lambda: aio.serve(None, "127.0.0.1"),
                lambda: aio.serve("handler", "127.0.0.1"),
                lambda: aio.serve(print, "127.0.0.1", handshake_timeout="1"),
                lambda: aio.open(path, buffering="x"),
                lambda: aio.open(path, encoding=[]),
                lambda: aio.open(path, errors=b""),
                lambda: aio.open(path, newline=5),
                lambda: aio.mkstemp(suffix=5),
                lambda: aio.mkdtemp(prefix=b"x"),
                lambda: aio.run_process(["true"], stdout="file"),
                lambda: aio.run_process(["true"], input=""),
                lambda: aio.run_process(["true"], timeout="1"),
                lambda: aio.copytree(5, path),
            ):
                await fails(TypeError, call)
            await fails(TypeError, lambda: aio.pread(fd, "1", 0), "size must be int, not str")
            await fails(TypeError, lambda: aio.truncate(path, None), "size must be int, not NoneType")
            for call in (aio.create_reactor, aio.open_socket):
                with pytest.raises(TypeError):
                    call(5)
            assert await aio.read_file(path) == b""
        finally:
            os.close(fd)

    run(main())


def test_what_has_no_meaning(run, folder):
    path = os.path.join(folder, "a")

    async def main():
        for call in (
            lambda: aio.write_file(path, b"", atomic=True, append=True),
            lambda: aio.serve(print, "127.0.0.1", limit=0),
            lambda: aio.run_process([]),
            lambda: aio.connect(path="a\0b"),
            lambda: aio.run_process(["a\0b"]),
            lambda: aio.serve(print, path=""),
            lambda: aio.sleep(float("nan")),
            lambda: aio.run_process(["true"], timeout=float("nan")),
        ):
            await fails(ValueError, call)
        for port in (-1, 65536, 99999):
            await fails(OverflowError, lambda port=port: aio.connect("127.0.0.1", port), str(port))
            await fails(OverflowError, lambda port=port: aio.serve(print, "127.0.0.1", port), str(port))
        assert os.listdir(folder) == []

    run(main())


def test_the_first_error_of_a_copied_tree_is_raised(run, folder):
    async def main():
        await aio.makedirs(os.path.join(folder, "a", "b"))
        for number in range(20):
            await aio.write_file(os.path.join(folder, "a", "b", str(number)), b"x")
        await fails(
            FileNotFoundError, lambda: aio.copytree(os.path.join(folder, "none"), folder + "/c"), "none"
        )
        await fails(FileExistsError, lambda: aio.copytree(os.path.join(folder, "a"), folder), folder)
        await aio.chmod(os.path.join(folder, "a", "b"), 0)
        if os.geteuid() != 0:
            await fails(PermissionError, lambda: aio.copytree(os.path.join(folder, "a"), folder + "/d"), "b")
        await aio.chmod(os.path.join(folder, "a", "b"), 0o700)
        copying = asyncio.ensure_future(aio.copytree(os.path.join(folder, "a"), os.path.join(folder, "e")))
        await asyncio.sleep(0)
        copying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await copying

    run(main())


def test_errors_of_the_system_name_what_they_are_about(run, folder):
    missing = os.path.join(folder, "none")

    async def main():
        for call, name in (
            (lambda: aio.connect(path=missing), missing),
            (lambda: aio.serve(print, path=os.path.join(missing, "socket")), os.path.join(missing, "socket")),
            (lambda: aio.run_process([missing]), missing),
            (lambda: aio.run_process(["true"], cwd=missing), missing),
        ):
            error = await fails(FileNotFoundError, call)
            assert isinstance(error, aio.IoError)
            assert (error.errno, error.filename) == (2, name)

    run(main())


def test_what_is_closed_is_not_entered(run, folder):
    async def main():
        file = await aio.open(os.path.join(folder, "a"), "wb")
        await file.close()
        await fails(ValueError, file.__aenter__)
        one, other = socket.socketpair()
        with other:
            stream = aio.open_socket(one)
            await stream.close()
            await fails(ValueError, stream.__aenter__)

    run(main())


def test_a_loop_of_the_same_thread(folder):
    """Two loops that take turns: what belongs to one is refused in the other, whether it could end at once or not."""
    path = os.path.join(folder, "a")
    with open(path, "wb") as file:
        file.write(b"x")
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()

    async def begin():
        one, other = socket.socketpair()
        return await aio.open(path, "rb"), aio.open_socket(one), aio.open_socket(other), aio.create_reactor()

    async def use(file, stream, reactor):
        for call in (
            file.read,
            lambda: stream.read(1),
            lambda: stream.write(b"x"),
            lambda: reactor.stat(path),
            lambda: reactor.read_file(path),
        ):
            await fails(RuntimeError, call, "belongs to <.*> and was used from <")

    async def end(*all):
        for one in all:
            await one.close()

    file, stream, other, reactor = first.run_until_complete(begin())
    try:
        second.run_until_complete(use(file, stream, reactor))
        assert first.run_until_complete(reactor.read_file(path)) == b"x"
    finally:
        first.run_until_complete(end(file, stream, other))
        first.close()
        second.close()


def test_operations_by_number():
    with aio.AsyncRuntime() as runtime:
        assert runtime.result(runtime.submit(int(aio.IoOperation.ACCESS), "/")) is True
        assert runtime.result(runtime.submit("access", "/")) is True
        for bad in ("no_such", "file_read", 9999, aio.IoOperation.ACCEPT):
            with pytest.raises(aio.SubmitFailed):
                runtime.submit(bad)
        for bad in (None, 1.5, b"stat"):
            with pytest.raises(TypeError):
                runtime.submit(bad)


def test_a_runtime_of_another_thread():
    with aio.AsyncRuntime() as runtime:
        runtime.result(runtime.submit("access", "/"))
        found = []

        def use():
            for call in (lambda: runtime.stat("/"), lambda: runtime.submit("stat", "/"), runtime.close):
                try:
                    call()
                except RuntimeError as error:
                    found.append(str(error))

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        assert len(found) == 3 and all("was used from thread" in text for text in found)


def test_files_that_are_used_before_they_are_open(run):
    async def main():
        with pytest.raises(TypeError, match="'async with'"), aio.open("/proc/self/comm"):
            pass
        with pytest.raises(TypeError, match="open the file first"):
            async for _ in aio.open("/proc/self/comm"):
                pass
        with pytest.raises(AttributeError, match="await aio.open"):
            aio.open("/proc/self/comm").read()

    run(main())


def test_times_that_are_none(run):
    async def main():
        with pytest.raises(TypeError, match="a number, not str"):
            aio.timeout("1")
        with pytest.raises(TypeError, match="a number, not str"):
            await aio.sleep("1")

    run(main())


def test_a_host_that_is_not_known_is_named(run):
    async def main():
        for call in (aio.getaddrinfo, lambda host: aio.connect(host, 80)):
            with pytest.raises(aio.ResolveError) as caught:
                await call("no-such-host.invalid")
            assert caught.value.filename == "no-such-host.invalid" and "invalid" in str(caught.value)

    run(main())
