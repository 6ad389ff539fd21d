"""Numbers that are computed for a dict: written into the object that is there where nobody else has it."""

import sys

KEYS = ["one", "two", "three", "four"]


def often(function, *args):
    for _ in range(60):
        found = function(*args)
    return found


def add_up(totals, by):
    for turn in range(40):
        totals[KEYS[turn & 3]] = totals.get(KEYS[turn & 3], 0) + by
    return totals


def case_kinds():
    found = [often(lambda: add_up({}, by)) for by in (1, 1000, -3000, 0.25, 2**29, 2**61, 1j)]
    return found, add_up({"one": 0.5, "two": 2**40, "three": True, "four": -7}, 500)


def kept(values, by):
    """Who has had a number keeps it."""
    seen = []
    for turn in range(12):
        old = values["k"]
        values["k"] = old + by
        seen.append((old, values["k"], old is values["k"]))
    return seen, values


def case_kept():
    return often(kept, {"k": 1000}, 5), often(kept, {"k": 0.5}, 0.25), kept({"k": 10**9}, 10**9)


def shared(one, other):
    for _ in range(10):
        one["k"] += 1000
        other["k"] = one["k"]
        one["k"] += 1
    return one, other


def case_shared():
    number = [5000.5 * 2, 70000]
    return often(lambda: shared({"k": number[0]}, {"k": number[0]})), shared({"k": number[1]}, {}), number


def gone_over(values):
    given = []
    for key, value in values.items():
        values[key] = value + 1000
        given.append(value)
    for value in values.values():
        values["b"] = value * 2.0
        given.append(value)
    return given, values


def case_gone_over():
    return often(lambda: gone_over({"a": 5000, "b": 6000.5, "c": 7000}))


def by_ints(count):
    table = {}
    for i in range(count):
        table[i % 7] = table.get(i % 7, 1000) + i
        table[i % 5] += 0.5
    return table


def case_by_ints():
    return often(by_ints, 50)


def leaves(values, keys):
    for key in keys:
        values[key] = values[key] + 4000
    return values


class Key:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return hash(self.name)

    def __eq__(self, other):
        return self.name == getattr(other, "name", other)


def case_leaves():
    """At a key that runs code, a value that ends with code, a number that is too great."""
    often(lambda: leaves(dict.fromkeys("abc", 5000), "abcabc"))
    ended = []

    class Value(int):
        def __add__(self, other):
            return int(self) + other

        def __del__(self):
            ended.append(int(self))

    values = {"a": Value(7), "b": sys.maxsize, "c": 1.5}
    found = leaves(values, ["a", Key("a"), "b", "c"])
    try:
        leaves(values, "axb")
    except KeyError as error:
        return found, ended, repr(error), values


def case_globals():
    names = globals()
    names["COUNT"] = 1000
    for _ in range(200):
        names["COUNT"] = names["COUNT"] + 7
        last = COUNT  # noqa: F821
    return last, names["COUNT"]
