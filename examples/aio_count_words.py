"""Count the words of all text files below a folder, many files at a time.

python examples/aio_count_words.py [folder]
"""

import asyncio
import sys
from collections import Counter

from dxpy import aio


async def count(path):
    """The words of one file."""
    words = Counter()
    async with aio.open(path, errors="replace") as file:
        async for line in file:
            words.update(line.split())
    return words


async def main(folder="."):
    """Print the ten most frequent words."""
    paths = [path async for path in aio.glob("**/*.txt", root_dir=folder)]
    total = Counter()
    for words in await asyncio.gather(*[count(f"{folder}/{path}") for path in paths]):
        total.update(words)
    for word, times in total.most_common(10):
        print(f"{times:8} {word}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
