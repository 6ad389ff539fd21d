"""min and max of values of which nothing is known, and stacks and dicts of such values."""

import math


class Weight:
    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return self.value < getattr(other, "value", other)

    def __gt__(self, other):
        return self.value > getattr(other, "value", other)

    def __repr__(self):
        return f"Weight({self.value})"


def extremes(values):
    found = []
    for a, b in zip(values, values[1:]):
        try:
            found.append((max(a, b), min(a, b), max(a, 3, b)))
        except TypeError as error:
            found.append(str(error))
    return found


def first_of_equals(a, b):
    return max(a, b) is a, min(a, b) is a, max(b, a) is b


def stack(items):
    kept, out = [], []
    for item in items:
        if item in ("pop", -1):
            out.append(kept.pop())
        else:
            kept.append(item)
    while kept:
        out.append(kept.pop())
    kept.extend([1, 2, 3])
    return out, kept


def counted(keys):
    counts = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return [counts[key] for key in keys if key in counts], list(counts.items())


VALUES = (
    [1, 5, 3, 2**70, -4, 0, True, 7],
    [1.5, 2, 2.0, 0, -0.0, 0.0, math.inf, 3],
    ["a", "b", "ab", "", "zz"],
    [math.nan, 1.0, math.nan, 2],
    [(1, 2), (1, 1), (3,), 5],
    [None, 1, None],
    [Weight(3), Weight(1), Weight(9)],
    [[1], [0, 5], [2]],
    ["a", 1, 2, "b"],
)


def case_of_numbers(n=20):
    return [repr(extremes(VALUES[i % 2])) for i in range(n)]


def case_of_anything(n=20):
    return [repr(extremes(values)) for _ in range(n) for values in VALUES]


def case_first_of_equals(n=20):
    for _ in range(n):
        out = [
            first_of_equals(2.0, 2),
            first_of_equals(10**3, int("1000")),
            first_of_equals("ab", "".join(["a", "b"])),
        ]
    return out


def case_stacks(n=20):
    for _ in range(n):
        out = [stack([1, 2, -1, 3, -1, -1] * 5), stack(["a"] * 90 + ["pop"] * 85), stack([4] * 3 + [-1] * 3)]
    return out


def case_keys(n=20):
    for _ in range(n):
        out = [
            counted([1, 2, 1, 2**40, 2**40, -1, -2, -1, 2**62, 2**61 - 1, 0]),
            counted([1, 1.0, True, 2, 2.0, "1", 1]),
            counted([*"abcab", 7, 7, (1, 2), (1, 2), 7.0]),
            counted(range(90)),
        ]
    return out
