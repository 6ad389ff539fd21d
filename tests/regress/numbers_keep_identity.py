"""`is` of numbers that were kept unboxed: a variable that was only handed on, or never assigned in a loop, still is the
object it was."""

import math

LARGE = 10**6
FAR = 1e300


def smallest(values):
    best = math.inf
    for value in values:
        if value < best:
            best = value
    return None if best is math.inf else best


def smallest_int(values):
    best = LARGE
    for value in values:
        if value < best:
            best = value
    return None if best is LARGE else best


def which(values):
    most = values[0]
    for value in values:
        if value > most:
            most = value
    return [i for i, value in enumerate(values) if value is most]


def chosen(flag, x):
    if flag:
        y = FAR
    else:
        y = x * 2.0
    z = y + 1.0
    return y is FAR, z


def chosen_first(flag, x):
    if flag:
        y = x * 2.0
    else:
        y = FAR
    z = y + 1.0
    return y is FAR, z


def handed_on(x):
    y = x + 0.25
    z = y
    w = z + 1.0
    return z is y, y is x, [y, z][0] is [z, y][0], w


def constant(n):
    x, y = 1000.5, 1000
    for i in range(n):
        if x > i and y > i:
            continue
    return any(x is c for c in constant.__code__.co_consts), any(y is c for c in constant.__code__.co_consts)


def last_of(values):
    total = 0.0
    for value in values:
        total += value
    return value is values[-1], total


def previous(values):
    before = now = values[0]
    turns = []
    for value in values:
        before, now = now, value
        turns.append((before < now, before is values[0], now is value))
    return turns


def not_a_number(values):
    x = math.nan
    for value in values:
        if value > x:
            x = value
    return x in [math.nan], {math.nan: 1}.get(x), x is math.nan


def copied(x):
    match x:
        case float(z):
            y = 0
        case int(z):
            y = 1
    return z is x, y


def copied_constant():
    x = 0.5
    match x:
        case float(z):
            y = 0
    return z is x, y


def case_extremes():
    results = []
    for values in ([], [3.5, 1.5], [], [math.inf], [2.5]):
        results += [smallest(values), smallest(iter(values)), smallest(tuple(values))]
    for values in ([], [3000, 1500], [10**7], [LARGE * 2], [2500]):
        results += [smallest_int(values), smallest_int(iter(values)), smallest_int(set(values))]
    return results


def case_which():
    floats, ints = [i * 1.5 % 7 for i in range(20)], [i * 100003 % 700000 for i in range(20)]
    return which(floats), which(ints), which(floats[::-1]), which([2.0])


def case_joins():
    return [f(flag, x) for f in (chosen, chosen_first) for flag in (0, 1, 0, 1) for x in (1.5, 2.5)]


def case_handed_on():
    return [handed_on(x) for x in (1.5, 2.5, 3.5)], [constant(n) for n in (3, 30, 2000)]


def case_loops():
    floats, ints = [i * 1.5 for i in range(12)], [i * 100003 for i in range(12)]
    return [f(values) for f in (last_of, previous) for values in (floats, ints, floats[:1])]


def case_not_a_number():
    return [not_a_number(values) for values in ([], [1.0, 2.0], [math.nan] * 5)]


def case_copied():
    return [copied(x) for x in (1.5, 100000, 2.5, 2**70)], [copied_constant() for _ in range(4)]
