"""Pi by throwing darts with a linear congruential generator of our own."""

SIZE, QUICK = 200_000, 50_000
CHECKSUMS = {SIZE: 156836, QUICK: 39223}
NUMBA = ("inside",)


def inside(darts):
    seed = 42
    hits = 0
    for _ in range(darts):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        x = seed / 2147483648.0
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        y = seed / 2147483648.0
        if x * x + y * y < 1.0:
            hits += 1
    return hits


def setup(size=SIZE):
    return size


def run(state):
    return inside(state)
