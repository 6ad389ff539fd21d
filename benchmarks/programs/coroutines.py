"""Coroutines on a scheduler of our own: awaits, async for, async with, no event loop."""

from collections import deque

SIZE, QUICK = 1_500, 400
CHECKSUMS = {SIZE: 772134018755, QUICK: 930286005005}


class Turn:
    def __await__(self):
        yield self


class Channel:
    def __init__(self):
        self.items = deque()
        self.closed = False

    async def put(self, item):
        while len(self.items) >= 8:
            await Turn()
        self.items.append(item)

    def __aiter__(self):
        return self

    async def __anext__(self):
        while not self.items:
            if self.closed:
                raise StopAsyncIteration
            await Turn()
        return self.items.popleft()


class Permit:
    def __init__(self):
        self.held = 0

    async def __aenter__(self):
        while self.held:
            await Turn()
        self.held = 1

    async def __aexit__(self, *info):
        self.held = 0


async def add(a, b):
    return a + b


async def produce(channel, start, count):
    for k in range(count):
        await channel.put(await add(start, k))


async def consume(channel, permit, totals):
    async for item in channel:
        async with permit:
            totals[0] = (totals[0] * 7 + item) % 1000003


def drive(tasks):
    ready = deque(tasks)
    turns = 0
    while ready:
        task = ready.popleft()
        turns += 1
        try:
            task.send(None)
        except StopIteration:
            continue
        ready.append(task)
    return turns


def setup(size=SIZE):
    return size


def run(state):
    channel, permit, totals = Channel(), Permit(), [0]
    producers = [produce(channel, k * 1000, state) for k in range(20)]
    consumers = [consume(channel, permit, totals) for _ in range(4)]

    async def finish():
        await all_of(producers)
        channel.closed = True

    async def all_of(tasks):
        waiting = list(tasks)
        while waiting:
            for task in list(waiting):
                try:
                    task.send(None)
                except StopIteration:
                    waiting.remove(task)
            await Turn()

    turns = drive([finish(), *consumers])
    return totals[0] * 10**6 + turns
