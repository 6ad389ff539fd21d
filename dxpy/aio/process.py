"""Processes: started by subprocess.Popen, waited for through a pidfd, so that SIGCHLD stays as it was."""

import asyncio
import os
import subprocess

from dxpy import _reactor
from dxpy.aio import errors, timers

PIPE = subprocess.PIPE
DEVNULL = subprocess.DEVNULL
STDOUT = subprocess.STDOUT


class Process:
    """A process that runs: pid, returncode, and stdin, stdout, stderr as streams where PIPE was asked for."""

    def __init__(self, popen, pipes, reactor):
        self._popen = popen
        self._loop = reactor.loop
        self._waiters = []
        self._pidfd = -1
        self.pid = popen.pid
        self.args = popen.args
        self.stdin, self.stdout, self.stderr = pipes.streams()
        try:
            self._pidfd = os.pidfd_open(popen.pid)
            self._loop.add_reader(self._pidfd, self._ended)
        except BaseException as error:
            self._abort_streams()
            if isinstance(error, OSError):
                raise errors.of_system(error) from None
            raise

    def __del__(self):
        # Its loop was closed while it ran: nothing else knows of the descriptor.
        if self._pidfd >= 0:
            os.close(self._pidfd)

    def _ended(self):
        self._popen.poll()
        self._forget()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    def _forget(self):
        if self._pidfd >= 0:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1

    @property
    def returncode(self):
        """The exit status, -N after signal N, None while it runs."""
        return self._popen.returncode

    async def wait(self):
        """Wait for its end and return the exit status."""
        if self._popen.returncode is None:
            waiter = _reactor.PyFuture(loop=self._loop)
            self._waiters.append(waiter)
            await waiter
        return self._popen.returncode

    def send_signal(self, number):
        """Send a signal; nothing happens once it has ended."""
        self._popen.send_signal(number)

    def terminate(self):
        """Send SIGTERM."""
        self._popen.terminate()

    def kill(self):
        """Send SIGKILL."""
        self._popen.kill()

    async def communicate(self, input=None):
        """Send input, read stdout and stderr to their ends, wait: (stdout, stderr), None where there is no pipe."""

        async def feed():
            if self.stdin is None:
                return
            try:
                if input:
                    await self.stdin.write(input)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it did not want all of it
            finally:
                await self.stdin.close()

        async def drain(stream):
            return None if stream is None else await stream.read()

        _, out, err, _ = await asyncio.gather(feed(), drain(self.stdout), drain(self.stderr), self.wait())
        return out, err

    async def aclose(self):
        """Close the pipes; a process that still runs is killed and waited for."""
        self._abort_streams()
        if self._popen.returncode is None:
            self._popen.kill()
            await self.wait()

    def _abort_streams(self):
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                stream.abort()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.aclose()


class _Pipes:
    """The three standard descriptors of a process to be: what PIPE and DEVNULL stand for is opened here, because Popen
    leaves behind what it had opened when one cannot be.
    """

    def __init__(self, *wanted):
        self.given = []
        self._theirs, self._ours = [], [None, None, None]
        try:
            for number, one in enumerate(wanted):
                self.given.append(self._open(number, one))
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise errors.of_system(error) from None
            raise

    def _open(self, number, wanted):
        if wanted is not None and not isinstance(wanted, int) and not hasattr(wanted, "fileno"):
            name = ("stdin", "stdout", "stderr")[number]
            raise TypeError(f"{name} must be None, PIPE, a descriptor or a file, not {type(wanted).__name__}")
        if isinstance(wanted, int) and wanted == DEVNULL:
            self._theirs.append(os.open(os.devnull, os.O_RDWR))
        elif isinstance(wanted, int) and wanted == PIPE:
            reads, writes = os.pipe()
            theirs, self._ours[number] = (reads, writes) if number == 0 else (writes, reads)
            self._theirs.append(theirs)
        else:
            return wanted
        return self._theirs[-1]

    def started(self):
        """The process has its own: close what was opened for it."""
        while self._theirs:
            os.close(self._theirs.pop())

    def close(self):
        """Close all that was opened."""
        self.started()
        for number, fd in enumerate(self._ours):
            if fd is not None:
                self._ours[number] = None
                os.close(fd)

    def streams(self):
        """Streams over this side's ends, None where there is none."""
        made = []
        try:
            for number, fd in enumerate(self._ours):
                self._ours[number] = None  # closed with the stream, or by the attempt
                made.append(None if fd is None else _reactor._stream_open(fd, False, number > 0))
        except BaseException:
            for stream in made:
                if stream is not None:
                    stream.abort()
            self.close()
            raise
        return made


async def start_process(args, *, stdin=None, stdout=None, stderr=None, cwd=None, env=None, **options):
    """Start a program, like subprocess.Popen with the same options; a str runs in the shell. Returns a Process."""
    reactor = _reactor.create_reactor(None)
    if not args:
        raise ValueError("no program is named")
    shell = isinstance(args, str)
    pipes = _Pipes(stdin, stdout, stderr)
    try:
        stdin, stdout, stderr = pipes.given
        popen = subprocess.Popen(
            args, shell=shell, stdin=stdin, stdout=stdout, stderr=stderr, cwd=cwd, env=env, **options
        )
    except BaseException as error:
        pipes.close()
        if isinstance(error, OSError):
            raise errors.of_system(error) from None
        raise
    pipes.started()
    try:
        return Process(popen, pipes, reactor)
    except BaseException:
        popen.kill()
        popen.wait()
        raise


async def run_process(args, *, input=None, check=False, timeout=None, stdout=PIPE, stderr=PIPE, **options):
    """Run a program to its end: subprocess.CompletedProcess with returncode, stdout and stderr (bytes).

    input is bytes for its standard input. timeout in seconds: aio.Timeout, and the program is killed. check:
    subprocess.CalledProcessError when the exit status is not 0. Cancelling kills the program.
    """
    if input is not None:
        memoryview(input)
    if timeout is not None:
        timers.check_seconds("timeout", timeout)
    options.setdefault("stdin", PIPE if input is not None else DEVNULL)
    process = await start_process(args, stdout=stdout, stderr=stderr, **options)
    try:
        async with asyncio.timeout(timeout):
            out, err = await process.communicate(input)
    except TimeoutError:
        raise errors.Timeout(f"{args!r} did not end within {timeout} seconds") from None
    finally:
        await process.aclose()
    if check and process.returncode:
        raise subprocess.CalledProcessError(process.returncode, args, out, err)
    return subprocess.CompletedProcess(args, process.returncode, out, err)


__all__ = ["DEVNULL", "PIPE", "STDOUT", "Process", "run_process", "start_process"]
