"""Run a test's body in a process of its own, and prove at its end that nothing was left behind.

As a decorator: @isolated() makes a pytest test of a function without arguments. As a program: what the decorator starts.
"""

import functools
import gc
import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# By how much a limit is longer than needed, so that what is slow (a busy machine, a sanitizer) is not taken for stuck.
PATIENCE = float(os.environ.get("DXPY_PATIENCE", "4"))


def descriptors():
    """What every descriptor of this process leads to, sorted."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            continue  # the listing's own
    return sorted(found)


def threads():
    """How many threads the kernel sees."""
    return len(os.listdir("/proc/self/task"))


def resident():
    """Resident memory in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Proof:
    """Compares descriptors, threads, operations and memory at the end with those at the beginning."""

    def __init__(self, memory):
        # A sanitizer keeps what was freed: its makefile allows for that.
        self.memory = memory + int(os.environ.get("DXPY_PROOF_MEMORY", "0"))

    def __enter__(self):
        from dxpy import aio

        self.aio = aio
        aio.configure(idle_seconds=0)
        until = time.monotonic() + 5
        while threads() > 1 and time.monotonic() < until:
            time.sleep(0.01)
        aio.configure(idle_seconds=10)
        gc.collect()
        self.descriptors = descriptors()
        self.threads = threads()
        self.resident = resident()
        return self

    def _left(self):
        gc.collect()
        stats = self.aio.stats()
        left = []
        if descriptors() != self.descriptors:
            left.append(f"descriptors {self.descriptors} -> {descriptors()}")
        if threads() != self.threads:
            left.append(f"threads {self.threads} -> {threads()}")
        if stats.live_ops:
            left.append(f"{stats.live_ops} operations in memory")
        if resident() - self.resident > self.memory:
            left.append(f"memory {self.resident} -> {resident()}")
        return left

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        self.aio.configure(idle_seconds=0)
        until = time.monotonic() + 5
        while left := self._left():
            assert time.monotonic() < until, "; ".join(left)
            time.sleep(0.01)


def isolated(
    *,
    limit=30,
    prove=True,
    memory=32 << 20,
    environment=None,
    status=0,
    options=("-W", "always::ResourceWarning"),
):
    """A test whose body runs in a process of its own, within limit seconds, printing nothing to stderr."""

    def decorate(body):
        def test():
            result = run_body(body, limit, prove, memory, environment, options)
            assert (result.returncode, result.stderr) == (status, ""), result.stdout + result.stderr

        test.__name__ = body.__name__
        test.__doc__ = body.__doc__
        test.__module__ = body.__module__
        test.body = body
        return test

    return decorate


def run_body(body, limit, prove, memory, environment, options):
    """Start the process and wait for it."""
    extra = environment() if callable(environment) else environment or {}
    path = os.pathsep.join([str(ROOT), str(HERE), os.environ.get("PYTHONPATH", "")])
    command = [
        sys.executable,
        *options,
        str(Path(__file__)),
        body.__module__,
        body.__name__,
        str(int(prove)),
        str(memory),
    ]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=limit * PATIENCE,
        check=False,
        env={**os.environ, "PYTHONPATH": path, **extra},
    )


@functools.cache
def build_shim():
    """The LD_PRELOAD library of shim.c, compiled once a run."""
    import tempfile

    target = Path(tempfile.mkdtemp(prefix="dxpy-shim-")) / "shim.so"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", str(HERE / "shim.c"), "-o", str(target), "-ldl"], check=True
    )
    return str(target)


def warm_up():
    """What stays for the life of a process is there before the count: modules, libuv's own pipe."""
    import asyncio

    from dxpy import aio

    async def use():
        async with aio.watch("/", recursive=False):
            await aio.read_file("/proc/self/comm")

    asyncio.run(use())


def main():
    module, name, prove, memory = sys.argv[1:]
    body = getattr(importlib.import_module(module), name).body
    if not int(prove):
        body()
        return
    warm_up()
    with Proof(int(memory)):
        body()


if __name__ == "__main__":
    main()
