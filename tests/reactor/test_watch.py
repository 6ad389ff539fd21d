"""What watching tells of things that come, go, and are replaced."""

import asyncio
import os
import shutil
import tempfile

import pytest
from isolate import isolated

from dxpy import aio


async def collected(watch, seen):
    async for event in watch:
        seen.append((event.kind, event.path))


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


def test_a_folder_that_is_renamed_and_deleted_within_the_tree(run, folder):
    async def main():
        def touch(name):
            with open(os.path.join(folder, name), "w"):
                pass

        def at(kind, name):
            return kind, os.path.join(folder, name)

        seen = []
        watch = aio.watch(folder, recursive=True)
        task = asyncio.create_task(collected(watch, seen))
        await asyncio.sleep(0.02)
        os.mkdir(os.path.join(folder, "a"))
        await until(lambda: at("created", "a") in seen)
        os.rename(os.path.join(folder, "a"), os.path.join(folder, "b"))
        await until(lambda: at("created", "b") in seen)
        touch("b/y")
        await until(lambda: at("created", "b/y") in seen)
        shutil.rmtree(os.path.join(folder, "b"))
        await until(lambda: at("deleted", "b") in seen)
        os.mkdir(os.path.join(folder, "b"))
        touch("b/z")
        await until(lambda: at("created", "b/z") in seen)
        # A folder's own events come under its own name: nothing of the kind b/b has ever been.
        assert not [path for _, path in seen if path.endswith("b/b")], seen
        watch.close()
        await task
        with pytest.raises(StopAsyncIteration):
            await anext(watch)

    run(main())


def test_the_end_of_what_is_watched_is_the_end_of_watching(run, folder):
    async def main():
        for end in (shutil.rmtree, lambda top: os.rename(top, top + ".moved")):
            top = os.path.join(folder, "top")
            os.mkdir(top)
            seen = []
            task = asyncio.create_task(collected(aio.watch(top), seen))
            await asyncio.sleep(0.02)
            end(top)
            await asyncio.wait_for(task, 5)
            assert seen == [("deleted", top)]

    run(main())


def test_a_change_of_the_folder_itself(run, folder):
    async def main():
        inner = os.path.join(folder, "inner")
        os.mkdir(inner)
        async with aio.watch(inner) as watch:
            os.chmod(inner, 0o700)
            assert await asyncio.wait_for(anext(watch), 5) == ("modified", inner)
            same = os.path.join(inner, "inner")  # an entry of the folder's own name
            os.mkdir(same)
            assert await asyncio.wait_for(anext(watch), 5) == ("created", same)
            os.rmdir(same)
            assert await asyncio.wait_for(anext(watch), 5) == ("deleted", same)

    run(main())


def test_the_end_of_a_folder_is_not_taken_for_an_entry(run, folder):
    async def main():
        for name in ("top", "file"):
            top = os.path.join(folder, "top")
            os.mkdir(top)
            if name == "file":
                with open(os.path.join(top, "top"), "w"):
                    pass
            seen = []
            watch = aio.watch(top if name == "top" else os.path.join(top, "top"))
            # All of it before anybody is told.
            os.rename(top, top + ".moved")
            os.makedirs(os.path.join(top, "top"))
            task = asyncio.create_task(collected(watch, seen))
            if name == "top":
                async with asyncio.timeout(30):
                    await task
                assert seen == [("deleted", top)]
            else:
                await asyncio.sleep(0.05)
                assert seen == []
                watch.close()
                await task
            shutil.rmtree(top)
            shutil.rmtree(top + ".moved")

    run(main())


@pytest.mark.parametrize("linked", [False, True])
def test_a_file_that_is_replaced_and_deleted_is_still_watched(run, folder, linked):
    async def main():
        path = real = os.path.join(folder, "file")
        with open(real, "w") as file:
            file.write("1")
        if linked:
            os.mkdir(os.path.join(folder, "links"))
            path = os.path.join(folder, "links", "link")
            os.symlink(real, path)
        seen = []
        watch = aio.watch(path)
        task = asyncio.create_task(collected(watch, seen))
        await asyncio.sleep(0.02)
        with open(os.path.join(os.path.dirname(path), "other"), "w"):
            pass  # not the file that is watched
        with open(real, "a") as file:
            file.write("2")
        await until(lambda: ("modified", path) in seen)
        for _ in range(2):  # what an editor does
            seen.clear()
            with open(path + ".new", "w") as file:
                file.write("3")
            os.replace(path + ".new", path)
            await until(lambda: ("created", path) in seen)
        os.unlink(path)
        await until(lambda: ("deleted", path) in seen)
        assert {one for _, one in seen} == {path}
        watch.close()
        await task

    run(main())


def test_a_path_that_cannot_be_watched_harms_no_other(run, folder):
    async def main():
        with pytest.raises(FileNotFoundError) as caught:
            aio.watch(os.path.join(folder, "none"))
        assert caught.value.filename == os.path.join(folder, "none")
        with pytest.raises(ValueError, match="null"):
            aio.watch("a\0b")
        with pytest.raises(TypeError):
            aio.watch(5)
        with pytest.raises(NotADirectoryError):
            aio.watch("/etc/passwd/x")
        async with asyncio.timeout(5):  # libuv's loop has its turns all the same
            async with await aio.serve(lambda stream: stream.write(b"x"), "127.0.0.1") as server:
                async with await aio.connect(*server.addresses[0]) as stream:
                    assert await stream.read() == b"x"

    run(main())


@isolated(limit=120)
def test_more_changes_than_the_kernel_keeps_are_told():
    async def main():
        with open("/proc/sys/fs/inotify/max_queued_events") as file:
            kept = int(file.read())
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a")
            async with aio.watch(folder) as watch:
                for _ in range(kept // 2 + 10):
                    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
                    os.unlink(path)
                async with asyncio.timeout(60):
                    while (event := await watch._watcher.next())[-1] != (0, None, -1):
                        assert event
                os.mkdir(os.path.join(folder, "after"))
                async with asyncio.timeout(60):
                    assert await anext(watch) == ("created", os.path.join(folder, "after"))

    asyncio.run(main())
