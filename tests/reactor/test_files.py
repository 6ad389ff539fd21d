"""Whole files and open files: results, positions, text, buffers, bad input."""

import asyncio
import io
import os

import pytest

from dxpy import aio


def put(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


@pytest.mark.parametrize("size", [0, 1, 4096, 65536, 262144, 262145, 3_000_000])
def test_read_file_returns_the_content(run, folder, size):
    data = os.urandom(size)
    path = put(folder, "a", data)

    async def main():
        return (
            await aio.read_file(path),
            await aio.read_file(os.fsencode(path)),
            await aio.read_file(path, limit=10),
        )

    assert run(main()) == (data, data, data[:10])


def test_read_file_decodes(run, folder):
    path = put(folder, "a", "grüß €".encode("utf-16"))

    async def main():
        assert await aio.read_file(path, encoding="utf-16") == "grüß €"
        with pytest.raises(UnicodeDecodeError):
            await aio.read_file(path, encoding="ascii")
        assert await aio.read_file(path, encoding="ascii", errors="ignore") != ""
        with pytest.raises(LookupError):
            await aio.read_file(path, encoding="no such")

    run(main())


def test_a_cached_read_ends_in_the_call(run, folder):
    path = put(folder, "a", b"x" * 4096)

    async def main():
        # Even a name that is cached is not found at once while the system changes others.
        while not (operation := aio.read_file(path)).done():
            await operation
        assert operation.result() == b"x" * 4096
        large = aio.read_file(put(folder, "b", b"y" * 1_000_000))
        assert not large.done()
        assert len(await large) == 1_000_000

    run(main())


def test_write_file(run, folder):
    path = os.path.join(folder, "a")

    async def main():
        assert await aio.write_file(path, b"one") == 3
        assert await aio.write_file(path, "zwölf", append=True) == 6
        assert await aio.read_file(path, encoding="utf-8") == "onezwölf"
        assert await aio.write_file(path, memoryview(b"0123456789")[2:5]) == 3
        assert await aio.read_file(path) == b"234"
        assert await aio.write_file(path, "é", encoding="latin-1", sync=True) == 1
        assert await aio.write_file(path, b"") == 0
        assert await aio.read_file(path) == b""

    run(main())


def test_write_file_atomic_keeps_mode_and_links(run, folder):
    path, link = put(folder, "a", b"old"), os.path.join(folder, "link")
    os.chmod(path, 0o640)
    os.symlink("a", link)

    async def main():
        await aio.write_file(link, b"new", atomic=True, sync=True)
        await aio.write_file(os.path.join(folder, "b"), b"fresh", atomic=True, mode=0o600)
        with pytest.raises(FileNotFoundError):
            await aio.write_file(os.path.join(folder, "none", "b"), b"", atomic=True)

    run(main())
    assert os.path.islink(link) and open(path).read() == "new"
    assert os.stat(path).st_mode & 0o777 == 0o640
    assert os.stat(os.path.join(folder, "b")).st_mode & 0o777 == 0o600
    assert sorted(os.listdir(folder)) == ["a", "b", "link"]


def test_errors_are_the_right_class_with_errno_and_filename(run, folder):
    missing = os.path.join(folder, "missing")
    cases = [
        (lambda: aio.read_file(missing), FileNotFoundError),
        (lambda: aio.read_file(folder), IsADirectoryError),
        (lambda: aio.mkdir(folder), FileExistsError),
        (lambda: aio.read_file(os.path.join(put(folder, "a", b""), "x")), NotADirectoryError),
    ]

    async def main():
        for make, expected in cases:
            with pytest.raises(expected) as caught:
                await make()
            error = caught.value
            assert isinstance(error, aio.IoError) and isinstance(error, aio.AsyncError)
            assert (
                error.errno
                and error.strerror == os.strerror(error.errno)
                and error.filename.startswith(folder)
            )
        with pytest.raises(FileNotFoundError) as caught:
            await aio.rename(missing, missing + "2")
        assert (caught.value.filename, caught.value.filename2) == (missing, missing + "2")

    run(main())


def test_bad_arguments(run, folder):
    path = put(folder, "a", b"abc")

    async def main():
        for bad in (5.5, None, object(), ["x"]):
            with pytest.raises(TypeError):
                await aio.read_file(bad)
        with pytest.raises(TypeError):
            await aio.write_file(path, 5)
        with pytest.raises(TypeError):
            await aio.read_file(path, encoding=5)
        with pytest.raises(TypeError):
            await aio.read_file()
        with pytest.raises(TypeError):
            await aio.read_file(path, 1, 2)
        with pytest.raises(TypeError):
            await aio.read_file(path, nonsense=1)
        with pytest.raises(TypeError):
            await aio.read_file(path, path=path)
        for make in (aio.read_file, aio.stat, aio.unlink):
            with pytest.raises(ValueError):
                await make("a\0b")
            with pytest.raises(ValueError):
                await make(b"a\0b")
        with pytest.raises(ValueError):
            await aio.read_file(path, limit=-1)
        with open(path, "rb") as file:
            for size, offset in ((-1, 0), (1, -1)):
                with pytest.raises(ValueError):
                    await aio.pread(file, size, offset)
            with pytest.raises(TypeError):
                await aio.pread_into(file, b"read only", 0)
            assert await aio.pread(file, 2, 1) == b"bc"
        with pytest.raises(OverflowError):
            await aio.truncate(path, 2**70)

    run(main())


def test_positional_reads_and_writes(run, folder):
    path = put(folder, "a", bytes(range(100)))

    async def main():
        fd = await aio.open_fd(path, os.O_RDWR)
        first, second = bytearray(3), bytearray(4)
        assert await aio.preadv(fd, [first, second], 10) == 7
        assert bytes(first + second) == bytes(range(10, 17))
        assert await aio.preadv(fd, [first, second], 98) == 2
        assert await aio.pwritev(fd, [b"ab", b"cde"], 0) == 5
        assert await aio.pwrite(fd, b"Z", 5) == 1
        buffer = bytearray(6)
        assert await aio.pread_into(fd, buffer, 0) == 6
        assert bytes(buffer) == b"abcdeZ"
        await aio.ftruncate(fd, 3)
        await aio.fsync(fd)
        await aio.fdatasync(fd)
        assert (await aio.fstat(fd)).st_size == 3
        await aio.close_fd(fd)
        with pytest.raises(OSError):
            await aio.fstat(fd)

    run(main())


@pytest.mark.parametrize("mode", ["r", "", "rr", "rw", "rbt", "w+x", "q", "b"])
def test_modes_are_checked(run, folder, mode):
    path = put(folder, "a", b"")

    async def main():
        if mode == "r":
            async with aio.open(path, mode) as file:
                assert file.mode == "r" and file.readable() and not file.writable() and file.name == path
        else:
            with pytest.raises(ValueError):
                aio.open(path, mode)

    run(main())


def test_open_takes_what_open_takes(run, folder):
    path = put(folder, "a", b"")

    async def main():
        for named in ({"encoding": "utf-8"}, {"errors": "strict"}, {"newline": "\n"}):
            with pytest.raises(ValueError):
                aio.open(path, "rb", **named)
        with pytest.raises(ValueError):
            aio.open(path, buffering=0)
        with pytest.raises(ValueError):
            aio.open(path, newline="x")
        with pytest.raises(TypeError):
            aio.open(path, 5)
        with pytest.raises(LookupError):
            aio.open(path, encoding="none such")
        with pytest.raises(FileExistsError):
            await aio.open(path, "x")
        with pytest.raises(IsADirectoryError):
            await aio.open(folder)
        fd = os.open(path, os.O_RDWR)
        async with aio.open(fd, "w") as file:
            await file.write("given")
        with pytest.raises(OSError):
            os.fstat(fd)

    run(main())
    assert open(path).read() == "given"


def test_reading_pieces(run, folder):
    data = os.urandom(200_000)
    path = put(folder, "a", data)

    async def main():
        async with aio.open(path, "rb") as file:
            parts = [
                await file.read(7),
                await file.read(0),
                await file.read(100_000),
                await file.read(),
                await file.read(),
            ]
            assert parts == [data[:7], b"", data[7:100_007], data[100_007:], b""]
            assert await file.tell() == 200_000
            assert await file.seek(-10, 2) == 199_990
            assert await file.read(100) == data[-10:]
            assert await file.seek(5) == 5
            assert await file.seek(10, 1) == 15
            buffer = bytearray(150_000)
            assert await file.readinto(buffer) == 150_000
            assert bytes(buffer) == data[15:150_015]
            assert await file.pread(10, 50) == data[50:60]
            assert await file.tell() == 150_015
            with pytest.raises(OSError):
                await file.seek(-1, 1) if await file.seek(0) else await file.seek(-1, 1)
            with pytest.raises(ValueError):
                await file.seek(-1)
            with pytest.raises(io.UnsupportedOperation):
                await file.write(b"x")
            with pytest.raises(ValueError):
                await file.read(-2)

    run(main())


def test_read_and_write_share_a_position(run, folder):
    path = put(folder, "a", b"0123456789")

    async def main():
        async with aio.open(path, "r+b") as file:
            assert await file.read(2) == b"01"
            assert await file.write(b"ab") == 2
            assert await file.tell() == 4
            assert await file.read(2) == b"45"
            await file.write(b"X" * 100_000)
            assert await file.tell() == 100_006
            await file.flush()
            assert (await aio.stat(path)).st_size == 100_006
            assert await file.truncate(8) == 8
            await file.seek(0)
            assert await file.read() == b"01ab45XX"
            await file.pwrite(b"!!", 0)
            assert await file.pread(4, 0) == b"!!ab"
            await file.seek(0, 2)
            await file.write(b"?")
            with pytest.raises(ValueError):
                await file.pread(1, 0)

    run(main())
    assert open(path, "rb").read() == b"!!ab45XX?"


def test_append(run, folder):
    path = put(folder, "a", b"start")

    async def main():
        async with aio.open(path, "a+b") as file:
            assert await file.tell() == 5
            await file.write(b" more")
            await file.seek(0)
            assert await file.read(5) == b"start"
            await file.write(b" end")

    run(main())
    assert open(path, "rb").read() == b"start more end"


def test_unbuffered_writes_are_seen_at_once(run, folder):
    path = os.path.join(folder, "a")

    async def main():
        async with aio.open(path, "wb", buffering=0) as file:
            await file.write(b"now")
            assert open(path, "rb").read() == b"now"

    run(main())


@pytest.mark.parametrize("newline", [None, "", "\n", "\r", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_text_is_as_the_builtin_reads_and_writes_it(run, folder, newline, encoding):
    text = "eins\nzwei\r\ndrei\rvier\n\nfünf" * 3000
    source, copy, plain = (os.path.join(folder, name) for name in "abc")
    put(folder, "a", text.encode(encoding))

    async def main():
        async with aio.open(source, encoding=encoding, newline=newline) as file:
            lines = [line async for line in file]
            assert await file.read() == ""
        async with aio.open(source, encoding=encoding, newline=newline) as file:
            pieces = [await file.read(100), await file.readline(), await file.readline(2), await file.read()]
        async with aio.open(copy, "w", encoding=encoding, newline=newline) as file:
            for line in lines:
                assert await file.write(line) == len(line)
        return lines, pieces

    lines, pieces = run(main())
    with open(source, encoding=encoding, newline=newline) as file:
        assert lines == list(file)
    with open(source, encoding=encoding, newline=newline) as file:
        assert pieces == [file.read(100), file.readline(), file.readline(2), file.read()]
    with open(plain, "w", encoding=encoding, newline=newline) as file:
        file.writelines(lines)
    assert open(copy, "rb").read() == open(plain, "rb").read()


def test_text_positions(run, folder):
    path = put(folder, "a", "äöü\nzwei\ndrei".encode())

    async def main():
        async with aio.open(path) as file:
            assert await file.readline() == "äöü\n"
            here = await file.tell()
            assert here == 7
            assert await file.read() == "zwei\ndrei"
            await file.seek(here)
            assert await file.readline() == "zwei\n"
            await file.seek(0, 2)
            assert await file.read() == ""
            with pytest.raises(io.UnsupportedOperation):
                await file.seek(3, 1)
            with pytest.raises(io.UnsupportedOperation):
                await file.pread(1, 1)
        async with aio.open(path, "r+") as file:
            with pytest.raises(TypeError):
                await file.write(b"x")
        async with aio.open(path, "r+b") as file:
            with pytest.raises(TypeError):
                await file.write("x")

    run(main())


def test_lines_of_bytes(run, folder):
    data = b"".join(b"%d" % number * (number % 50) + b"\n" for number in range(5000)) + b"x" * 300_000
    path = put(folder, "a", data)

    async def main():
        async with aio.open(path, "rb") as file:
            return [line async for line in file]

    assert run(main()) == io.BytesIO(data).readlines()


def test_anext_can_be_kept_and_awaited_later(run, folder):
    path = put(folder, "a", b"1\n2\n")

    async def main():
        async with aio.open(path, "rb") as file:
            first, second = file.__anext__(), file.__anext__()
            assert [await second, await first] == [b"2\n", b"1\n"]
            with pytest.raises(StopAsyncIteration):
                await file.__anext__()

    run(main())


def test_closed_files_say_so(run, folder):
    path = put(folder, "a", b"abc")

    async def main():
        file = await aio.open(path, "r+b")
        assert not file.closed
        await asyncio.gather(file.close(), file.close())
        await file.close()
        assert file.closed
        for call in (file.read, file.flush, file.tell, file.fsync, file.fileno, file.truncate):
            with pytest.raises(ValueError):
                await call()
        for call in (file.write, file.readinto):
            with pytest.raises(ValueError):
                await call(bytearray(1))
        with pytest.raises(ValueError):
            async for _ in file:
                pass

    run(main())


def test_concurrent_requests_of_one_file_are_served_in_order(run, folder):
    path = put(folder, "a", b"".join(b"%04d" % number for number in range(1000)))

    async def main():
        async with aio.open(path, "rb") as file:
            parts = await asyncio.gather(*[file.read(4) for _ in range(1000)])
            assert b"".join(parts) == open(path, "rb").read()
        async with aio.open(path + "2", "wb", buffering=0) as file:
            await asyncio.gather(*[file.write(part) for part in parts])
        assert open(path + "2", "rb").read() == b"".join(parts)

    run(main())


def test_a_file_is_bound_to_its_loop(folder):
    path = put(folder, "a", b"abc")
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()

    async def opened():
        return await aio.open(path, "rb")

    file = first.run_until_complete(opened())

    async def elsewhere():
        with pytest.raises(RuntimeError, match="belongs to"):
            await file.read()

    second.run_until_complete(elsewhere())

    async def close():
        await file.close()

    first.run_until_complete(close())
    first.close()
    second.close()


def test_a_file_nobody_closed_warns_and_keeps_what_was_written(run, folder):
    path = os.path.join(folder, "a")

    async def main():
        file = await aio.open(path, "wb")
        await file.write(b"kept")
        with pytest.warns(ResourceWarning, match="unclosed file"):
            del file

    run(main())
    assert open(path, "rb").read() == b"kept"


def test_pipes_and_special_files(run):
    async def main():
        reading, writing = os.pipe()
        async with aio.open(reading, "rb") as source, aio.open(writing, "wb", buffering=0) as target:
            assert not source.seekable()
            waiting = source.read(5)
            assert not waiting.done()
            await target.write(b"hello world\nrest")
            assert await waiting == b"hello"
            assert await source.readline() == b" world\n"
            await target.close()
            assert await source.read() == b"rest"
            with pytest.raises(io.UnsupportedOperation):
                await source.seek(0)
        assert (await aio.read_file("/proc/self/status")).startswith(b"Name:")
        assert await aio.read_file("/dev/zero", limit=1000) == bytes(1000)

    run(main())


def test_io_buffer():
    buffer = aio.IoBuffer(1000)
    assert len(buffer) == 1000 and bytes(buffer) == bytes(1000)
    view = buffer.view(10, 20)
    view[:] = b"0123456789"
    assert bytes(buffer)[10:20] == b"0123456789"
    with pytest.raises(BufferError):
        buffer.release()
    view.release()
    buffer.release()
    buffer.release()
    assert buffer.released and len(buffer) == 0
    with pytest.raises(ValueError):
        memoryview(buffer)
    with aio.IoBuffer(1000) as again:
        assert bytes(again) == bytes(1000)
    assert again.released
    for size in (0, -1):
        with pytest.raises(ValueError):
            aio.IoBuffer(size)
    with pytest.raises(TypeError):
        aio.IoBuffer("x")


def test_buffers_are_held_until_the_operation_ends(run, folder):
    path = put(folder, "a", b"x" * 2_000_000)

    async def main():
        data, target = bytearray(1_000_000), aio.IoBuffer(2_000_000)
        writing = aio.write_file(path + "2", data)
        with open(path, "rb") as file:
            reading = aio.pread_into(file, target, 0)
            with pytest.raises(BufferError):
                data.append(1)
            with pytest.raises(BufferError):
                target.release()
            await asyncio.gather(reading, writing)
        assert bytes(target.view(0, 5)) == b"xxxxx"
        data.append(1)
        target.release()

    run(main())
