"""An operation whose result nobody uses still raises, and still calls what the operands make of it."""

import math

log = []


class Loud:
    def __add__(self, other):
        log.append("add")
        return self

    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __add__

    def __getitem__(self, key):
        log.append("item")

    def __neg__(self):
        log.append("neg")


def divide(a, b):
    a / b


def floor(a, b):
    a // b


def modulo(a, b):
    a % b


def shift(a, b):
    a << b


def shift_right(a, b):
    a >> b


def item(a, b):
    a[b]


def add(a, b):
    a + b


def multiply(a, b):
    a * b - a


def negate(a, b):
    -a


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return repr(error)


def case_numbers():
    functions = (divide, floor, modulo, shift, shift_right, add, multiply, negate)
    for function in functions:
        for _ in range(3):
            function(6, 2)
    results = [attempt(function, 1, 0) for function in functions]
    results += [attempt(function, 1, -1) for function in functions]
    results += [
        attempt(function, *pair) for function in functions for pair in ((1.5, 0.0), ("a", 1), (1, "a"))
    ]
    return results


def case_items():
    for _ in range(3):
        item([1], 0)
    return [attempt(item, *pair) for pair in (([1], 1), ([1], -2), ((), 0), ([1], "a"), ({}, 0))]


def case_calls():
    log.clear()
    for function in (add, multiply, negate):
        for _ in range(3):
            function(3, 4)
        attempt(function, Loud(), 1)
        attempt(function, 1, Loud())
    item(Loud(), 0)
    return list(log)


def case_constants():
    try:
        1 / 0
    except ZeroDivisionError as error:
        return str(error)


def to_float(a):
    float(a)


def to_int(a):
    int(a)


def absolute(a):
    math.fabs(a)


def rounded(a):
    math.ceil(a)


def down(a):
    return math.floor(a)


def up(a):
    return math.ceil(a)


def case_conversions():
    """A conversion that is only a question whether the argument can be converted; rounding what is whole already."""
    functions = (to_float, to_int, absolute, rounded, down, up)
    for function in functions:
        for _ in range(30):
            function(2.5 if function is absolute else 3)
    return [attempt(function, value) for function in functions for value in ("a", None, True, 2.5, Loud())]
