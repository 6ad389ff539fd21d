"""Functions made where they are handed to what calls them: for_each with a lambda or a closure, one in another."""

import sys


class Vector:
    def __init__(self, items=()):
        self._storage = list(items) + [None] * 4
        self._first = 0
        self._last = len(self._storage) - 4

    def append(self, item):
        if self._last == len(self._storage):
            self._storage = self._storage + [None] * 8
        self._storage[self._last] = item
        self._last += 1

    def for_each(self, fn):
        for i in range(self._first, self._last):
            fn(self._storage[i])

    def has_some(self, fn):
        for i in range(self._first, self._last):
            if fn(self._storage[i]):
                return True
        return False

    def get_one(self, fn):
        i = self._first
        while i < self._last:
            item = self._storage[i]
            if fn(item):
                return item
            i += 1
        return None


class Item:
    def __init__(self, value):
        self.value = value
        self.mark = None

    def step(self):
        self.value = self.value * 3 + 1 & 255

    def is_odd(self):
        return self.value & 1 == 1


def step_all(vector):
    vector.for_each(lambda item: item.step())


def mark_all(vector, mark):
    def each(item):
        item.mark = mark

    vector.for_each(each)


def odd_ones(vector, but):
    found = Vector()

    def each(item):
        if item is not but and item.is_odd():
            found.append(item)

    vector.for_each(each)
    return found


def total(vector):
    result = 0

    def add(item):
        nonlocal result
        result += item.value

    vector.for_each(add)
    return result


def consuming(vector, but, fn):
    def each(item):
        if item is not but and item.is_odd():
            fn(item)

    vector.for_each(each)


def double(vector, but):
    seen = Vector()

    def twice(item):
        item.value = item.value * 2 & 1023
        seen.append(item.mark)

    consuming(vector, but, twice)
    return seen._last


def case_functions_that_are_made():
    vector = Vector(Item(i * 7 % 50) for i in range(12))
    results = []
    for i in range(40):
        step_all(vector)
        mark_all(vector, i)
        results.append((total(vector), odd_ones(vector, vector._storage[i % 12])._last, double(vector, None)))
        results.append(vector.has_some(lambda item: item.value == i))
        found = vector.get_one(lambda item: not item.is_odd() and item.mark == i)
        results.append(None if found is None else found.value)
    return results


def case_functions_of_all_kinds_at_one_place():
    vector = Vector(Item(i) for i in range(6))
    seen = []

    class Called:
        def __call__(self, item):
            seen.append(item.value)

    for i in range(50):
        step_all(vector)
        vector.for_each([seen.append, print_nothing, Called(), Item.step, vector.append][i % 4])
        mark_all(vector, i)
        seen[:] = [x if isinstance(x, int) else x.value for x in seen[-20:]]
    return total(vector), seen


def print_nothing(item):
    return item.value


def case_one_that_is_changed_meanwhile():
    results = []
    for i in range(30):
        vector = Vector(Item(k) for k in range(5))
        count = 0

        def each(item):
            nonlocal count, each
            count += item.value
            if i % 10 == 9 and item.value == 2:
                each = None  # who goes over the items has the function still

        vector.for_each(each)
        results.append((count, each is None))
    return results


def names_above(item):
    frame = sys._getframe(1)
    names = []
    while frame is not None and len(names) < 3:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names


def look(vector, at, seen):
    def each(item):
        if item.value == at:
            seen.append((names_above(item), sorted(sys._getframe(1).f_locals)))

    vector.for_each(each)


def case_frames_that_somebody_looks_at():
    vector = Vector(Item(k) for k in range(5))
    seen = []
    for i in range(40):
        look(vector, i % 9, seen)
    return seen


def divide_all(vector, by):
    results = []

    def each(item):
        results.append(item.value // by)

    vector.for_each(each)
    return results


def case_one_that_raises():
    vector = Vector(Item(k) for k in range(5))
    results = []
    for i in range(40):
        try:
            results.append(divide_all(vector, 3 if i % 13 else 0))
        except ZeroDivisionError as error:
            lines = []
            entry = error.__traceback__
            while entry is not None:
                lines.append(
                    (entry.tb_frame.f_code.co_name, entry.tb_lineno - entry.tb_frame.f_code.co_firstlineno)
                )
                entry = entry.tb_next
            results.append(lines)
    return results


class Dropped:
    def __init__(self, log, name):
        self.log = log
        self.name = name

    def __del__(self):
        self.log.append(self.name)


def hold(vector, log, name):
    held = Dropped(log, name)

    def each(item):
        item.mark = held.name

    vector.for_each(each)
    log.append("called")


def case_what_a_cell_holds_goes_in_time():
    vector = Vector(Item(k) for k in range(3))
    log = []
    for i in range(30):
        hold(vector, log, i)
        log.append("returned")
    return log[-12:], len(log)


def nested(vector, depth):
    if depth == 0:
        return 1
    found = 0

    def each(item):
        nonlocal found
        found += nested(vector, depth - 1)

    vector.for_each(each)
    return found


def case_recursion_through_one():
    vector = Vector(Item(k) for k in range(3))
    return [nested(vector, 4) for _ in range(8)]


def with_default(vector, factor):
    out = []
    vector.for_each(lambda item, factor=factor: out.append(item.value * factor))
    vector.for_each(lambda item, *rest, key=3: out.append((item.value, rest, key)))
    return out


def case_defaults_of_what_is_made():
    vector = Vector(Item(k) for k in range(3))
    return [with_default(vector, factor) for factor in (1, 2, 2.5, "x") * 10]
