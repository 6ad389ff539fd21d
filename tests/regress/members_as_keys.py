"""Members of enumerations are found by their names' hash as long as `Enum.__hash__` would give it; counting asks a class's own methods."""

import builtins
import enum
from collections import Counter
from enum import Enum


class Color(Enum):
    RED = 1
    GREEN = 2


class Own(Enum):
    A = 1
    B = 2

    def __hash__(self):
        return 7


class Named(str, Enum):  # noqa: UP042
    A = "a"


class Other:
    def __hash__(self):
        return hash("RED")

    def __eq__(self, other):
        return other is Color.RED


def counted(keys):
    counts = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
        if (key, 1) not in counts:
            counts[key, 1] = 0
        counts[key, 1] += 1
    return [(str(key), number) for key, number in counts.items()], Color.RED in counts, set(keys) == {*keys}


def case_members():
    keys = [Color.RED, Color.GREEN, Own.A, Own.B, Named.A, Color.RED, "RED", "a", Own.A]
    return [counted(keys) for _ in range(60)][-1]


def look(counts, key):
    return counts.get(key, "none"), key in counts


def case_equal_to_a_member():
    counts = {Color.RED: 1, "GREEN": 2}
    return [(look(counts, Other()), look(counts, Color.RED), look(counts, Color.GREEN)) for _ in range(60)][
        -1
    ]


def case_hash_is_another():
    """Whatever it is that gives members another hash: they are not found by the old one."""
    out = []
    counts = {Color.RED: 1}
    for _ in range(60):
        look(counts, Color.RED)
    enum.hash = lambda name: 5
    out.append(look(counts, Color.RED))
    del enum.hash
    out.append(look(counts, Color.RED))
    real = builtins.hash
    builtins.hash = lambda name: 6
    out.append(look(counts, Color.RED))
    builtins.hash = real
    out.append(look(counts, Color.RED))
    name = Color.RED._name_
    Color.RED._name_ = "red"
    out.append(look(counts, Color.RED))
    Color.RED._name_ = name
    out.append(look(counts, Color.RED))
    code = Enum.__hash__.__code__
    Enum.__hash__.__code__ = (lambda self: 8).__code__
    out.append(look(counts, Color.RED))
    Enum.__hash__.__code__ = code
    out.append(look(counts, Color.RED))
    Color.__hash__ = lambda self: 9
    out.append(look(counts, Color.RED))
    del Color.__hash__
    out.append(look(counts, Color.RED))
    return out


class Gets(Counter):
    def get(self, key, default=None):
        return 5


class Key:
    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        return isinstance(other, Key) and self.value == other.value


def case_counts():
    out = []
    for _ in range(30):
        out = []
        for items in ("hello world", [1, 2, 1, 1.0, True], [(1, 2), (1, 2)], [Color.RED, Color.RED, "RED"]):
            counts = Counter(items)
            counts.update(items)
            out.append([(str(key), number) for key, number in counts.items()])
            gets = Gets()
            gets.update(items)
            out.append(sorted(gets.values()))
        out.append(sorted(Counter([Key(1), Key(1), Key(2)]).values()))
        counts = Counter({"a": 2.5, "b": 2**70, "c": "x"})
        for items in ("ab", "c", [[]], 5):
            try:
                counts.update(items)
            except TypeError as error:
                out.append(str(error))
        out.append(dict(counts))
    return out
