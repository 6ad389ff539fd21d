"""Operators whose operands are ints and floats by turns, and then something else."""

from fractions import Fraction

BIG = 10**30


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def dot(self, other):
        return self.x * other.x + self.y * other.y

    def less(self, other):
        return Point(self.x - other.x, self.y - other.y)

    def below(self, other):
        return (self.x < other.x, self.y >= other.y, self.x == other.y)


def told(value):
    return type(value).__name__, repr(value)


def of_all(points):
    out = []
    for one in points:
        for other in points:
            gone = one.less(other)
            out.append((told(one.dot(other)), told(gone.x), told(gone.y), one.below(other)))
    return out


def warmed(points, times=60):
    out = []
    for _ in range(times):
        out = of_all(points)
    return out


def case_floats_beside_ints():
    return warmed([Point(1, 2.5), Point(0.5, 2), Point(-3, 0.0), Point(2.5, -0.0)])


def case_ints_beside_ints():
    return warmed([Point(1, 2), Point(3.5, 2), Point(4, 5), Point(1.5, 2.5)])


def case_ints_that_do_not_fit():
    out = warmed([Point(1, 2.5), Point(0.5, 2)])
    out += warmed([Point(BIG, 1.5), Point(2**62, 2**62), Point(1, 2.5), Point(2.0**53, 2**53 + 1)])
    return out


def case_values_that_are_no_numbers():
    out = warmed([Point(1, 2.5), Point(0.5, 2), Point(3, 4)])
    out += warmed([Point(True, 2.5), Point(Fraction(1, 3), 2), Point(1, 2.5)], 10)
    for odd in ("text", None, [1], 1j):
        for points in ([Point(odd, 1.5)], [Point(1.5, odd)], [Point(odd, odd)]):
            try:
                out.append([told(one.dot(one)) for one in points])
            except TypeError as error:
                out.append(str(error))
    return out


def case_not_a_number():
    nan, inf = float("nan"), float("inf")
    return warmed([Point(nan, 1), Point(inf, 2), Point(1, nan), Point(2, -inf), Point(3, 4)])


def mean(values):
    total = 0
    for value in values:
        total = total + value
    return total / len(values)


def case_division_by_nothing():
    out = []
    for _ in range(40):
        for values in ([1, 2], [1.5, 2], [1, 2.5], [BIG, 0.5]):
            out.append(told(mean(values)))
    for values in ([], [float("nan")], [Fraction(1, 2), 0.5], [BIG, BIG * BIG]):
        try:
            out.append(told(mean(values)))
        except (ZeroDivisionError, OverflowError) as error:
            out.append(str(error))
    return out


def grown(values):
    """Overflows by and by: from an int of 64 bits to a long one, and to none that a float can hold."""
    product = 1
    for value in values:
        product *= value
    return product


def case_products_that_grow():
    out = [told(grown([3] * 10 + [2.5])) for _ in range(40)]
    out += [told(grown([7] * 60)) for _ in range(40)]
    for values in ([BIG] * 20 + [1.5], [10.0] * 400 + [3], [0.5] * 5 + [3]):
        try:
            out.append(told(grown(values)))
        except OverflowError as error:
            out.append(str(error))
    return out


def operate(a, b):
    out = [a + b, a - b, a * b]
    for divide in (lambda: a / b, lambda: a // b, lambda: a % b):
        try:
            out.append(divide())
        except (ZeroDivisionError, OverflowError) as error:
            out.append(str(error))
    return out


def case_all_operators():
    numbers = (0, 1, -7, 2**40, BIG, 0.0, -0.0, 2.5, -1e300, float("inf"))
    out = []
    for _ in range(12):
        out = [(a, b, [told(value) for value in operate(a, b)]) for a in numbers for b in numbers if b != BIG]
    return out


def has(items, wanted):
    return wanted in items


class Equal:
    def __eq__(self, other):
        return other == 3


def case_ints_in_lists():
    lists = ([1, 2, 3], [1, 2.0, 3], [1, True, BIG], ["1", 1], [None, Equal(), 4], [], (5, 3), [BIG, 2**61])
    out = []
    for _ in range(40):
        out = [has(items, k) for items in lists for k in (1, 3, 0, 4, BIG, BIG + 1, 2**61, True, 2.0, "1")]
    return out
