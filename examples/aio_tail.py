"""Show what is added to files, also after they were cut short or replaced, until interrupted.

python examples/aio_tail.py file...
"""

import asyncio
import os
import sys

from dxpy import aio


async def added_lines(path):
    """The lines that are added to a file from now on."""
    rest = b""
    async with aio.watch(path) as changes:
        file = await aio.open(path, "rb")
        try:
            await file.seek(0, os.SEEK_END)
            while True:
                async for line in file:
                    rest += line
                    if rest.endswith(b"\n"):
                        yield rest
                        rest = b""
                if (await aio.fstat(file.fileno())).st_size < await file.tell():
                    await file.seek(0)
                    continue
                change = await anext(changes)
                if change.kind in ("created", "lost"):
                    new = await aio.open(path, "rb")
                    await file.close()
                    file = new
        finally:
            await file.close()


async def show(path):
    """Print them as they come."""
    async for line in added_lines(path):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


async def main(paths):
    """All files side by side; one that cannot be read ends them all."""
    async with asyncio.TaskGroup() as group:
        for path in paths:
            group.create_task(show(path))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        asyncio.run(main(sys.argv[1:]))
    except KeyboardInterrupt:
        pass
