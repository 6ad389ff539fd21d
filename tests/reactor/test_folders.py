"""Metadata, directories, temporary files, names."""

import os
import socket
import time

import pytest

from dxpy import aio


def test_stat_is_os_stat(run, folder):
    path, link = os.path.join(folder, "a"), os.path.join(folder, "link")
    open(path, "wb").write(b"12345")
    os.symlink("a", link)
    os.utime(path, (1.25, 1234567890.123456789))

    async def main():
        for name in (path, folder, "/", "/dev/null", "/proc/self/status"):
            assert tuple(await aio.stat(name))[:7] == tuple(os.stat(name))[:7]
        result = await aio.stat(link)
        assert result == os.stat(path) and result.st_mtime_ns == os.stat(path).st_mtime_ns
        assert result.st_mtime == os.stat(path).st_mtime and result.st_blocks == os.stat(path).st_blocks
        assert await aio.lstat(link) == os.lstat(link) == await aio.stat(link, follow_symlinks=False)
        with pytest.raises(FileNotFoundError):
            await aio.stat(path + "none")

    run(main())


def test_metadata_changes(run, folder):
    path = os.path.join(folder, "a")

    async def main():
        await aio.write_file(path, b"abc")
        await aio.chmod(path, 0o600)
        assert os.stat(path).st_mode & 0o777 == 0o600
        await aio.utime(path, (10.5, 20.5))
        assert os.stat(path).st_atime == 10.5 and os.stat(path).st_mtime == 20.5
        before = time.time() - 5
        await aio.utime(path)
        assert os.stat(path).st_mtime > before
        await aio.truncate(path, 1)
        assert os.path.getsize(path) == 1
        await aio.chown(path, os.getuid(), os.getgid())
        await aio.link(path, path + "hard")
        await aio.symlink("a", path + "soft")
        assert (
            await aio.readlink(path + "soft") == "a"
            and await aio.readlink(os.fsencode(path + "soft")) == b"a"
        )
        assert await aio.realpath(path + "soft") == os.path.realpath(path)
        assert os.stat(path).st_nlink == 2
        await aio.rename(path + "hard", path + "b")
        await aio.replace(path + "b", path)
        await aio.copyfile(path, path + "copy")
        with pytest.raises(FileExistsError):
            await aio.copyfile(path, path + "copy", exclusive=True)
        assert await aio.access(path, os.R_OK) and not await aio.access(path + "none")
        assert await aio.exists(path) and not await aio.exists(path + "none")
        assert await aio.is_file(path) and await aio.is_dir(folder) and await aio.is_symlink(path + "soft")
        assert not await aio.is_file(folder) and not await aio.is_dir(path) and not await aio.is_symlink(path)
        with pytest.raises(TypeError):
            await aio.utime(path, 5)
        await aio.unlink(path)
        assert not os.path.exists(path)

    run(main())


def test_sendfile_copies_between_descriptors(run, folder):
    path = os.path.join(folder, "a")
    data = os.urandom(500_000)
    open(path, "wb").write(data)

    async def main():
        with open(path, "rb") as source, open(path + "2", "wb") as target:
            assert await aio.sendfile(target, source, 100, 1000) == 1000
            assert await aio.sendfile(target, source, 499_000, 5000) == 1000

    run(main())
    assert open(path + "2", "rb").read() == data[100:1100] + data[499_000:]


def test_directories(run, folder):
    async def main():
        deep = os.path.join(folder, "x", "y", "z")
        await aio.makedirs(deep)
        with pytest.raises(FileExistsError):
            await aio.makedirs(deep)
        await aio.makedirs(deep + "//", exist_ok=True)
        await aio.write_file(os.path.join(deep, "file"), b"")
        with pytest.raises(FileExistsError):
            await aio.makedirs(os.path.join(deep, "file"), exist_ok=True)
        with pytest.raises(NotADirectoryError):
            await aio.makedirs(os.path.join(deep, "file", "below"))
        with pytest.raises(FileNotFoundError):
            await aio.makedirs("")
        with pytest.raises(OSError):
            await aio.rmdir(deep)
        os.symlink("/", os.path.join(deep, "link"))
        await aio.rmtree(os.path.join(folder, "x"))
        assert os.listdir(folder) == [] and os.path.isdir("/etc")
        with pytest.raises(FileNotFoundError):
            await aio.rmtree(deep)

    run(main())


