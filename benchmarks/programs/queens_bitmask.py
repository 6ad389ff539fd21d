"""Number of ways to place queens, with three bit masks: recursion and integer bits."""

SIZE, QUICK = 11, 9
CHECKSUMS = {SIZE: 2680, QUICK: 352}
NUMBA = ("place",)


def place(full, columns, left, right):
    if columns == full:
        return 1
    count = 0
    free = full & ~(columns | left | right)
    while free:
        bit = free & -free
        free ^= bit
        count += place(full, columns | bit, (left | bit) << 1, (right | bit) >> 1)
    return count


def setup(size=SIZE):
    return (1 << size) - 1


def run(state):
    return place(state, 0, 0, 0)
