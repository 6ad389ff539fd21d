"""min and max of two, divmod, reversed, and % and // of floats, with operands that change their kind."""

import math
import traceback

ODD = [True, False, 2**63 - 1, -(2**63), 2**64, 1.5, -0.0, 0.0, math.inf, -math.inf, math.nan, -3]


def shown(value):
    return (type(value).__name__, repr(value))


def raised(function, *args):
    try:
        return shown(function(*args))
    except (TypeError, ZeroDivisionError, OverflowError, ValueError) as error:
        frames = traceback.extract_tb(error.__traceback__)[1:]
        return (type(error).__name__, str(error), [(f.name, f.lineno) for f in frames])


def largest(values):
    best = 0
    for value in values:
        best = max(best, value)
    return best


def smallest(values):
    best = values[0]
    for value in values:
        best = min(value, best)
    return best


def case_min_and_max():
    results = [(largest(range(i)), smallest([i, 3, i - 7])) for i in range(200)]
    for odd in [*ODD, None, "x"]:
        results.append(raised(largest, [1, odd, 3]))
        results.append(raised(smallest, [1, odd, 3]))
    results.append((shown(max(1, True)), shown(max(True, 1)), shown(min(0.0, -0.0)), shown(max(-0.0, 0.0))))
    return results


def rest(values, by):
    total = 0.0
    for value in values:
        total += value % by
    return total


def whole(values, by):
    total = 0.0
    for value in values:
        total += value // by
    return total


def case_floats():
    values = [7.5, -7.5, 0.3, -0.0, 1e300, 0.1 * 3]
    results = [
        (rest(values, 2.5), whole(values, 2.5), rest(values, -0.1), whole(values, -0.1)) for _ in range(150)
    ]
    results = [shown(results[0]), len(set(results))]
    for by in [*ODD, 0, None]:
        for value in ODD:
            results.append(raised(rest, [1.0, value], by))
            results.append(raised(whole, [1.0, value], by))
    return results


def one_rest(a, b):
    return a % b


def one_whole(a, b):
    return a // b


def case_signs_of_zero():
    results = []
    for _ in range(60):
        for a in (0.0, -0.0, 3.0, -3.0, 1e-320, math.inf):
            for b in (3.0, -3.0, math.inf, -math.inf, 5e-324):
                results.append((repr(one_rest(a, b)), repr(one_whole(a, b))))
    return results[:30], len(set(map(str, results)))


def digits(number, base):
    found = []
    while number > 0:
        number, digit = divmod(number, base)
        found.append(digit)
    return found


def both(a, b):
    pair = divmod(a, b)
    return pair, pair[0]


class Parts:
    def __divmod__(self, other):
        return "parts", other

    def __rdivmod__(self, other):
        return "of", other


def halves(a, b):
    quotient, remainder = divmod(a, b)
    return quotient, remainder


def case_divmod():
    results = [(digits(i * 7919, 10), both(-i, 7), halves(i, -3)) for i in range(1, 200)]
    for a in [*ODD, Parts()]:
        for b in [1, -1, 0, 2.5, Parts(), True]:
            if not (isinstance(a, Parts) or isinstance(b, Parts)):
                results.append(raised(halves, a, b))
                results.append(raised(both, a, b))
            else:
                results.append(repr(halves(a, b)[0]))
    results.append(digits(2**70, 1000))
    return results


def backwards(sequence):
    found = []
    for value in reversed(sequence):
        found.append(value)
        if len(found) == 3 and type(sequence) is list:
            del sequence[:2]
    return found


def case_reversed():
    results = [
        (backwards(range(i)), backwards(range(i, -i, -3)), backwards(list(range(i)))) for i in range(90)
    ]
    results += [
        backwards(range(2**63 - 3, 2**63 + 2)),
        backwards("text"),
        backwards((1, 2)),
        backwards({1: 2, 3: 4}),
    ]
    return results


def case_builtins_replaced():
    global max, divmod, reversed
    results = [largest([1, 5, i]) for i in range(100)] + [halves(i, 3) for i in range(100)]
    max = lambda a, b: ("mine", b)  # noqa: E731
    divmod = lambda a, b: (b, a)  # noqa: E731
    reversed = lambda s: [7]  # noqa: E731
    try:
        results += [largest([1, 2]), halves(9, 2), backwards(range(4))]
    finally:
        del max, divmod, reversed
    return [*results, largest([1, 2]), halves(9, 2), backwards(range(4))]
