"""Keys that are tuples of tuples and named tuples, and those among them that have a say of their own."""

import collections
import math
import time

Point = collections.namedtuple("Point", "x y")
State = collections.namedtuple("State", "here there count")

log = []


class Loud(tuple):
    """Hashed as it says."""

    def __hash__(self):
        log.append("hash")
        return tuple.__hash__(self)


class Picky(tuple):
    def __eq__(self, other):
        log.append(("eq", len(self)))
        return tuple.__eq__(self, other)

    __hash__ = tuple.__hash__


class Quiet(tuple):
    """Changes its ways in the middle."""


class Number:
    def __init__(self, value):
        self.value = value

    def __hash__(self):
        log.append(("number", self.value))
        return hash(self.value)

    def __eq__(self, other):
        log.append(("equal", self.value))
        return self.value == (other.value if isinstance(other, Number) else other)


def state(i):
    return State(Point(i, i + 1), (Point(-1, "a"), (i % 3, None)), i % 2)


def counted(keys, rounds):
    seen = {}
    for _ in range(rounds):
        for key in keys:
            seen[key] = seen.get(key, 0) + 1
    return seen


def present(container, keys):
    count = 0
    for key in keys:
        if key in container:
            count += 1
    return count


def looked_up(mapping, keys):
    total = 0
    for key in keys:
        total += mapping[key]
    return total


def case_nested():
    keys = [(1, state(i % 5), "go") for i in range(20)]
    seen = counted(keys, 4)
    return list(seen.values()), present(seen, keys), present(set(keys), keys), looked_up(seen, keys)


def case_equal_objects():
    """Other objects that are equal, part by part, whatever their classes."""
    seen = counted([state(i) for i in range(6)], 2)
    plain = [
        ((float(i), True if i == 0 else i + 1), [(-1, "a"), (i % 3, None)][0:2], i % 2) for i in range(6)
    ]
    others = [(key[0], tuple(key[1]), key[2]) for key in plain]
    return present(seen, others), present(seen, [state(7)]), looked_up(seen, others)


def case_not_a_number():
    nan, other = math.nan, float("nan")
    seen = counted([((nan, 1), 2), ((nan, 1), 2), ((other, 1), 2)], 3)
    return list(seen.values()), present(seen, [((nan, 1), 2), ((float("nan"), 1), 2)])


def case_with_a_say():
    plain = [((1, (2, 3)), 4)] * 3
    seen = counted(plain, 2)
    log.clear()
    found = [
        present(seen, plain),
        present(seen, [((1, Loud((2, 3))), 4)]),
        present(seen, [((1, Picky((2, 3))), 4)]),
        present(seen, [((1, (Number(2), 3)), 4)]),
        present(set(seen), [((1, (2, Number(3))), 4)]),
        looked_up(seen, [(Picky((1, (2, 3))), 4)]),
    ]
    return found, list(log)


def case_said_by_what_is_there():
    seen = {((1, Picky((2, 3))), 4): 10, (Number(5), (6,)): 11}
    log.clear()
    keys = [((1, (2, 3)), 4), (5, (6,))]
    return [looked_up(seen, keys), present(seen, keys * 2), present(set(seen), keys)], list(log)


def case_class_changes():
    keys = [(Quiet((1, i)), i) for i in range(4)]
    seen = counted(keys, 3)
    out = [present(seen, keys)]
    log.clear()
    Quiet.__eq__ = lambda self, other: log.append("late") or tuple.__eq__(self, other)
    Quiet.__hash__ = tuple.__hash__
    out.append(present(seen, [(Quiet((1, i)), i) for i in range(4)]))
    Quiet.__hash__ = lambda self: log.append("hashed") or tuple.__hash__(self)
    out.append(present(seen, [(Quiet((1, i)), i) for i in range(4)]))
    del Quiet.__eq__, Quiet.__hash__
    return out, list(log)


def deep(levels, inner):
    for _ in range(levels):
        inner = (inner, levels)
    return inner


