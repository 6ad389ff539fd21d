"""Pipelines of generators, delegation by yield from, and send."""

SIZE, QUICK = 80_000, 25_000
CHECKSUMS = {SIZE: 283495674, QUICK: 28088387}


def numbers(limit):
    n = 0
    while n < limit:
        yield n
        n += 1


def kept(items, step):
    for item in items:
        if item % step:
            yield item


def paired(items):
    for item in items:
        yield item, item * item % 97


class Tree:
    def __init__(self, low, high):
        middle = (low + high) // 2
        self.value = middle
        self.left = Tree(low, middle) if low < middle else None
        self.right = Tree(middle + 1, high) if middle + 1 < high else None

    def __iter__(self):
        if self.left is not None:
            yield from self.left
        yield self.value
        if self.right is not None:
            yield from self.right


def averages():
    total = count = 0
    average = 0
    while True:
        value = yield average
        total += value
        count += 1
        average = total // count


def setup(size=SIZE):
    return size, Tree(0, size // 6)


def run(state):
    size, tree = state
    checksum = 0
    for one, two in paired(kept(kept(numbers(size), 3), 5)):
        checksum = (checksum + one * two) % 1000003
    for value in tree:
        checksum = (checksum * 3 + value) % 1000003
    average = averages()
    next(average)
    for value in numbers(size // 2):
        checksum ^= average.send(value)
    return checksum + sum(x * y for x in range(size // 100) for y in range(60) if (x ^ y) & 1)
