"""Asynchronous files, sockets and processes for asyncio, uvloop and trio, on dxpy's reactor.

Operations return a PyFuture: awaitable, a future and a coroutine in one. What can end without waiting for a device ends
in the call; everything else goes to worker threads or to libuv's loop and comes back with one wake-up a batch.
"""

import enum

from dxpy import _reactor
from dxpy._reactor import *  # noqa: F403
from dxpy._reactor import AsyncFile, IoBuffer, PyFuture, Reactor, ReactorPool, Stream
from dxpy.aio import errors, hosts
from dxpy.aio.errors import (
    AlreadyInitialized,
    AlreadyRunning,
    AsyncError,
    FutureNotFound,
    InitFailed,
    IoError,
    NotInitialized,
    ResolveError,
    SubmitFailed,
    Timeout,
)
from dxpy.aio.files import (
    DirEntry,
    NamedTemporaryFile,
    TemporaryDirectory,
    copytree,
    exists,
    glob,
    is_dir,
    is_file,
    is_symlink,
    listdir,
    mkdtemp,
    mkstemp,
    open,
    scandir,
    walk,
)
from dxpy.aio.net import Server, TlsStream, connect, listen, open_socket, serve
from dxpy.aio.process import DEVNULL, PIPE, STDOUT, Process, run_process, start_process
from dxpy.aio.runtime import NAMES, AsyncRuntime
from dxpy.aio.stats import LaneStats, OpStats, ReactorStats, configure, reset_stats, stats
from dxpy.aio.timers import sleep, timeout
from dxpy.aio.watch import Watch, WatchEvent, watch

IoOperation = enum.IntEnum(
    "IoOperation", {row["name"].upper(): row["number"] for row in _reactor._table()}, module=__name__
)
IoOperation.__doc__ = "The operations of the reactor, as its table lists them."


def create_reactor(core=None):
    """The Reactor of a loop: core is an asyncio or uvloop loop, None the one that runs (or the trio run).

    Each loop has one. Raises RuntimeError when None is given and nothing runs.
    """
    return _reactor.create_reactor(core)


_reactor._configure(
    errors_by_errno=errors.by_errno,
    io_error=errors.IoError,
    dns_error=errors.ResolveError,
    not_initialized=errors.NotInitialized,
    submit_failed=errors.SubmitFailed,
    loop_hook=hosts.close_with_loop,
    fallback_reactor=hosts.current_trio_host,
)
hosts.let_tasks_take(PyFuture)

__all__ = [
    "DEVNULL",
    "PIPE",
    "STDOUT",
    "AlreadyInitialized",
    "AlreadyRunning",
    "AsyncError",
    "AsyncFile",
    "AsyncRuntime",
    "DirEntry",
    "FutureNotFound",
    "InitFailed",
    "IoBuffer",
    "IoError",
    "IoOperation",
    "LaneStats",
    "NamedTemporaryFile",
    "NotInitialized",
    "OpStats",
    "Process",
    "PyFuture",
    "Reactor",
    "ReactorPool",
    "ReactorStats",
    "ResolveError",
    "Server",
    "Stream",
    "SubmitFailed",
    "TemporaryDirectory",
    "Timeout",
    "TlsStream",
    "Watch",
    "WatchEvent",
    "configure",
    "connect",
    "copytree",
    "create_reactor",
    "exists",
    "glob",
    "is_dir",
    "is_file",
    "is_symlink",
    "listdir",
    "listen",
    "mkdtemp",
    "mkstemp",
    "open",
    "open_socket",
    "reset_stats",
    "run_process",
    "scandir",
    "serve",
    "sleep",
    "start_process",
    "stats",
    "timeout",
    "walk",
    "watch",
    *NAMES,
]