def case_deep():
    keys = [deep(levels, "x") for levels in (1, 5, 9, 10, 11, 12, 40, 300)]
    again = [deep(levels, "x") for levels in (1, 5, 9, 10, 11, 12, 40, 300)]
    seen = counted(keys, 3)
    return present(seen, again), present(set(keys), again), looked_up(seen, again)


def case_unhashable():
    out = []
    for key in [(1, (2, [])), ((1, {}), 2), (Point([], 1), 3)]:
        for ask in (present, looked_up):
            try:
                out.append(ask({1: 1}, [key]))
            except TypeError as error:
                out.append(str(error))
    return out


def case_defaults():
    sums = collections.defaultdict(float)
    for i in range(40):
        sums[1, state(i % 4), "a"] += 0.5
        sums[state(i % 3)] += i
    return list(sums.values()), len(sums)


class Holder(Point):
    """Has a dict behind its items."""


class Mark:
    """Equal to itself only, until it is not."""


Inner = collections.namedtuple("Inner", "x y")
Late = collections.namedtuple("Late", "x y")
Outer = collections.namedtuple("Outer", "inner count")


def case_inner_class_changes():
    """What the objects of a class were hashed to does not stay when the class has its own say."""
    keys = [Outer(Inner(i, 1), i) for i in range(4)] + [Outer(Late(i, 2), i) for i in range(4)]
    again = [Outer(Inner(i, 1), i) for i in range(4)] + [Outer(Late(i, 2), i) for i in range(4)]
    seen = counted(keys, 3)
    out = [present(seen, keys), present(seen, again), looked_up(seen, again)]
    log.clear()
    Inner.__hash__ = lambda self: log.append("hashed") or 7
    out += [present(seen, again), present(set(keys), again)]
    del Inner.__hash__
    out += [present(seen, keys), present(seen, again), len(log)]
    Late.__eq__ = lambda self, other: log.append("compared") or tuple.__eq__(self, other)
    out += [present(seen, keys), present(seen, again), present(set(keys), again)]
    del Late.__eq__
    return out, list(log), present(seen, again)


def case_marks():
    marks = [Mark(), Mark()]
    keys = [Inner(mark, len) for mark in marks]
    seen = counted(keys, 4)
    out = [present(seen, keys), looked_up(seen, keys)]
    Mark.__hash__ = lambda self: 3
    out.append(present(seen, [Inner(mark, len) for mark in marks]))
    del Mark.__hash__
    return out, present(seen, keys)


def case_dict_behind():
    keys = [Holder(i, (i, i)) for i in range(3)]
    for i, key in enumerate(keys):
        key.note = i
    seen = counted(keys, 3)
    found = looked_up(seen, [Point(i, (i, i)) for i in range(3)])
    return found, [key.note for key in keys], [vars(key) for key in keys], present(seen, keys)


def case_fields_behind():
    """Their own fields are behind their items."""
    moments = [time.gmtime(i * 86400) for i in range(3)]
    seen = counted(moments, 3)
    return present(seen, moments), [(moment.tm_zone, moment.tm_gmtoff, tuple(moment)) for moment in moments]


def case_many_classes():
    classes = [collections.namedtuple(f"Class{i}", "x y") for i in range(12)]
    seen = counted([Outer(each(1, i), i) for i, each in enumerate(classes)], 3)
    del classes
    later = [collections.namedtuple(f"Later{i}", "x y") for i in range(12)]
    keys = [Outer(each(1, i), i) for i, each in enumerate(later)]
    return present(seen, keys), looked_up(seen, keys), counted(keys, 2) == counted(list(map(tuple, keys)), 2)


def chained(levels):
    """Each hashed before it is put into the next."""
    inner, seen = Inner(1, 2), {}
    for _ in range(levels):
        inner = Inner(inner, 0)
        present(seen, [inner])
    return inner


def case_chained():
    out = []
    for levels in (5, 9, 10, 11, 30, 1100):
        keys = [chained(levels)]
        seen = {keys[0]: 1} if levels < 100 else {}
        out.append(present(seen, keys))
        try:
            out.append(present({chained(levels): 2}, keys))
        except RecursionError as error:
            out.append(type(error).__name__)
    return out
