"""Longest Collatz chain below a limit: integer division, parity, nested while."""

SIZE, QUICK = 10_000, 3_000
CHECKSUMS = {SIZE: 6171262, QUICK: 2919217}
NUMBA = ("longest",)


def longest(limit):
    best_start = best_length = 0
    for start in range(1, limit):
        n = start
        length = 1
        while n != 1:
            if n % 2 == 0:
                n //= 2
            else:
                n = 3 * n + 1
            length += 1
        if length > best_length:
            best_start, best_length = start, length
    return best_start * 1000 + best_length


def setup(size=SIZE):
    return size


def run(state):
    return longest(state)
