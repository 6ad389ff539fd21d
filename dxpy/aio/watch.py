"""Watching files and directories for changes."""

import os
from collections import deque
from typing import NamedTuple

from dxpy import _reactor
from dxpy._reactor import Watcher
from dxpy.aio import errors

CHANGED = 2  # of libuv's flags; that of folders has the one for renamed beside it


class WatchEvent(NamedTuple):
    """One change. kind: "created", "deleted", "modified", or "lost" when more happened than could be kept."""

    kind: str
    path: str


class Watch:
    """What watch() returns: an asynchronous iterator of WatchEvent, to be closed with close() or ``async with``."""

    def __init__(self, path, recursive):
        self._root = os.fspath(path)
        self._recursive = recursive
        self._watcher = Watcher()
        self._folders = {}
        self._ids = {}
        self._events = deque()
        self._started = self._over = False
        try:
            self._is_folder = os.path.isdir(self._root)
            if self._is_folder or os.path.islink(self._root):
                self._add(self._root)
            if not self._is_folder:
                # Through its folder: programs that save a file put a new one in its place.
                os.stat(self._root)
                self._add(os.path.dirname(self._root) or os.curdir)
        except BaseException as error:
            self._watcher.close()
            if isinstance(error, OSError):
                raise errors.of_system(error) from None
            raise

    def _add(self, path):
        number = self._watcher.add(path)
        self._folders[number] = path
        self._ids[path] = number

    def _forget(self, path):
        for known in [known for known in self._ids if known == path or known.startswith(path + os.sep)]:
            number = self._ids.pop(known)
            del self._folders[number]
            self._watcher.remove(number)

    async def _add_below(self, top, report):
        """Watch the folders below top; with report, what is in them came while nobody looked."""
        try:
            entries = await _reactor.list_entries(top)
        except OSError:
            return
        for name, kind, _ in entries:
            path = os.path.join(top, name)
            if report:
                self._events.append(WatchEvent("created", path))
            if kind == "d" and path not in self._ids:
                try:
                    self._add(path)
                except OSError:
                    continue
                await self._add_below(path, report)

    def _path_of(self, folder, name):
        """What an event is about, None when it is nothing that is watched or another event tells it."""
        if not self._is_folder:
            return self._root if folder == self._root or name == os.path.basename(self._root) else None
        if name is None:
            # What happens to a folder itself: the one above tells it too, but of the topmost.
            return folder if folder == self._root else None
        return os.path.join(folder, name)

    async def _kind(self, path, flags):
        try:
            status = await _reactor.lstat(path)
        except OSError:
            if path in self._ids:
                self._forget(path)
            return "deleted", False
        folder = status.st_mode & 0o170000 == 0o040000
        return ("modified" if flags & CHANGED else "created"), folder

    async def _translate(self, number, name, flags):
        if flags < 0:
            self._events.append(WatchEvent("lost", self._root))
            return
        folder = self._folders.get(number)
        if folder is None:
            return
        path = self._path_of(folder, name)
        if path is None:
            return
        if self._is_folder and name is None and not flags & CHANGED:
            # Deleted or moved away, whatever has that name by now.
            kind, is_folder = "deleted", True
        else:
            kind, is_folder = await self._kind(path, flags)
        self._events.append(WatchEvent(kind, path))
        if kind == "deleted" and path == self._root and self._is_folder:
            self.close()
        if kind == "created" and is_folder and self._recursive and path not in self._ids:
            try:
                self._add(path)
            except OSError:
                return
            await self._add_below(path, True)

    async def start(self):
        """Begin to watch what is below, too; called by the first iteration."""
        if self._started:
            return self
        self._started = True
        if self._recursive and self._is_folder:
            await self._add_below(self._root, False)
        return self

    def __aiter__(self):
        return self

    async def __anext__(self):
        await self.start()
        while not self._events:
            if self._over:
                raise StopAsyncIteration
            for event in await self._watcher.next():
                if not self._over:
                    await self._translate(*event)
        return self._events.popleft()

    def close(self):
        """Stop watching: whoever iterates is told that it is over. Idempotent."""
        self._over = True
        self._watcher.close()

    async def __aenter__(self):
        return await self.start()

    async def __aexit__(self, *_):
        self.close()


def watch(path, *, recursive=False):
    """Changes of a file or a directory, with all below it when recursive: ``async for event in watch(path)``.

    Watching begins with the call. It goes on when a file is replaced or deleted, and ends when a directory that is
    watched is deleted or moved away. Raises FileNotFoundError and other OSErrors when the path cannot be watched.
    """
    return Watch(path, recursive)


__all__ = ["Watch", "WatchEvent", "watch"]
