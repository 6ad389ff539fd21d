"""Files, directories and temporary files over the operations of the reactor."""

import asyncio
import codecs
import fnmatch
import io
import os
import re
import secrets
import tempfile

from dxpy import _reactor
from dxpy._reactor import AsyncFile
from dxpy.aio import hosts


def _parse_mode(mode):
    """The os.open flags and what the file may do: (flags, readable, writable, append, text)."""
    if not isinstance(mode, str):
        raise TypeError(f"mode must be str, not {type(mode).__name__}")
    letters = set(mode)
    kinds = letters & set("rwax")
    if letters - set("rwaxbt+") or len(mode) > len(letters) or len(kinds) != 1 or {"b", "t"} <= letters:
        raise ValueError(f"invalid mode: {mode!r}")
    kind = kinds.pop()
    both = "+" in letters
    readable = both or kind == "r"
    writable = both or kind != "r"
    flags = os.O_RDWR if both else os.O_RDONLY if readable else os.O_WRONLY
    flags |= {
        "r": 0,
        "w": os.O_CREAT | os.O_TRUNC,
        "a": os.O_CREAT | os.O_APPEND,
        "x": os.O_CREAT | os.O_EXCL,
    }[kind]
    return flags, readable, writable, kind == "a", "b" not in letters


class _Opening:
    """What open() returns: await it for the file, or enter it to have the file closed at the end."""

    __slots__ = ("_file", "_make", "_operation")

    def __init__(self, operation, make):
        self._operation = operation
        self._make = make
        self._file = None

    def __await__(self):
        return self._make((yield from self._operation))

    def __getattr__(self, name):
        raise AttributeError(
            f"{name}: the file is not open yet; write 'file = await aio.open(...)' or 'async with aio.open(...) as file'"
        )

    def __enter__(self):
        raise TypeError("a file of dxpy.aio is entered with 'async with', not 'with'")

    def __exit__(self, *_):
        pass

    def __aiter__(self):
        raise TypeError(
            "open the file first: 'async with aio.open(...) as file', then 'async for line in file'"
        )

    async def __aenter__(self):
        self._file = self._make(await self._operation)
        return self._file

    async def __aexit__(self, *_):
        await self._file.close()


def open(path, mode="r", buffering=-1, encoding=None, errors=None, newline=None):
    """Open a file; like the builtin open(), to be awaited or entered with ``async with``.

    mode is the builtin's: r, w, a or x with b, t and +. buffering is 0 (binary only: every write goes to the system)
    or -1 (64 KiB). Text is UTF-8 unless encoding says otherwise. path may be a descriptor, which is then closed with
    the file. Raises what the builtin raises: OSError with errno and filename, ValueError for a bad mode.
    """
    flags, readable, writable, append, text = _parse_mode(mode)
    if not isinstance(buffering, int):
        raise TypeError(f"buffering must be int, not {type(buffering).__name__}")
    if buffering < -1:
        raise ValueError("buffering must be -1, 0 or positive")
    for name, value in (("encoding", encoding), ("errors", errors), ("newline", newline)):
        _check_text(name, value)
    if not text and (encoding is not None or errors is not None or newline is not None):
        raise ValueError("binary mode doesn't take an encoding, errors or newline argument")
    if text and buffering == 0:
        raise ValueError("can't have unbuffered text I/O")
    if newline not in (None, "", "\n", "\r", "\r\n"):
        raise ValueError(f"illegal newline value: {newline!r}")
    decoder = encoder = None
    if text:
        encoding, errors, decoder, encoder = _make_codec(encoding, errors, newline)

    def make(fd):
        try:
            file = AsyncFile(
                fd,
                path,
                mode,
                readable,
                writable,
                append,
                buffering != 0,
                encoding,
                errors,
                newline,
                decoder,
                encoder,
            )
        except BaseException:
            os.close(fd)
            raise
        return file

    if isinstance(path, int):
        operation = _given(path)
    else:
        operation = _reactor.open_fd(path, flags, 0o666)
    return _Opening(operation, make)


def _check_text(name, value):
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} must be str or None, not {type(value).__name__}")


def _given(fd):
    """A future that is done, with a descriptor the caller has opened."""
    if isinstance(fd, bool) or fd < 0:
        raise ValueError(f"not a file descriptor: {fd}")
    future = _reactor.PyFuture(loop=_reactor.create_reactor(None).loop)
    future.set_result(fd)
    return future


