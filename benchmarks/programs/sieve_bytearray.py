"""Primes by crossing out in a bytearray, with range loops."""

SIZE, QUICK = 300_000, 60_000
CHECKSUMS = {SIZE: 25997, QUICK: 6057}


def sieve(limit):
    composite = bytearray(limit + 1)
    count = 0
    for n in range(2, limit + 1):
        if not composite[n]:
            count += 1
            for multiple in range(n * n, limit + 1, n):
                composite[multiple] = 1
    return count


def setup(size=SIZE):
    return size


def run(state):
    return sieve(state)
