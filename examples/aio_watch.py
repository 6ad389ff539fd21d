"""Run a command whenever something below a folder changes.

python examples/aio_watch.py folder command [argument...]
"""

import asyncio
import sys

from dxpy import aio


async def main(folder, *command):
    """Watch until interrupted."""
    async with aio.watch(folder, recursive=True) as changes:
        async for change in changes:
            print(change.kind, change.path, flush=True)
            result = await aio.run_process(list(command))
            sys.stdout.write(result.stdout.decode(errors="replace"))
            sys.stderr.write(result.stderr.decode(errors="replace"))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        asyncio.run(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        pass
