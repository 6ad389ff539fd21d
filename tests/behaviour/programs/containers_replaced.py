"""Attributes whose list or dict is replaced by another in calls put in line, sequences repeated, and == of anything."""


class Noisy:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        Noisy.log.append(self.name)


class Vector:
    def __init__(self, size=0):
        self._storage = None if size == 0 else [None] * size
        self._last = 0

    def append(self, item):
        if self._storage is None:
            self._storage = [None] * 4
        elif self._last >= len(self._storage):
            grown = [None] * (2 * len(self._storage))
            for i in range(len(self._storage)):
                grown[i] = self._storage[i]
            self._storage = grown
        self._storage[self._last] = item
        self._last += 1

    def clear(self):
        self._storage = []
        self._last = 0


def fill(vector, count, make):
    for i in range(count):
        vector.append(make(i))
    return vector._last


def case_a_vector_that_grows():
    results = []
    for i in range(30):
        vector = Vector(i % 3)
        results.append(fill(vector, i, str))
        vector.clear()
        results.append((vector._storage, fill(vector, 0, int)))
    return results


def empty(vector):
    vector.clear()
    return len(Noisy.log)


def case_what_is_dropped_runs_code():
    Noisy.log.clear()
    results = []
    for i in range(40):
        vector = Vector()
        fill(vector, 6, Noisy if i % 5 == 4 else str)
        results.append(empty(vector))
    Noisy.log.sort()
    return results, len(Noisy.log), Noisy.log[-3:]


class Slotted:
    __slots__ = ("items", "table")

    def __init__(self):
        self.items = []
        self.table = {}

    def reset(self, i):
        self.items = [i, i + 1]
        self.table = {i: self.items}


class Watched:
    def __init__(self):
        self.seen = []

    @property
    def items(self):
        return self.seen

    @items.setter
    def items(self, value):
        self.seen.append(value)

    def reset(self, i):
        self.items = [i]


class Own:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value + ["own"])

    def reset(self, i):
        self.items = [i]


class Unset:
    def reset(self, i):
        self.items = [i] * i
        self.further = {i}


def reset_all(things, i):
    for thing in things:
        thing.reset(i)


def case_owners_of_all_kinds():
    things = [Slotted(), Watched(), Own(), Unset()]
    results = []
    for i in range(40):
        if i % 8 == 7:
            things[3] = Unset()
            del things[0].table
        reset_all(things, i)
        results.append((things[0].items, sorted(things[0].table), len(things[1].items), things[2].items))
        results.append((things[3].items[:3], list(vars(things[3]))))
    return results


def reset_many(thing, count):
    for i in range(count):
        thing.reset(i)
    return thing.items


def case_one_kind_in_a_loop():
    results = [reset_many(thing(), 30) for thing in (Slotted, Unset, Watched, Own) * 3]
    late = Unset()
    results.append(reset_many(late, 10)[:2])
    Unset.items = property(lambda self: "made a property", lambda self, value: None)
    try:
        results.append(reset_many(late, 10))
    finally:
        del Unset.items
    results.append(reset_many(late, 3))
    return results


def times(sequence, count):
    return sequence * count, count * sequence


def grow(sequence, count):
    kept = sequence
    sequence *= count
    return sequence, sequence is kept


def case_sequences_repeated():
    class Index:
        def __index__(self):
            return 2

    results = []
    counts = [0, 1, 3, -1, True]
    for _ in range(12):
        for sequence in ([None], [1, "a"], (), (1, 2), "ab", "", b"xy", bytearray(b"q")):
            results += [times(sequence, count) for count in counts]
            results += [grow(sequence[:], count) for count in (0, 1, 2)]
    for sequence in ([0], "ab", (1,)):
        results.append(times(sequence, Index()))
        for wrong in (1.5, None, "x", 10**30):
            try:
                results.append(times(sequence, wrong))
            except (TypeError, OverflowError, MemoryError) as error:
                results.append((type(error).__name__, str(error)))
    return results


def count_equal(items, wanted):
    same = 0
    for item in items:
        found = item == wanted and same >= 0
        other = item != wanted or same < 0
        same += found is True
        same += (other is True) * 100
    return same


class Says:
    def __init__(self, answer):
        self.answer = answer

    def __eq__(self, other):
        if self.answer is None:
            raise LookupError("no answer")
        return self.answer


def case_equal_to_anything():
    nan = float("nan")
    values = [1, 1.0, True, 10**30, nan, None, "a", b"a", (1, nan), [1], {"a": 1}, {1}, 1j, Says, range(3)]
    results = [count_equal(values, wanted) for _ in range(8) for wanted in values]
    for answer in (True, False, [], NotImplemented, None):
        for _ in range(12):
            try:
                results.append(count_equal([1, "a", Says(answer)], Says(answer)))
            except LookupError as error:
                results.append(str(error))
    return results
