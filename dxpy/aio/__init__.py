"""Asynchronous files, sockets and processes for asyncio, uvloop and trio, on dxpy's reactor."""

from dxpy import _reactor
from dxpy._reactor import *  # noqa: F403
from dxpy.aio import errors
from dxpy.aio.files import *  # noqa: F403
from dxpy.aio.files import open  # noqa: A004

_reactor._configure(
    errors_by_errno=errors.by_errno,
    io_error=errors.IoError,
    dns_error=errors.ResolveError,
    not_initialized=errors.NotInitialized,
    submit_failed=errors.SubmitFailed,
)