def _make_codec(encoding, errors, newline):
    encoding = "utf-8" if encoding is None else encoding
    name = codecs.lookup(encoding).name
    errors = "strict" if errors is None else errors
    codecs.lookup_error(errors)
    decoder = codecs.getincrementaldecoder(name)(errors)
    if newline in (None, ""):
        decoder = io.IncrementalNewlineDecoder(decoder, newline is None)
    encoder = None if name == "utf-8" else codecs.getincrementalencoder(name)(errors)
    return encoding, errors, decoder, encoder


class DirEntry:
    """An entry of a directory: name, path, and what it is, known without asking the system again."""

    __slots__ = ("_folder", "_inode", "_kind", "name")

    def __init__(self, folder, name, kind, inode):
        self._folder = folder
        self.name = name
        self._kind = kind
        self._inode = inode

    @property
    def path(self):
        """The folder as given, with the name."""
        return os.path.join(self._folder, self.name)

    def __fspath__(self):
        return self.path

    def inode(self):
        """The inode number of the entry itself."""
        return self._inode

    def is_symlink(self):
        """Whether the entry is a symbolic link."""
        return self._kind in "DFOx"

    def is_dir(self, *, follow_symlinks=True):
        """Whether it is a directory, or a link to one."""
        return self._kind == "d" or (follow_symlinks and self._kind == "D")

    def is_file(self, *, follow_symlinks=True):
        """Whether it is a regular file, or a link to one."""
        return self._kind == "f" or (follow_symlinks and self._kind == "F")

    def stat(self, *, follow_symlinks=True):
        """Awaitable: its os.stat_result."""
        return _reactor.stat(self.path, follow_symlinks=follow_symlinks)

    def __repr__(self):
        return f"<DirEntry {self.name!r}>"


class _Scan:
    """The entries of a directory: ``async for``, ``async with``, or await the list."""

    def __init__(self, path):
        self._path = os.fspath(path)
        self._operation = _reactor.list_entries(path)
        self._entries = None

    def __await__(self):
        rows = yield from self._operation
        return [DirEntry(self._path, name, kind, inode) for name, kind, inode in rows]

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self._entries = None

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self._entries is None:
            self._entries = iter(await self)
        for entry in self._entries:
            return entry
        raise StopAsyncIteration


def scandir(path="."):
    """The entries of a directory as DirEntry objects, read in one go: ``async for entry in scandir(p)``."""
    return _Scan(path)


async def listdir(path="."):
    """The names in a directory, in no order."""
    return [name for name, _, _ in await _reactor.list_entries(path)]


async def exists(path):
    """Whether the path leads to something."""
    try:
        await _reactor.stat(path)
    except OSError:
        return False
    return True


async def _kind_of(path, follow=True):
    try:
        return (await _reactor.stat(path, follow_symlinks=follow)).st_mode & 0o170000
    except OSError:
        return 0


async def is_file(path):
    """Whether the path leads to a regular file."""
    return await _kind_of(path) == 0o100000


async def is_dir(path):
    """Whether the path leads to a directory."""
    return await _kind_of(path) == 0o040000


async def is_symlink(path):
    """Whether the path is a symbolic link."""
    return await _kind_of(path, follow=False) == 0o120000


async def walk(top, topdown=True, onerror=None, followlinks=False):
    """os.walk, asynchronously: (folder, names of folders, names of the rest) for top and all below it."""
    top = os.fspath(top)
    try:
        entries = await scandir(top)
    except OSError as error:
        if onerror is not None:
            onerror(error)
        return
    folders = [entry.name for entry in entries if entry.is_dir()]
    others = [entry.name for entry in entries if not entry.is_dir()]
    links = {entry.name for entry in entries if entry.is_symlink()}
    if topdown:
        yield top, folders, others
    for name in folders:
        if followlinks or name not in links:
            async for step in walk(os.path.join(top, name), topdown, onerror, followlinks):
                yield step
    if not topdown:
        yield top, folders, others


async def glob(pattern, *, root_dir=None, recursive=True, include_hidden=False):
    """The paths that match a pattern of *, ?, [..] and, for any number of folders, **: an asynchronous iterator."""
    pattern = os.fspath(pattern)
    parts = pattern.split("/")
    start = "/" if pattern.startswith("/") else ""
    async for path in _match(
        start, [part for part in parts if part], root_dir or "", recursive, include_hidden
    ):
        yield path


