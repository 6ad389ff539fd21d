"""Processes: started by subprocess.Popen, waited for through a pidfd, so that SIGCHLD stays as it was."""

import asyncio
import os
import subprocess

from dxpy import _reactor
from dxpy.aio import errors

PIPE = subprocess.PIPE
DEVNULL = subprocess.DEVNULL
STDOUT = subprocess.STDOUT


class Process:
    """A process that runs: pid, returncode, and stdin, stdout, stderr as streams where PIPE was asked for."""

    def __init__(self, popen, reactor):
        self._popen = popen
        self._loop = reactor.loop
        self._waiters = []
        self._pidfd = -1
        self.pid = popen.pid
        self.args = popen.args
        self.stdin = self._stream(popen.stdin, False)
        self.stdout = self._stream(popen.stdout, True)
        self.stderr = self._stream(popen.stderr, True)
        self._pidfd = os.pidfd_open(popen.pid)
        self._loop.add_reader(self._pidfd, self._ended)

    @staticmethod
    def _stream(pipe, reads):
        if pipe is None:
            return None
        fd = os.dup(pipe.fileno())
        pipe.close()
        return _reactor._stream_open(fd, False, reads)

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
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                stream.abort()
        if self._popen.returncode is None:
            self._popen.kill()
            await self.wait()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.aclose()


async def start_process(args, *, stdin=None, stdout=None, stderr=None, cwd=None, env=None, **options):
    """Start a program, like subprocess.Popen with the same options; a str runs in the shell. Returns a Process."""
    reactor = _reactor.create_reactor(None)
    if not args:
        raise ValueError("no program is named")
    shell = isinstance(args, str)
    try:
        popen = subprocess.Popen(
            args, shell=shell, stdin=stdin, stdout=stdout, stderr=stderr, cwd=cwd, env=env, **options
        )
    except OSError as error:
        raise errors.of_system(error) from None
    try:
        return Process(popen, reactor)
    except BaseException:
        popen.kill()
        popen.wait()
        raise


async def run_process(args, *, input=None, check=False, timeout=None, stdout=PIPE, stderr=PIPE, **options):
    """Run a program to its end: subprocess.CompletedProcess with returncode, stdout and stderr (bytes).

    input is bytes for its standard input. timeout in seconds: aio.Timeout, and the program is killed. check:
    subprocess.CalledProcessError when the exit status is not 0. Cancelling kills the program.
    """
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
