"""type() and attributes that C types give: getters, members, those that raise, and classes that have their own."""

import re
from datetime import date


class Meta(type):
    @property
    def __name__(cls):
        return "own name"


class Named(metaclass=Meta):
    pass


class Plain:
    def __init__(self):
        self.own = 1


class Pretends:
    __class__ = Plain


class Fallback(date):
    def __getattr__(self, name):
        return f"no {name}"


THINGS = [
    1,
    2.5,
    1 + 2j,
    "a",
    Plain(),
    Named(),
    Pretends(),
    Named,
    Plain,
    type,
    None,
    [],
    slice(1, 2),
    len,
    re.match("a", "ab"),
]


def case_types_and_their_names():
    out = []
    for thing in THINGS:
        for _ in range(40):
            found = type(thing).__name__, thing.__class__.__name__, type(thing) is type(THINGS[0])
        out.append(found)
    return out


def case_mixed(n=10):
    out = []
    for _ in range(n):
        for thing in THINGS:
            out.append((type(thing).__name__, type(thing).__module__, thing.__class__ is type(thing)))
    return out


def case_fields(n=60):
    out, match, day, part = [], re.match("(a)(b)?", "abc"), date(2020, 2, 3), slice(3, 4)
    for k in range(n):
        out.append(
            (
                match.string,
                match.pos,
                match.lastindex,
                match.re.pattern,
                day.year,
                day.month,
                part.start,
                part.step,
            )
        )
        out.append((k.real, k.imag, (2.5).real, case_mixed.__name__, case_mixed.__defaults__))
    return out


def case_getters_that_raise(n=60):
    class Lacking:
        __slots__ = ("there",)

    def function():
        return kept

    out, lacking = [], Lacking()
    for k in range(n):
        for read in (
            lambda: lacking.there,
            lambda: function.__closure__[0].cell_contents,
            lambda: type(lacking).__abstractmethods__,
        ):
            try:
                out.append(read())
            except (AttributeError, ValueError) as error:
                out.append((type(error).__name__, str(error)))
        if k == 40:
            lacking.there = k
    kept = 1
    return out[:20] + out[-6:], function()


def case_beside_a_getattr(n=60):
    day = Fallback(2020, 2, 3)
    return [(day.year, day.day, day.hour, day.__class__.__name__) for _ in range(n)]


def case_class_changes(n=100):
    class Other:
        pass

    one, out = Plain(), []
    for k in range(n):
        out.append((type(one).__name__, one.__class__.__name__))
        if k == 50:
            one.__class__ = Other
        if k == 70:
            Other.__class__ = property(lambda self: Plain)
        if k == 90:
            Other.__name__ = "Renamed"
    return out


def case_type_replaced(n=60):
    out = []
    for k in range(n):
        out.append(type(THINGS[k % 4]))
        if k == 30:
            globals()["type"] = lambda thing: f"type of {thing}"
    del globals()["type"]
    return [str(found) for found in out]


def case_zipped_lists_change(n=30):
    one, other, out = list(range(n)), list(range(n, 0, -1)), []
    for a, b in zip(one, other):
        out.append((a, b))
        if a == 5:
            del other[20:]
        if a == 10:
            one.append(99)
            other.append("last")
    both = iter(one)
    out += list(zip(both, both))
    rows = zip(iter(one), iter(other))
    first = next(rows)
    return out, first, [a for a, _ in rows], next(rows, "over")
