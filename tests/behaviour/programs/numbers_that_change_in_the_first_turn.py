"""Variables that are one number where a loop is entered and another from the first turn on."""

import math

FLOATS = [0.5, -1.25, 3.75, 2.0, -0.0, 1e10]


def added(values):
    total = 0
    for value in values:
        total += value
    return total


def case_sums():
    print(repr(added([])), repr(added(FLOATS)), repr(added([0.0])), repr(added([-0.0])))
    print(
        repr(added([1, 2, 3])), repr(added([1, 2.5, 3])), repr(added([True, 0.5])), repr(added([2**70, 0.5]))
    )
    print([repr(added(FLOATS[:n])) for n in range(len(FLOATS))])
    print(added([1j, 0.5]), repr(added([0.5, float("nan")])))
    try:
        added([0.5, "a"])
    except TypeError as error:
        print(error, error.__traceback__.tb_next.tb_lineno)
    try:
        added(["a"])
    except TypeError as error:
        print(error, error.__traceback__.tb_next.tb_lineno)


def some(values, limit):
    total = 0
    seen = 0
    for value in values:
        seen += 1
        if value > limit:
            total += value
        elif value < -limit:
            total -= value * 0.5
    return total, seen


def case_changed_on_some_turns_only():
    for limit in (0.0, 1.0, 2.0, 5.0, 1e11):
        print([repr(part) for part in some(FLOATS, limit)])


def left(values, stop):
    total = 0
    for value in values:
        if value == stop:
            break
        total += value
    else:
        return "all", total
    return "left", total


def continued(values, skipped):
    total, turns = 0, 0
    while turns < len(values):
        value = values[turns]
        turns += 1
        if value == skipped:
            continue
        total = total + value * 2
    return total, turns


def case_break_and_continue():
    for stop in FLOATS + [7.0]:
        print([repr(part) for part in left(FLOATS, stop)], [repr(part) for part in continued(FLOATS, stop)])
    print(left([], 0.0), continued([], 0.0))


def nested(rows):
    total = 0
    largest = 0
    for row in rows:
        for value in row:
            total += value
            if value > largest:
                largest = value
        largest *= 1.5
    return total, largest


def deep(rows):
    total = 0
    for _ in range(2):
        for row in rows:
            for value in row:
                for factor in (0.5, 2.0):
                    total += value * factor
                total -= 0.25
            total += 1.0
    return total


def rows_of(values):
    result = []
    for row in values:
        line = 0
        for one, other in zip(row, reversed(row)):
            line += one * other
        result.append(line)
    return result


def case_nested_loops():
    rows = [FLOATS, [], [1.5], FLOATS[:3]]
    print(nested(rows), nested([]), nested([[], []]), nested([[-1.0]]))
    print(deep(rows), deep([]), deep([[], [0.5]]))
    print(rows_of(rows), rows_of([[1, 2], [0.5, 1], [True]]))


def variance(values):
    count = 0
    mean = 0
    squares = 0
    for value in values:
        count += 1
        change = value - mean
        mean += change / count
        squares += change * (value - mean)
    return count, mean, squares


def roots(count):
    total = 0
    for number in range(1, count):
        guess = number
        for _ in range(6):
            guess = (guess + number / guess) / 2
        total += guess
    return total


def polynomial(coefficients, x):
    result = 0
    for coefficient in reversed(coefficients):
        result = result * x + coefficient
    return result


def case_several_variables():
    print(variance(FLOATS), variance([]), variance([1, 2, 4]))
    print(roots(12), roots(1))
    print(polynomial([1, 2, 3], 0.5), polynomial([1.5, 2, -3], 2), polynomial([], 0.5), polynomial([7], 0.5))


def numbered(values):
    last, at = 0, 0
    for index, value in enumerate(values):
        if value > last:
            last, at = value, index
    return last, at


def set_anew(values):
    total, sums = 0, []
    for value in values:
        total += value
        if total > 2:
            sums.append(total)
            total = 0
    return total, sums


def deleted(values):
    total = 0
    for value in values:
        if value == 2.0:
            del total
        total += value
    return total


def case_other_stores():
    print(numbered(FLOATS), numbered([-1.0]), numbered([]))
    print(set_anew(FLOATS), set_anew([]))
    print(deleted(FLOATS[:3]))
    try:
        deleted(FLOATS)
    except UnboundLocalError as error:
        print(error)


def handled(values):
    total, failed = 0, 0
    for value in values:
        try:
            total += 1.0 / value
        except ZeroDivisionError:
            failed += 1
    return total, failed


def looked_at(values):
    total = 0
    seen = []
    for value in values:
        seen.append(repr(locals()["total"]))
        total += value
    return seen, total


def given(values):
    total = 0
    for value in values:
        yield total
        total += value
    yield total


def called(values):
    return sum(part for part in [added(values), polynomial(values, 0.5)])


def case_seen_from_elsewhere():
    print(handled(FLOATS), handled([0.0]), handled([]))
    print(looked_at(FLOATS[:3]))
    print([repr(total) for total in given(FLOATS)])
    print(called(FLOATS), called([]), called([1, 2]))


class Vector:
    def __init__(self, *parts):
        self.parts = parts

    def length(self):
        square = 0
        for part in self.parts:
            square += part * part
        return math.sqrt(square)

    def __iter__(self):
        for part in self.parts:
            yield part


def case_methods():
    print([Vector(*FLOATS[:n]).length() for n in range(4)], Vector(3, 4).length())
    total = 0
    for part in Vector(*FLOATS):
        total += part
    print(total)
    total = 0
    for part in Vector():
        total += part
    print(repr(total))


def long_ones():
    total = 0
    step = 0
    while step < 3000:
        if step >= 1500:
            total += 0.5
        step += 1
    return total


def case_changed_late():
    print(long_ones())
