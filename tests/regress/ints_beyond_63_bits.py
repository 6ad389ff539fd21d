"""Ints from 0 to 2**64 are unboxed, and arithmetic under a mask computes the low bits only: what looks at more than these
has the whole number."""

M64 = 2**64 - 1
EDGES = [0, 1, 2**31, 2**32 - 1, 2**62, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 1]
BEYOND = [-1, -(2**63), 2**64, 2**70 + 3, True, 0.5]


def told(function, *arguments):
    try:
        return function(*arguments)
    except (TypeError, ZeroDivisionError, ValueError) as error:
        return str(error)


def over_edges(function):
    """What is met first is beside a mask; what comes at last is no number of 64 bits."""
    found = [told(function, a, b) for _ in range(4) for a in EDGES for b in EDGES]
    return found + [told(function, a, b) for a in EDGES + BEYOND for b in BEYOND]


def mixed(a, b):
    x = (a * 6364136223846793005 + b) & M64
    x ^= x >> 33
    x = x * 0xFF51AFD7ED558CCD & 0xFFFFFFFFFFFFFFFF
    return x ^ x >> 29, (x << 5 | x >> 59) & M64, (a - b) % 2**64, (a ^ b << 3) % 2**32


def left_behind(a, b):
    product = (a | 1) * (b | 1)
    masked = product & M64
    if masked == a:
        return product, masked, ~product & M64
    rest = masked % (b - 7)
    return product - masked, -masked, rest, product


def compared(a, b):
    x, y = (a + 1) & M64, b & M64
    return x < y, x <= y, x == y, x != y, x > 5, y >= a, x == -1, bool(x), not y


def divided(a, b):
    x = (a * 3) & M64
    return x % 10, x // 10, x % (b + 1), x // (b + 1), x >> 1, x >> 64, x / 2, x * 0.5, x / 7.0, float(x)


def kept(a, b):
    x = (a + b) & M64
    seen = {x: a}
    return [
        x,
        (x,),
        f"{x} {x:x}",
        str(x),
        hash(x),
        seen[x],
        seen.get(x),
        x in seen,
        [1, 2, 3][x % 3],
        [4, 5][x >> 63],
    ]


def looped(a, b):
    x = a
    for k in range(6):
        if k == b % 7:
            continue
        x = (x << 7 ^ x >> 3) & M64
    return x, x is a


class Generator:
    def __init__(self, state):
        self.state = state

    def step(self):
        x = self.state
        x ^= x << 13
        x &= M64
        x ^= x >> 7
        x ^= x << 17 & M64
        self.state = x
        return x * 0x2545F4914F6CDD1D & M64


def generated(a, b):
    generator = Generator(a)
    return [generator.step() ^ b for _ in range(5)], generator.state


def rotated(x, k):
    return (x << k | x >> 64 - k) & M64


def shifted(a, b):
    return [told(rotated, a & M64, k) for k in (1, 13, 63, 64, 65, b)]


def moved(x, k):
    return (x * 3 << k) & M64, (x & M64) >> k


def case_moved_by_64():
    return [told(moved, a, k) for _ in range(4) for k in (0, 1, 64, 65) for a in EDGES]


def sums_of_small(a, b):
    p, q, r = a & 0x7FFFFFFFFFFFFFFF, b & 0x3FFFFFFFFFFFFFFF, a & 0xFFFFFFFF
    return (
        p + q,
        q + q,
        p - q,
        q - p,
        r * r,
        r * (b & 0x7FFFFFFF),
        r << 31,
        r << 32,
        (a & 255) << 56,
        q + q + q,
    )


def case_sums_of_small():
    return over_edges(sums_of_small)


def case_mixed():
    return over_edges(mixed)


def case_left_behind():
    return over_edges(left_behind)


def case_compared():
    return over_edges(compared)


def case_divided():
    return over_edges(divided)


def case_kept():
    return over_edges(kept)


def case_looped():
    return over_edges(looped)


def case_generated():
    return over_edges(generated)


def case_shifted():
    return [told(shifted, a, b) for _ in range(4) for a in EDGES for b in (2, 5, 40)]
