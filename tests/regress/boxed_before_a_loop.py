"""Numbers in locals that the frame's memory has already, and those that it has only on some ways."""

import sys


def locals_of_caller(keep=("a", "b", "c", "d")):
    frame = sys._getframe(1)
    return [(name, frame.f_locals.get(name, "unbound")) for name in keep]


def case_unchanged_in_loops():
    a, b = 1000, 2.5
    seen = []
    for c in range(3):
        seen.append(locals_of_caller())
        for _ in range(2):
            seen.append(locals_of_caller())
            d = a + c
            seen.append(d)
        b = b * 2
        seen.append(locals_of_caller())
    return seen


def case_stored_on_one_way():
    a = 0
    seen = []
    for b in range(12):
        if b % 3 == 1:
            a = a + b
        elif b % 3 == 2:
            seen.append(locals_of_caller())
        c = a * 2
        if b > 8:
            seen.append(locals_of_caller())
    return seen, a, c


def case_unbound_at_first():
    seen = []
    for a in range(4):
        if a > 1:
            b = a * 10
        if a % 2:
            seen.append(locals_of_caller())
        if a > 2:
            del b
            seen.append(locals_of_caller())
    try:
        return b, seen
    except UnboundLocalError as error:
        return str(error), seen


def case_raised_in_the_loop():
    a = 7
    b = 0.5
    seen = []
    for c in range(6):
        try:
            if c == 3:
                raise ValueError(a, b)
            b = b + c
            len(seen)
        except ValueError as error:
            seen.append((error.args, locals_of_caller()))
            a = a + 1
    return seen, a, b


def case_while_with_calls():
    a, b, c = 3, 0, 10**12
    while b < 40:
        b = b + a
        if b == 21:
            a = a + 1
            b = b - len(str(c))
        d = max(b, c)
    return a, b, c, d, locals_of_caller()
