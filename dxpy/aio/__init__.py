"""Asynchronous files, sockets and processes for asyncio, uvloop and trio, on dxpy's reactor."""

from dxpy import _reactor
from dxpy._reactor import *  # noqa: F403
from dxpy.aio import errors, hosts
from dxpy.aio.files import *  # noqa: F403
from dxpy.aio.files import open  # noqa: A004
from dxpy.aio.net import *  # noqa: F403
from dxpy.aio.process import *  # noqa: F403
from dxpy.aio.watch import *  # noqa: F403
from dxpy.aio.errors import *  # noqa: F403

_reactor._configure(
    errors_by_errno=errors.by_errno,
    io_error=errors.IoError,
    dns_error=errors.ResolveError,
    not_initialized=errors.NotInitialized,
    submit_failed=errors.SubmitFailed,
    loop_hook=hosts.close_with_loop,
    fallback_reactor=hosts.current_trio_host,
)
