"""Tuples made to be compared or hashed at once: parts of all kinds, which one decides, what runs code, what changes."""

import sys

NAN = float("nan")
PARTS = [
    0,
    1,
    -1,
    2**70,
    2**70 + 1,
    1.0,
    0.5,
    -0.0,
    NAN,
    float("inf"),
    True,
    False,
    "a",
    "b",
    "",
    "ä",
    "日本",
    None,
    b"x",
]


def all_ways(a, b, c, d):
    return [
        (a, b) == (c, d),
        (a, b) != (c, d),
        (a,) == (c,),
        (b, a, c) == (d, a, c),
        (a, b, c, d) != (c, b, a, d),
    ]


def orders(a, b, c, d):
    return [(a, b) < (c, d), (a, b) <= (c, d), (a, b) > (c, d), (a, b) >= (c, d), (a, b, c) < (a, b, d)]


def told(ask, *parts):
    try:
        return ask(*parts)
    except TypeError as error:
        return str(error)


def case_equalities_of_all_kinds():
    return [told(all_ways, a, b, c, a) for a in PARTS for b in PARTS[::3] for c in PARTS]


def case_orders_of_all_kinds():
    return [told(orders, a, b, c, a) for a in PARTS for b in PARTS[::3] for c in PARTS]


def case_orders_of_one_kind():
    numbers = [told(orders, i % 3, i % 5, i % 4, i % 2) for i in range(60)]
    floats = [told(orders, i % 3 / 2, i % 5, i % 4 / 2, i % 2) for i in range(60)]
    texts = [told(orders, "abc"[i % 3], "xy"[i % 2], "abcd"[i % 4], "yz"[i % 2]) for i in range(60)]
    return numbers[-6:], floats[-6:], texts[-6:]


def case_nan_is_itself():
    other = float("nan")
    return [
        ((NAN, i) == (NAN, i), (NAN, i) < (NAN, i + 1), (NAN, 1) == (other, 1), (NAN,) < (other,))
        for i in range(40)
    ][-1]


def case_numbers_computed():
    total = 0
    for i in range(80):
        total += (i * 2, i / 4) < (i + 20, 3.5)
        total += ((i & 3) + 1, -i) == (2, 0 - i)
        total += (i * 0.5 - i * 0.5, 1) == (0, True)
    return total


class Loud:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        log.append(("eq", self.n, sys._getframe(1).f_code.co_name))
        return self.n == getattr(other, "n", None)

    def __lt__(self, other):
        log.append(("lt", self.n))
        return f"{self.n} before {other.n}"

    def __hash__(self):
        log.append(("hash", self.n))
        return self.n


log = []


def case_parts_that_run_code():
    log.clear()
    out = []
    for i in range(40):
        a, b = (Loud(i), Loud(i + 1)) if i > 20 else (i, i + 1)
        out.append(
            (
                told(lambda a, b: (1, a) == (1, b), a, b),
                told(lambda a, b: (1, a) < (1, b), a, b),
                told(lambda a: hash((1, a)), a),
            )
        )
    return out[-2:], log[-6:], len(log)


def case_truth_of_order():
    log.clear()
    found = 0
    for i in range(40):
        if (i, Loud(1)) < (i, Loud(2)):
            found += 1
    return found, len(log)


class Key:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    def __eq__(self, other):
        return (self.a, self.b) == (other.a, other.b)

    def __lt__(self, other):
        return (self.a, self.b) < (other.a, other.b)

    def __hash__(self):
        return hash((self.a, self.b))


def case_keys():
    keys = [Key(i * 7 % 5, f"k{i % 3}") for i in range(60)]
    counts = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts)
    return (
        [(key.a, key.b, counts[key]) for key in ordered],
        max(keys).a,
        len(set(keys)),
        hash(keys[0]) == hash((0, "k0")),
    )


def case_hashes():
    out = []
    for i in range(60):
        text = ("word", "other", "")[i % 3]
        out.append(
            (
                hash((i, 2)) == hash((i, 2.0)),
                hash((i, "a", None)) == hash((i, "a", None)),
                hash(text) == hash(text + ""),
            )
        )
        out.append(hash((i % 3 - 1, -1)))
        out.append(hash((2**70 + i, 1.5)))
        try:
            out.append(hash((i, [])) if i > 30 else hash((i, ())))
        except TypeError as error:
            out.append(str(error))
    return out[-12:]


def case_names_rebound():
    out = []
    for i in range(40):
        if i == 20:
            globals()["hash"] = lambda key: ("mine", key)
        if i == 30:
            del globals()["hash"]
        out.append(hash((i, 1)) if i % 10 else None)
    return out[18:32]


def case_kept_tuples():
    out = []
    for i in range(40):
        pair, other = (i, i + 1), (i, i + (1 if i % 2 else 2))
        same = pair == other
        pair += (same,)
        out.append((pair, other, same, pair is other))
    return out[-2:]
