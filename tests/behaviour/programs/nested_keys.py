"""Keys that are tuples of tuples and named tuples, and those among them that have a say of their own."""

import collections
import math

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
