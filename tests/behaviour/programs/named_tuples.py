"""Named tuples: made, taken apart, derived from, and changed in how they are made while code for them runs."""

import collections
import gc
import sys
import typing
import weakref

Pair = collections.namedtuple("Pair", "x y")
One = collections.namedtuple("One", "x")
Defaulted = collections.namedtuple("Defaulted", "x y z", defaults=[7, None])


class Vector(typing.NamedTuple):
    x: float
    y: float = 0.5

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)


class Point(collections.namedtuple("Point", "x y")):
    def length(self):
        return abs(self.x) + abs(self.y)


class Slotted(collections.namedtuple("Slotted", "x y")):
    __slots__ = ()

    def __repr__(self):
        return f"<{self.x} {self.y}>"


class Told(collections.namedtuple("Told", "x y")):
    def __init__(self, x, y):
        told.append((x, y))


class Odd(collections.namedtuple("Odd", "x y")):
    def __iter__(self):
        yield "odd"
        yield "iteration"


class Rows(list):
    pass


class Counted(list):
    def __iter__(self):
        yield len(self)
        yield "counted"


told = []


def make(i):
    return Pair(i, i + 1), One(i), Defaulted(i), Defaulted(i, 1), Point(i, -i), Slotted(i, str(i))


def case_makes():
    total = 0
    for i in range(300):
        pair, one, first, second, point, slotted = make(i)
        total += pair.x * pair.y + one.x + first.y + second.y + point.length() + len(slotted.y)
        assert first.z is None and type(point) is Point and isinstance(pair, tuple)
    return total, pair, one, first, second, point, slotted


def case_adds():
    v = Vector(0.0, 0.0)
    for i in range(300):
        v = v + Vector(i * 0.5, 1.0) + Vector(x=1.5)
    return v


def unpacks(items):
    total = 0
    for x, y in items:
        total += len(str(x)) * 10 + len(str(y))
    return total


def case_taken_apart():
    items = [Pair(i, i * 2) for i in range(50)] + [Rows([1, i]) for i in range(50)]
    for _ in range(10):
        total = unpacks(items)
    out = [total, unpacks([Odd(1, 2), Counted([1, 2, 3]), Point(5, 66)])]
    for wrong in (One(1), Defaulted(1), Rows([1]), Rows([1, 2, 3]), Counted([])):
        try:
            out.append(unpacks([*items, wrong]))
        except ValueError as error:
            out.append((type(wrong).__name__, str(error)))
    return out


def case_tells():
    told.clear()
    for i in range(200):
        pair = Told(i, i)
    return len(told), told[-1], pair


def wrongly(kind, *args):
    try:
        return kind(*args)
    except TypeError as error:
        return str(error).rpartition(".")[2]


def case_wrong_numbers():
    for _ in range(150):
        found = [wrongly(Pair), wrongly(Pair, 1), wrongly(Pair, 1, 2, 3), wrongly(One), wrongly(Defaulted)]
    return found


def case_ends():
    class Thing:
        def __del__(self):
            ended.append(len(ended))

    ended, seen = [], []
    for _ in range(150):
        pair = Point(Thing(), [])
        pair.y.append(pair)
        seen.append(weakref.ref(pair.x))
        del pair
    gc.collect()
    return len(ended), sum(ref() is None for ref in seen), gc.is_tracked(Pair(1, []))


def case_made_otherwise():
    made = []
    told.clear()
    new = Pair.__new__
    for i in range(400):
        if i == 150:
            Pair.__new__ = lambda cls, x, y: ("instead", x, y)
        if i == 200:
            Pair.__new__ = new
        if i == 250:
            Pair.__init__ = lambda self, x, y: told.append("init")
        if i == 300:
            del Pair.__init__
        if i == 350:
            new.__globals__["_tuple_new"] = lambda cls, items: [cls.__name__, *items]
        made.append(Pair(i, -i))
    new.__globals__["_tuple_new"] = tuple.__new__
    out = [[made[i] for i in (0, 149, 150, 199, 200, 250, 299, 349, 350, 399)], told.count("init")]
    code = new.__code__
    made.clear()
    for i in range(300):
        if i == 100:
            new.__code__ = (lambda _cls, x, y: _tuple_new(_cls, (y, x))).__code__  # noqa: F821
        if i == 200:
            new.__code__ = code
        made.append(Pair(i, "y"))
    return out, made[99], made[100], made[199], made[200]


def case_deep():
    def down(level):
        try:
            return down(level + 1)
        except RecursionError:
            return Pair(level > 50, One(level > 50))

    for _ in range(3):
        found = down(0)
    return found


def case_reference_counts():
    thing = object()
    before = sys.getrefcount(thing)
    for _ in range(200):
        kept = Pair(thing, thing), Vector(thing), Slotted(thing, 1)
    held = sys.getrefcount(thing) - before
    del kept
    return held, sys.getrefcount(thing) - before

