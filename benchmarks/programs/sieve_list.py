"""Primes by crossing out in a list of bools, one item at a time."""

SIZE, QUICK = 300_000, 60_000
CHECKSUMS = {SIZE: 25997, QUICK: 6057}


def sieve(limit):
    prime = [True] * (limit + 1)
    prime[0] = prime[1] = False
    candidate = 2
    while candidate * candidate <= limit:
        if prime[candidate]:
            multiple = candidate * candidate
            while multiple <= limit:
                prime[multiple] = False
                multiple += candidate
        candidate += 1
    count = 0
    for flag in prime:
        if flag:
            count += 1
    return count


def setup(size=SIZE):
    return size


def run(state):
    return sieve(state)
