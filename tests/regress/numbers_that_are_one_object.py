"""A number that came from an object on each way to where ways meet was another object behind it: `value is NAN` was false,
and a list that had the NaN did not find it."""

import math

NAN = float("nan")
INFINITY = math.inf
LARGE = 123456789012
UNSET = object()


class Missing:
    def __init__(self, value=UNSET):
        if isinstance(value, float) and value != value:
            value = NAN
        elif value is not UNSET:
            raise ValueError(value)
        self._value = value

    @property
    def value(self):
        return self._value

    def __eq__(self, other):
        return isinstance(other, Missing) and self._value is other._value


def missing_are_one(turns):
    one = 0
    for _ in range(turns):
        a, b = Missing(NAN), Missing(float("nan"))
        one += (a == b) + (a.value is NAN)
    return one


def itself(value):
    return value


def without_sign(value):
    if value < 0:
        value = -value
    return value


def used_once(value):
    _ = value + 1
    return value


def deeper(value, levels):
    if levels < 1:
        return value
    return deeper(value, levels - 1)


def deeper_if_positive(value, levels):
    if levels < 1 or value < 0:
        return value
    return deeper_if_positive(value, levels - 1)


class Holder:
    def __init__(self, value):
        self.value = value

    def doubled(self):
        return self.value * 2

    def get(self):
        return self.value


def through_holder(items):
    holder = Holder(items[0])
    holder.doubled()
    return holder.get()


def through_cell(items):
    value = items[0]

    def inner():
        nonlocal value
        value = value  # noqa: PLW0127
        _ = value * 2
        return value

    return inner()


def through_keyword(items):
    def inner(*, value=0.0):
        return value

    return inner(value=items[0])


def through_calls(items):
    return itself(itself(items[0]))


def through_use(items):
    return used_once(items[0])


def through_recursion(items):
    return deeper(items[0], 5)


def through_comparing_recursion(items):
    return deeper_if_positive(items[0], 5)


def greatest(items):
    best = items[0]
    for item in items:
        if not item <= best:
            best = item
    return best


def least_or_none(items):
    best = INFINITY
    for item in items:
        if item * 2 < best:
            best = item * 2
    return None if best is INFINITY else best


def greatest_beside_sum(items):
    best = items[0] + 0
    for item in items:
        if not item <= best:
            best = item
    return best


def signless(items):
    return without_sign(items[0])


ALWAYS = [
    through_holder,
    through_cell,
    through_keyword,
    through_calls,
    through_use,
    greatest,
]
OF_NAN = [*ALWAYS, signless, greatest_beside_sum, through_recursion, through_comparing_recursion]


def are_one(function, number):
    items = [number] * 3
    found = [function(items) is number for _ in range(9)]
    for _ in range(4):
        function([1.5, 2.5, -1.5])
    return found + [function(items) is number for _ in range(9)]


def case_missing_are_one():
    return [missing_are_one(3) for _ in range(9)]


def case_through_everything():
    return [(f.__name__, are_one(f, number)) for number in (NAN, INFINITY, LARGE, 2.5) for f in ALWAYS]


def case_not_a_number():
    return [(f.__name__, are_one(f, NAN)) for f in OF_NAN]


def case_found_in_lists():
    return [(f.__name__, [f([NAN] * 3) in [1.0, NAN] for _ in range(12)]) for f in OF_NAN]


def case_asked_where_it_is_computed():
    return [[least_or_none(items) for items in ([], [1.5], [], [INFINITY], [2.5, 1.0])] for _ in range(9)]