async def _match(base, parts, root, recursive, hidden):
    if not parts:
        if base:
            yield base
        return
    part, rest = parts[0], parts[1:]
    folder = os.path.join(root, base) or "."
    if part == "**" and recursive:
        async for path in _match(base, rest, root, recursive, hidden):
            yield path
        async for entry in _entries(folder):
            if entry.is_dir(follow_symlinks=False) and (hidden or not entry.name.startswith(".")):
                async for path in _match(os.path.join(base, entry.name), parts, root, recursive, hidden):
                    yield path
            elif not rest and (hidden or not entry.name.startswith(".")):
                yield os.path.join(base, entry.name)
        return
    if not any(letter in part for letter in "*?["):
        path = os.path.join(base, part)
        if await exists(os.path.join(root, path)):
            async for found in _match(path, rest, root, recursive, hidden):
                yield found
        return
    matches = re.compile(fnmatch.translate(part)).match
    async for entry in _entries(folder):
        if not matches(entry.name) or (
            entry.name.startswith(".") and not hidden and not part.startswith(".")
        ):
            continue
        if not rest or entry.is_dir():
            async for found in _match(os.path.join(base, entry.name), rest, root, recursive, hidden):
                yield found


async def _entries(folder):
    try:
        entries = await scandir(folder)
    except OSError:
        return
    for entry in sorted(entries, key=lambda one: one.name):
        yield entry


async def copytree(source, target, *, limit=64):
    """Copy a folder and what is below it: contents, permission bits, links as links; at most `limit` copies at once.

    The first error ends it and is raised; what was copied until then stays.
    """
    gate = asyncio.Semaphore(limit)

    async def copy(entry, place):
        async with gate:
            if entry.is_symlink():
                await _reactor.symlink(await _reactor.readlink(entry.path), place)
            else:
                await _reactor.copyfile(entry.path, place)

    async def folder(here, there):
        await _reactor.mkdir(there, (await _reactor.stat(here)).st_mode & 0o777)
        for entry in await scandir(here):
            place = os.path.join(there, entry.name)
            if entry.is_dir(follow_symlinks=False):
                await folder(entry.path, place)
            else:
                group.create_task(copy(entry, place))

    source, target = os.fspath(source), os.fspath(target)
    try:
        async with asyncio.TaskGroup() as group:
            await folder(source, target)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


def _candidates(suffix, prefix, folder):
    _check_text("suffix", suffix)
    _check_text("prefix", prefix)
    folder = tempfile.gettempdir() if folder is None else os.fsdecode(folder)
    prefix = tempfile.gettempprefix() if prefix is None else prefix
    for _ in range(100):
        yield os.path.join(folder, f"{prefix}{secrets.token_hex(6)}{suffix or ''}")
    raise FileExistsError("no usable temporary name was found")


async def mkstemp(suffix=None, prefix=None, dir=None):
    """Create a temporary file for its owner only: (descriptor open for reading and writing, path)."""
    for path in _candidates(suffix, prefix, dir):
        try:
            return await _reactor.mkstemp_at(path), path
        except FileExistsError:
            continue


async def mkdtemp(suffix=None, prefix=None, dir=None):
    """Create a temporary directory for its owner only and return its path."""
    for path in _candidates(suffix, prefix, dir):
        try:
            await _reactor.mkdtemp_at(path)
        except FileExistsError:
            continue
        return path


class TemporaryDirectory:
    """``async with TemporaryDirectory() as path``: a directory that is removed with all that is in it."""

    def __init__(self, suffix=None, prefix=None, dir=None):
        self._arguments = suffix, prefix, dir
        self.name = None

    async def __aenter__(self):
        self.name = await mkdtemp(*self._arguments)
        return self.name

    async def __aexit__(self, *_):
        await self.cleanup()

    async def cleanup(self):
        """Remove the directory; nothing happens when it is gone already."""
        try:
            await hosts.finish(_reactor.rmtree(self.name))
        except FileNotFoundError:
            pass


class NamedTemporaryFile:
    """``async with NamedTemporaryFile() as file``: an open file under a new name, removed at the end."""

    def __init__(self, mode="w+b", *, suffix=None, prefix=None, dir=None, **options):
        self._mode = mode
        self._arguments = suffix, prefix, dir
        self._options = options
        self._file = None
        self.name = None

    async def __aenter__(self):
        fd, self.name = await mkstemp(*self._arguments)
        self._file = await open(fd, self._mode, **self._options)
        return self._file

    async def __aexit__(self, *_):
        try:
            await hosts.finish(self._file.close())
        finally:
            await hosts.finish(_reactor.unlink(self.name))
