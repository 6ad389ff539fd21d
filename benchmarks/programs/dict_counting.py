"""Counting and grouping in dicts with int, str and tuple keys."""

from collections import defaultdict

SIZE, QUICK = 80_000, 25_000
CHECKSUMS = {SIZE: 478208236, QUICK: 9300042}


def setup(size=SIZE):
    seed = 99
    data = []
    for _ in range(size):
        seed = (seed * 69069 + 1) & 0xFFFFFFFF
        data.append((seed >> 16) % 500)
    return data, [f"key{n % 300}" for n in data]


def run(state):
    numbers, names = state
    counts = {}
    for n in numbers:
        counts[n] = counts.get(n, 0) + 1
    by_name = {}
    for name in names:
        if name in by_name:
            by_name[name] += 1
        else:
            by_name[name] = 1
    groups = defaultdict(list)
    for position, n in enumerate(numbers):
        groups[n % 37].append(position)
    pairs = {}
    for a, b in zip(numbers, numbers[1:], strict=False):
        key = (a & 7, b & 7)
        pairs[key] = pairs.get(key, 0) + 1
    most = max(counts.items(), key=lambda item: (item[1], item[0]))
    return (
        most[0] * 10**6
        + sum(v * v for v in by_name.values()) % 10**6
        + len(pairs)
        + sum(len(g) for g in groups.values())
    )
