"""Keep programs running: start again those that end, show what they print, and end them all on SIGTERM.

python examples/aio_supervise.py command...
"""

import asyncio
import os
import signal
import sys

from dxpy import aio

FIRST_DELAY, LONGEST_DELAY = 0.1, 10
PATIENCE = 5  # seconds a program has to end


def say(name, line):
    """Print a line with the name of the program it is from."""
    sys.stdout.buffer.write(b"%s: %s\n" % (name.encode(), line.rstrip(b"\n")))
    sys.stdout.buffer.flush()


async def show(name, stream):
    """All that a program prints; of a line that is longer than streams take, the pieces."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            line = await stream.read(1 << 16)
        if not line:
            return
        say(name, line)


async def run_once(command, stopping):
    """Run it until it ends, or until it is to stop: then it and what it has started are told so, and killed in the end."""
    options = {"stdout": aio.PIPE, "stderr": aio.STDOUT, "start_new_session": True}
    async with await aio.start_process(command, **options) as process:
        name = str(process.pid)
        showing = asyncio.ensure_future(show(name, process.stdout))
        ended, stop = asyncio.ensure_future(process.wait()), asyncio.ensure_future(stopping.wait())
        await asyncio.wait([ended, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
            if await asyncio.wait([showing], timeout=PATIENCE) == ({showing}, set()):
                break
        say(name, f"ended with {await ended}".encode())
        await showing


async def keep(command, stopping):
    """Run it again and again, with longer and longer pauses."""
    delay = FIRST_DELAY
    while not stopping.is_set():
        await run_once(command, stopping)
        await asyncio.wait([asyncio.ensure_future(stopping.wait())], timeout=delay)
        delay = min(2 * delay, LONGEST_DELAY)


async def main(commands):
    """All of them, until a signal."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with asyncio.TaskGroup() as group:
        for command in commands:
            group.create_task(keep(command, stopping))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1:]))
