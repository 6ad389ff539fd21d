"""Largest singular value of an infinite matrix cut to n, by the power method."""

SIZE, QUICK = 80, 40
CHECKSUMS = {SIZE: 1.27421623, QUICK: 1.274167288}


def entry(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    n = len(vector)
    out = []
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += entry(i, j) * vector[j]
        out.append(total)
    return out


def times_transposed(vector):
    n = len(vector)
    return [sum(entry(j, i) * vector[j] for j in range(n)) for i in range(n)]


def setup(size=SIZE):
    return size


def run(state):
    u = [1.0] * state
    for _ in range(3):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    dot = sum(a * b for a, b in zip(u, v, strict=True))
    norm = sum(b * b for b in v)
    return round((dot / norm) ** 0.5, 9)
