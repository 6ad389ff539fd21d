"""Complex numbers whose objects compiled code does without: their parts, what is computed with them, and who looks."""

import math
import sys

INF, NAN = math.inf, math.nan
PARTS = (0.0, -0.0, 1.0, -2.5, 1e-310, 1e200, -1e308, INF, -INF, NAN)
NUMBERS = [complex(a, b) for a in PARTS for b in PARTS]


def text(number):
    """With the sign of zeros, which == does not tell."""
    if not isinstance(number, complex):
        return repr(number)
    return repr((number.real, number.imag, math.copysign(1, number.real), math.copysign(1, number.imag)))


def attempt(function, *args):
    try:
        return text(function(*args))
    except ArithmeticError as error:
        return f"{type(error).__name__}: {error}"


def add(a, b):
    return a + b


def subtract(a, b):
    return a - b


def multiply(a, b):
    return a * b


def divide(a, b):
    return a / b


def square(a, b):
    return a**2


def cube(a, b):
    return (a + b) ** 3


def fourth(a, b):
    return a**4 - b


def negate(a, b):
    return -(a - b)


def size(a, b):
    return abs(a * 1j + b)


def equal(a, b):
    return a + 0j == b, a * 1 != b


def mirrored(a, b):
    return a.conjugate() * b.imag + b.real


def with_numbers(a, b):
    return 2 * a + 1.5 - b * 3 + 7 / (a + 1j) - (b / 2 - 0.5)


FUNCTIONS = (add, subtract, multiply, divide, square, cube, fourth, negate, size, mirrored, with_numbers)


def case_operators():
    """What is no number may have either sign: of it the text says no more."""
    found = []
    for function in FUNCTIONS:
        for warm in range(30):
            function(complex(warm, 1.5), complex(2.0, warm))
        for a in NUMBERS[::7]:
            for b in NUMBERS[::9]:
                line = attempt(function, a, b)
                found.append("nan" if "nan" in line else line)
    return found


def case_equal():
    return [equal(a, b) for a in NUMBERS[::3] for b in NUMBERS[::4]]


def made(parts):
    out = []
    for re, im in parts:
        out.append(complex(re, im) + complex(re) + complex())
    return out


def case_made():
    for _ in range(40):
        made([(1, 2.0), (3.0, 4)])
    found = [made([(1, 2), (True, 1.5), (2**70, 1)]), made([(1j, 2j)]), complex("1+2j")]
    for bad in ((("1", 2),), ((1, "2"),), ((2**2000, 1),)):
        try:
            made(bad)
        except (TypeError, OverflowError) as error:
            found.append((type(error).__name__, str(error)))
    return found


def goes_round(count, start, factor):
    z = start
    for i in range(count):
        z = z * factor + 1
        if i == 17:
            z = z - 0.5j
    return z


def escapes(limit):
    """The greatest number of turns until the size passes 2, for a row of points."""
    counts = []
    for x in range(12):
        c = complex(x / 4 - 2, 0.25)
        z = 0j
        n = 0
        while abs(z) <= 2 and n < limit:
            z = z * z + c
            n += 1
        counts.append((n, z))
    return counts


def changes_its_kind(values):
    total = 0j
    for value in values:
        total = total + value
    return total


class Odd:
    def __radd__(self, other):
        return ("odd", other)

    def __add__(self, other):
        return ("odd too", other)


def case_kinds():
    for _ in range(50):
        changes_its_kind([1j, 2 + 1j, 3.0 + 0j])
    found = [changes_its_kind([1j, 2, 3.5, True, 2**80]), changes_its_kind([1j, Odd()])]
    try:
        changes_its_kind([1j, "text"])
    except TypeError as error:
        found.append(str(error))
    return found


class Sub(complex):
    def __mul__(self, other):
        return "mine"


def of_a_subclass(a, b):
    total = 0j
    for _ in range(3):
        total = a * b
    return total


def case_subclasses():
    for _ in range(50):
        of_a_subclass(1j, 2j)
    return of_a_subclass(Sub(1, 2), 2j), of_a_subclass(2j, Sub(1, 2)), text(abs(Sub(3, 4)) + 0j)


def looked_at(count):
    z = 1 + 1j
    seen = []
    for i in range(count):
        z = z * (0.5 + 0.5j) + i
        if i % 10 == 3:
            seen.append(sys._getframe().f_locals["z"])
    return seen


def keeps(count):
    kept = []
    z = 0j
    for i in range(count):
        w = z
        z = z + 1j
        same = w is z
        if i % 7 == 0:
            kept.append((w, z, z is kept[-1][1] if kept else None, same))
    return kept, z is w


def handed_on(z, depth):
    if depth == 0:
        return z
    return handed_on(z * 1j + depth, depth - 1)


def stops(count):
    z = 4 + 0j
    turn = 0
    try:
        while True:
            z = z / complex(count - turn, 0)
            turn += 1
    except ZeroDivisionError as error:
        return str(error), turn, z


def too_great(z):
    turns = 0
    try:
        for turns in range(100):
            z = z**2
    except OverflowError as error:
        return str(error), turns, z
    return None


def parts_of(numbers):
    real = imag = 0.0
    for number in numbers:
        real += number.real
        imag -= number.imag
    return real, imag


def gives(count):
    z = 1j
    for _ in range(count):
        z = z * 1j + 0.25
        yield z


def unset(flag):
    for i in range(3):
        if flag or i:
            z = complex(i, i)
    try:
        return z
    finally:
        del z


def case_goes_round():
    for _ in range(40):
        goes_round(30, 1j, 0.5 + 0.5j)
    found = [goes_round(40, 2 + 0j, 0.5j), goes_round(3, 2, 3), goes_round(40, 1.5, 0.5j)]
    try:
        goes_round(5, None, 2)
    except TypeError as error:
        found.append(str(error))
    return found


def often(function, *args):
    for _ in range(40):
        found = function(*args)
    return found


def case_loops():
    return (
        often(escapes, 50),
        often(looked_at, 40),
        often(keeps, 30),
        often(stops, 9),
        often(too_great, 1.5 + 1j),
    )


def case_calls():
    return often(handed_on, 1j, 20), often(lambda: list(gives(6))), often(parts_of, [1 + 2j, -3.5j, 2.0 + 0j])


def case_parts_of_others():
    often(parts_of, [1j, 2j])
    return parts_of([1, 2.5, 1j, True])


def case_unset():
    often(unset, True)
    return unset(True), unset(False)


def constants():
    z = 2j
    w = 2j
    return z is w


def same_constant(count):
    """A constant that variables have been given is one object."""
    same = 0
    for _ in range(count):
        z = 2j
        w = 2j
        if z is w:
            same += 1
        z = z + 1
        same += constants()
    return same


def case_same_constant():
    return often(same_constant, 9)
