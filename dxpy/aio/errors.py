"""The errors of dxpy.aio.

Every error of the system is an IoError and at once the OSError subclass that the plain call would have raised:
``except FileNotFoundError``, ``except OSError`` and ``except aio.IoError`` all catch a missing file.
"""

import builtins
import errno
import socket


class AsyncError(Exception):
    """The base of all errors of dxpy.aio."""


class NotInitialized(AsyncError):
    """The runtime or reactor was used before init() or after close()."""


class AlreadyInitialized(AsyncError):
    """init() was called on a runtime that is initialised."""


class AlreadyRunning(AsyncError):
    """run() was called on a runtime that runs."""


class InitFailed(AsyncError):
    """The runtime could not be set up."""


class SubmitFailed(AsyncError):
    """An operation was not accepted: its lane's queue is full and waiting was not wanted, or no thread can be had."""


class IoError(AsyncError, OSError):
    """An error of the system: errno, strerror, filename, filename2; bytes_written after a write that began."""


class FutureNotFound(AsyncError, KeyError):
    """No operation has this id, or its result was taken."""

    __str__ = Exception.__str__


class Timeout(AsyncError, TimeoutError):
    """The time given has passed."""


class ResolveError(IoError, socket.gaierror):
    """A name could not be resolved: errno is one of socket.EAI_*."""


ERRNOS = {
    "BlockingIOError": (errno.EAGAIN, errno.EALREADY, errno.EINPROGRESS, errno.EWOULDBLOCK),
    "BrokenPipeError": (errno.EPIPE, errno.ESHUTDOWN),
    "ChildProcessError": (errno.ECHILD,),
    "ConnectionAbortedError": (errno.ECONNABORTED,),
    "ConnectionRefusedError": (errno.ECONNREFUSED,),
    "ConnectionResetError": (errno.ECONNRESET,),
    "FileExistsError": (errno.EEXIST,),
    "FileNotFoundError": (errno.ENOENT,),
    "InterruptedError": (errno.EINTR,),
    "IsADirectoryError": (errno.EISDIR,),
    "NotADirectoryError": (errno.ENOTDIR,),
    "PermissionError": (errno.EACCES, errno.EPERM),
    "ProcessLookupError": (errno.ESRCH,),
    "TimeoutError": (errno.ETIMEDOUT,),
}


def _make_class(name):
    """IoError and the builtin of that name in one, under that name in this module."""
    return type(
        name, (IoError, getattr(builtins, name)), {"__module__": __name__, "__doc__": IoError.__doc__}
    )


by_errno = {}
for _name, _numbers in ERRNOS.items():
    globals()[_name] = _class = _make_class(_name)
    by_errno.update(dict.fromkeys(_numbers, _class))


def of_system(error):
    """The IoError of a plain OSError."""
    return by_errno.get(error.errno, IoError)(
        error.errno, error.strerror, error.filename, None, error.filename2
    )