def test_scandir_says_what_entries_are(run, folder):
    os.mkdir(os.path.join(folder, "folder"))
    open(os.path.join(folder, "file"), "w").close()
    os.mkfifo(os.path.join(folder, "fifo"))
    for name, target in (("to-folder", "folder"), ("to-file", "file"), ("to-nothing", "none")):
        os.symlink(target, os.path.join(folder, name))

    def facts(entry):
        return (
            entry.name,
            entry.path,
            entry.is_dir(),
            entry.is_file(),
            entry.is_symlink(),
            entry.inode(),
            entry.is_dir(follow_symlinks=False),
            entry.is_file(follow_symlinks=False),
        )

    async def main():
        found = [entry async for entry in aio.scandir(folder)]
        async with aio.scandir(os.fsencode(folder)) as scan:
            names = {entry.name async for entry in scan}
        assert names == set(os.listdir(os.fsencode(folder)))
        assert (await found[0].stat(follow_symlinks=False)).st_ino == found[0].inode()
        assert os.fspath(found[0]) == found[0].path
        assert sorted(await aio.listdir(folder)) == sorted(os.listdir(folder))
        return found

    with os.scandir(folder) as scan:
        expected = sorted(facts(entry) for entry in scan)
    assert sorted(facts(entry) for entry in run(main())) == expected


def test_walk_and_glob(run, folder):
    for name in ("a/b/c.py", "a/d.py", "e.txt", ".hidden/f.py", "a/.g.py"):
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        open(os.path.join(folder, name), "w").close()

    async def main():
        for topdown in (True, False):
            steps = [step async for step in aio.walk(folder, topdown)]
            assert {name: (set(d), set(f)) for name, d, f in steps} == {
                name: (set(d), set(f)) for name, d, f in os.walk(folder, topdown)
            }
            assert (steps[0][0] == folder) is topdown
        found = [path async for path in aio.glob("**/*.py", root_dir=folder)]
        assert sorted(found) == ["a/b/c.py", "a/d.py"]
        found = [path async for path in aio.glob(os.path.join(folder, "a", "?.py"))]
        assert found == [os.path.join(folder, "a/d.py")]
        found = [path async for path in aio.glob("**/*.py", root_dir=folder, include_hidden=True)]
        assert sorted(found) == [".hidden/f.py", "a/.g.py", "a/b/c.py", "a/d.py"]
        errors = []
        assert [step async for step in aio.walk(folder + "none", onerror=errors.append)] == []
        assert isinstance(errors[0], FileNotFoundError)
        await aio.copytree(os.path.join(folder, "a"), os.path.join(folder, "copy"))
        assert os.path.exists(os.path.join(folder, "copy", "b", "c.py"))

    run(main())


def test_temporary_files(run, folder):
    async def main():
        fd, path = await aio.mkstemp(".txt", "pre", folder)
        assert os.path.basename(path).startswith("pre") and path.endswith(".txt")
        assert os.stat(path).st_mode & 0o777 == 0o600
        os.close(fd)
        async with aio.TemporaryDirectory(dir=folder) as name:
            assert os.stat(name).st_mode & 0o777 == 0o700
            await aio.write_file(os.path.join(name, "x"), b"")
        assert not os.path.exists(name)
        async with aio.NamedTemporaryFile(dir=folder) as file:
            await file.write(b"abc")
            await file.seek(0)
            assert await file.read() == b"abc"
        assert os.listdir(folder) == [os.path.basename(path)]

    run(main())


def test_names_outside_ascii_and_utf8(run, folder):
    names = ["grün", "日本", "sur\udcffrogate", "new\nline", "x" * 200]

    async def main():
        for name in names:
            await aio.write_file(os.path.join(folder, name), name.encode("utf-8", "surrogateescape"))
        assert sorted(await aio.listdir(folder)) == sorted(names)
        for name in names:
            assert await aio.read_file(os.path.join(folder, name)) == os.fsencode(name)
        with pytest.raises(UnicodeEncodeError):
            await aio.stat("\ud800")
        with pytest.raises(OSError):
            await aio.stat("x" * 5000)

    run(main())


def test_names_of_hosts(run):
    async def main():
        for arguments in (
            ("127.0.0.1", 80),
            ("::1", "443"),
            ("localhost", 80),
            (None, 5),
            (b"127.0.0.1", None),
        ):
            found = await aio.getaddrinfo(*arguments, type=socket.SOCK_STREAM)
            assert found == socket.getaddrinfo(*arguments, type=socket.SOCK_STREAM)
        numeric = aio.getaddrinfo("127.0.0.1", 80)
        assert numeric.done()
        await numeric
        flags = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
        assert await aio.getnameinfo(("127.0.0.1", 80), flags) == ("127.0.0.1", "80")
        with pytest.raises(socket.gaierror) as caught:
            await aio.getaddrinfo("no.such.name.invalid", 80)
        assert isinstance(caught.value, aio.IoError) and caught.value.errno
        with pytest.raises(TypeError):
            await aio.getaddrinfo(5, 80)
        with pytest.raises(TypeError):
            await aio.getnameinfo("127.0.0.1")

    run(main())
